"""Which of the expected models are not installed, by Ollama's rules for names."""

from collections.abc import Iterable

from fleettui.model.ollama import InstalledModel
from fleettui.model.text import clean, is_clean
from fleettui.probes.ollama_wire import ROWS_CAP

_DEFAULT_HOST = "registry.ollama.ai/"
_DEFAULT_NAMESPACE = "library/"


def full_name(name: str) -> str:
    """The one form of all the ways to write a model's name (Ollama's `types/model/name.go`).

    Without a tag `:latest` is meant; the default host and namespace may be left out; upper and
    lower case are the same. The result is clean text, for comparing and not for showing;
    what is clean already, as the names in answers are, is not cleaned again.
    """
    short = _clean(name).casefold()
    short = short.partition("://")[2] or short
    short = short.removeprefix(_DEFAULT_HOST).removeprefix(_DEFAULT_NAMESPACE)
    return short if ":" in short.rpartition("/")[2] else f"{short}:latest"


def missing(
    expected: Iterable[str], installed: tuple[InstalledModel, ...] | None
) -> tuple[str, ...] | None:
    """The expected models that are not installed, as they were written and in that order.

    The stub of a cloud model counts as installed. None where the installed models are not known
    or so many that some may have been left out.
    """
    if installed is None or len(installed) >= ROWS_CAP:
        return None
    here = {full_name(model.name) for model in installed}
    wanted = {full_name(name): _clean(name) for name in expected}
    return tuple(shown for name, shown in wanted.items() if name not in here)


def _clean(name: str) -> str:
    name = name.strip()
    return name if is_clean(name) else clean(name)
