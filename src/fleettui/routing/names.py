"""How models are named: with or without what may be left out, and where they are served."""

from fnmatch import fnmatchcase
from functools import lru_cache

_DEFAULT_HOST = "registry.ollama.ai/"
_DEFAULT_NAMESPACE = "library/"


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """The one form of all the ways to write a model's name (Ollama's `types/model/name.go`).

    Without a tag `:latest` is meant, the default host and namespace may be left out, upper and
    lower case are the same.
    """
    short = name.casefold().removeprefix(_DEFAULT_HOST).removeprefix(_DEFAULT_NAMESPACE)
    return short if ":" in short.rpartition("/")[2] else f"{short}:latest"


def split(rung: str) -> tuple[str, str]:
    """Name and place of `name@place`; the place is empty where there is none."""
    name, at, place = rung.rpartition("@")
    return (name, place) if at else (rung, "")


def fits(name: str, *globs: str) -> bool:
    """Whether a model's name, or the last part of it, is meant by one of the patterns.

    `gpt-oss*` means `gpt-oss:20b` and `openai/gpt-oss-20b`.
    """
    folded = name.casefold()
    short = folded.rpartition("/")[2]
    return any(fnmatchcase(folded, glob) or fnmatchcase(short, glob) for glob in globs)
