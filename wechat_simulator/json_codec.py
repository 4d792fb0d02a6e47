"""Conversion of dataclasses to JSON values and back, driven by their type annotations."""

__all__ = ["decode", "encode", "reject_constant"]

import base64
import types
from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Convert dataclasses, dicts, lists, sets, tuples, bytes and plain values to JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_stored_key(one): encode(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(key): encode(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def decode(kind: Any, data: Any) -> Any:
    """Convert JSON values back to a value of type `kind`. Raise ValueError when they do not fit that type."""
    if kind is Any:
        return data
    origin = get_origin(kind) or kind
    if is_dataclass(origin):
        return _decode_dataclass(origin, data)
    reader = DECODERS.get(origin)
    return reader(get_args(kind), data) if reader is not None else _check_type(origin, data)


def reject_constant(name: str) -> float:
    """Raise ValueError for NaN and Infinity, which Python's json accepts; pass it as `parse_constant`."""
    raise ValueError(f"{name} is not JSON")


def _decode_dict(kinds: tuple[Any, ...], data: Any) -> dict[Any, Any]:
    """Decode a dict. JSON keys are text, so keys of integer type are converted."""
    key, value = kinds
    number = key is int
    return {
        int(name) if number else name: decode(value, one) for name, one in _check_type(dict, data).items()
    }


def _decode_list(kinds: tuple[Any, ...], data: Any) -> list[Any]:
    return [decode(kinds[0], one) for one in _check_type(list, data)]


def _decode_tuple(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    return tuple(decode(part, one) for part, one in zip(kinds, _check_type(list, data), strict=True))


def _decode_union(kinds: tuple[Any, ...], data: Any) -> Any:
    if data is None and types.NoneType in kinds:
        return None
    return decode(next(kind for kind in kinds if kind is not types.NoneType), data)


DECODERS: dict[Any, Callable[[tuple[Any, ...], Any], Any]] = {
    dict: _decode_dict,
    list: _decode_list,
    set: lambda kinds, data: set(_decode_list(kinds, data)),
    tuple: _decode_tuple,
    bytes: lambda _, data: base64.b64decode(_check_type(str, data)),
    float: lambda _, data: float(_check_type(int | float, data)),
    types.UnionType: _decode_union,
    Union: _decode_union,
}


def _check_type(kind: Any, data: Any) -> Any:
    is_stray_bool = isinstance(data, bool) and kind not in (Any, bool)
    if is_stray_bool or not isinstance(data, kind):
        raise ValueError(f"{getattr(kind, '__name__', kind)} expected, not {type(data).__name__}")
    return data


def _stored_key(one: Field[Any]) -> str:
    """Return the JSON key of a field: its name, unless its metadata says `stored_as`.

    A field can then be renamed without making older state files unreadable.
    """
    key: str = one.metadata.get("stored_as", one.name)
    return key


def _decode_dataclass(kind: Any, data: Any) -> Any:
    """Decode a dataclass. Missing fields keep their defaults, so that older state files can be read."""
    hints = get_type_hints(kind)
    stored = _check_type(dict, data)
    try:
        return kind(
            **{
                one.name: decode(hints[one.name], stored[_stored_key(one)])
                for one in fields(kind)
                if _stored_key(one) in stored
            }
        )
    except TypeError as error:
        raise ValueError(str(error)) from None
