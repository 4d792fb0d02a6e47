"""Dataclasses to JSON values and back, by their type annotations: how the state of a world is stored."""

__all__ = ["decode", "encode", "no_constant"]

import base64
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """A value made of dataclasses, dicts, lists, sets, tuples, bytes and plain values, as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: encode(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(key): encode(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def decode(kind: Any, given: Any) -> Any:
    """The value of type `kind` that was encoded; ValueError when the JSON is not of that type."""
    if kind is Any:
        return given
    origin = get_origin(kind) or kind
    if is_dataclass(origin):
        return _dataclass(origin, given)
    reader = READERS.get(origin)
    return reader(get_args(kind), given) if reader is not None else _as(origin, given)


def no_constant(name: str) -> float:
    """For `json.loads(parse_constant=…)`: NaN and Infinity, which Python reads, are no JSON."""
    raise ValueError(f"{name} is not JSON")


def _dict(kinds: tuple[Any, ...], given: Any) -> dict[Any, Any]:
    """JSON knows text keys only; those that are numbers become numbers again."""
    key, value = kinds
    number = key is int
    return {int(name) if number else name: decode(value, one) for name, one in _as(dict, given).items()}


def _list(kinds: tuple[Any, ...], given: Any) -> list[Any]:
    return [decode(kinds[0], one) for one in _as(list, given)]


def _tuple(kinds: tuple[Any, ...], given: Any) -> tuple[Any, ...]:
    return tuple(decode(part, one) for part, one in zip(kinds, _as(list, given), strict=True))


def _union(kinds: tuple[Any, ...], given: Any) -> Any:
    if given is None and types.NoneType in kinds:
        return None
    return decode(next(kind for kind in kinds if kind is not types.NoneType), given)


READERS: dict[Any, Callable[[tuple[Any, ...], Any], Any]] = {
    dict: _dict,
    list: _list,
    set: lambda kinds, given: set(_list(kinds, given)),
    tuple: _tuple,
    bytes: lambda _, given: base64.b64decode(_as(str, given)),
    float: lambda _, given: float(_as(int | float, given)),
    types.UnionType: _union,
    Union: _union,
}


def _as(kind: Any, given: Any) -> Any:
    mistaken = isinstance(given, bool) and kind not in (Any, bool)
    if mistaken or not isinstance(given, kind):
        raise ValueError(f"{type(given).__name__} where {getattr(kind, '__name__', kind)} belongs")
    return given


def _dataclass(kind: Any, given: Any) -> Any:
    """Fields that are missing keep their defaults, so that an older file can still be read."""
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    try:
        return kind(
            **{name: decode(hints[name], one) for name, one in _as(dict, given).items() if name in known}
        )
    except TypeError as wrong:
        raise ValueError(str(wrong)) from None
