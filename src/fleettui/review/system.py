"""What the system says when it does not do its part, as an error that a human can read."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean

P = ParamSpec("P")
T = TypeVar("T")


def words(error: OSError) -> str:
    """The error in one clean line: what it is, and about which file."""
    said = clean(error.strerror or str(error) or type(error).__name__)
    place = error.filename
    return f"{clean(place, limit=200)}: {said}" if isinstance(place, str | bytes) else said


async def asked(work: Awaitable[T]) -> T:
    """The same, with OperationFailed in place of OSError: a full disk, too many open files."""
    try:
        return await work
    except OSError as error:
        raise OperationFailed(words(error), "is there room on the disk?") from None


def told(act: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`asked` for every call of a function."""

    @wraps(act)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        return await asked(act(*args, **kwargs))

    return wrapped
