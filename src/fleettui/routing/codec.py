"""Frozen values to JSON and back, by the types of their fields."""

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from fleettui.model.errors import Malformed

Value = TypeVar("Value")


def plain(value: Any) -> Any:
    """A value as JSON knows it; fields that hold their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(here)
            for field in fields(value)
            if (here := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def typed(kind: type[Value], data: object) -> Value:
    """The value that `plain` made the data of. Raises Malformed, whatever the data."""
    try:
        value: Value = _typed(kind, data)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    return value


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _typed(kind: Any, data: object) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(get_args(kind), data)
    if origin is tuple:
        return _row(get_args(kind), data)
    if origin is Mapping:
        return _mapping(get_args(kind)[1], data)
    if is_dataclass(kind):
        return _record(kind, data)
    return _scalar(kind, data)


def _optional(kinds: tuple[Any, ...], data: object) -> Any:
    if data is None and type(None) in kinds:
        return None
    return _typed(next(kind for kind in kinds if kind is not type(None)), data)


def _row(kinds: tuple[Any, ...], data: object) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise Malformed("expected a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_typed(kinds[0], one) for one in data)
    if len(kinds) != len(data):
        raise Malformed(f"expected a list of {len(kinds)}")
    return tuple(_typed(kind, one) for kind, one in zip(kinds, data, strict=True))


def _mapping(kind: Any, data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Malformed("expected an object")
    return {_scalar(str, name): _typed(kind, one) for name, one in data.items()}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _record(kind: Any, data: object) -> Any:
    """Unknown keys are of a newer version, and ignored."""
    if not isinstance(data, dict):
        raise Malformed("expected an object")
    hints = _hints(kind)
    found = {}
    for field in fields(kind):
        if field.name in data:
            found[field.name] = _typed(hints[field.name], data[field.name])
        elif _default(field) is MISSING:
            raise Malformed(f"{kind.__name__} without {field.name}")
    return kind(**found)


def _scalar(kind: Any, data: object) -> Any:
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        try:
            number = float(data)
        except OverflowError:
            raise Malformed("expected a number") from None
        if math.isfinite(number):
            return number
    elif kind in (str, int, bool) and type(data) is kind:
        return data
    elif isinstance(kind, type) and issubclass(kind, Enum | date) and isinstance(data, str):
        try:
            return kind.fromisoformat(data) if issubclass(kind, date) else kind(data)
        except ValueError:
            pass
    raise Malformed(f"expected {getattr(kind, '__name__', 'something else')}")
