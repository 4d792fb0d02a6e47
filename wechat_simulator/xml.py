"""XML as the platform writes it, and as it reads what an account's server answers."""

__all__ = ["Unreadable", "read", "write"]

import xml.etree.ElementTree as ET
from typing import Any


class Unreadable(ValueError):
    """Not the XML of an answer."""


def write(fields: dict[str, Any]) -> str:
    """A document `<xml>…</xml>`: text in CDATA, numbers bare, a list as its tag repeated."""
    return f"<xml>{_inside(fields)}</xml>"


def _inside(fields: dict[str, Any]) -> str:
    return "".join(
        f"<{tag}>{_value(one)}</{tag}>"
        for tag, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    )


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _inside(value)
    if isinstance(value, str):
        return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"
    return str(value)


def read(data: bytes) -> ET.Element:
    """The root of an answer; Unreadable for anything that is not well-formed, or that declares entities."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    if "<!DOCTYPE" in text.upper():
        raise Unreadable("a DOCTYPE is refused")
    try:
        root = ET.fromstring(text)  # noqa: S314 - see above
    except (ET.ParseError, ValueError):
        raise Unreadable("not well-formed XML") from None
    if root.tag != "xml":
        raise Unreadable("the root is not <xml>")
    return root
