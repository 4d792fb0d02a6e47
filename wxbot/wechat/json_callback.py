"""Parse a callback in JSON, the other data format of the console: the keys are those of the XML (reference, A2, B4).

The result is the XML's tree, so that everything behind it is read in one way.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element

from wxbot.text import strip_controls
from wxbot.wechat.callback_crypto import Unreadable

__all__ = ["is_json", "json_root"]

_DEPTH = 8  # the platform nests four levels
# Keys under which JSON has a list where the XML wraps each entry in an <item>.
_ITEM_LISTS = frozenset({"ResultList", "PicList"})


def is_json(text: str) -> bool:
    """Tell if a body is JSON: the platform's begins with a brace."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "{"


def json_root(text: str) -> Element:
    """Return the callback's values as the tree of its XML. Raises Unreadable."""
    try:
        # Numbers stay as they are written: a message's number has more digits than a float keeps.
        values = json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str, strict=False)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(f"broken JSON: {type(wrong).__name__}") from None
    root = Element("xml")
    _append(root, values, _DEPTH)
    return root


def _append(parent: Element, values: dict[str, Any], depth: int) -> None:
    for name, value in values.items():
        if name in _ITEM_LISTS and isinstance(value, list):
            _append(parent, {name: {"item": value}}, depth)
            continue
        for each in value if isinstance(value, list) else [value]:
            child = Element(strip_controls(name))
            if isinstance(each, dict) and each:
                if depth == 0:
                    continue
                _append(child, each, depth - 1)
            else:
                child.text = _text(each)
            parent.append(child)


def _text(value: object) -> str:
    # An escape may stand for what XML cannot hold and no database stores: NUL, half of a surrogate pair.
    return (
        strip_controls(value)
        if isinstance(value, str)
        else str(int(value))
        if isinstance(value, bool)
        else ""
    )
