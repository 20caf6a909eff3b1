"""What operating system a machine has, which a probe needs to know before its first question."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from fleettui.model.machine import Platform

AskPlatform = Callable[[], Platform | Awaitable[Platform | None] | None]
"""Answers at once or after asking the machine; None: not known. May raise ReadError."""


async def told(ask: AskPlatform) -> Platform | None:
    """The platform, waited for where it has to be found out."""
    answer = ask()
    return await answer if isawaitable(answer) else answer
