"""What changes in the scripts of a JSON manifest (package.json, composer.json)."""

import json
from collections.abc import Mapping

_RUN = (
    "scripts",
    "husky",
    "gitHooks",
    "simple-git-hooks",
    "lint-staged",
    "pre-commit",
    "pre-push",
    "packageManager",
)
"""Keys whose values are run by a package tool, by git or by a hook tool."""

_NAMED = 5


def changed_scripts(old: bytes | None, new: bytes | None) -> str | None:
    """Which scripts differ, in words; None: none. A side that is None is not there."""
    try:
        before, after = _runnable(old), _runnable(new)
    except (ValueError, RecursionError):
        return "its scripts cannot be read"
    names = sorted(name for name in before | after if before.get(name) != after.get(name))
    if not names:
        return None
    told = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"package scripts: {told}"


def _runnable(raw: bytes | None) -> dict[str, str]:
    if raw is None:
        return {}
    document = json.loads(raw.decode("utf-8-sig"))
    if not isinstance(document, dict):
        return {}
    found: dict[str, str] = {}
    for key in _RUN:
        value = document.get(key)
        if isinstance(value, Mapping):
            found |= {f"{name}": json.dumps(part) for name, part in value.items()}
        elif value is not None:
            found[key] = json.dumps(value)
    return found
