"""Read what an image, a drawing or a player of a page stands for: a picture, text, or nothing that belongs to it."""

import re
from dataclasses import dataclass
from typing import Any

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.html_style import ElementStyle

__all__ = ["Image", "image_of", "media_text"]

# An lxml element; lxml ships no types.
Element = Any

_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-actualsrc", "data-croporisrc")
_SVG_SOURCES = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")
_NO_DESCRIPTION = re.compile(
    r"(?:图片|图像|图形|插图|图|picture|image|graphic|img|photo)?[\s_\-]*[0-9]*|\S+\.(?:png|jpe?g|gif|bmp|webp)",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*([0-9]{1,5})(?:\.[0-9]+)?\s*(?:px)?\s*$")
_STYLE_SIZE = re.compile(r"(?<![\w-])(width|height)\s*:\s*([0-9]{1,5})(?:\.[0-9]+)?\s*px")
_EMOJI = re.compile(r"\b(?:wx_?emoji|emoji\w*|qqemoji|icon_emotion\w*)\b", re.IGNORECASE)
_FORMULA = re.compile(r"\b(?:latex|tex|math\w*|equation|formula)\b", re.IGNORECASE)
_NAMES = ("data-nickname", "data-title", "data-miniprogram-title", "data-name", "name", "title", "aria-label")
_SPACER = 2
_SMALL = 40
_FLAT = 0.12
"""Height of a moving separator in widths, at most."""


@dataclass(frozen=True, slots=True)
class Image:
    """Meaning of an image element: addresses of a picture, or `text`, or the reason why it is left out."""

    element: Element
    addresses: tuple[str, ...] = ()
    alt: str = ""
    text: str = ""
    reason: str = ""
    width: int = 0
    height: int = 0


def image_of(element: Element, style: ElementStyle) -> Image:
    """Return what an image stands for; emoji and formulas are text, pixels for counting and separators are left out."""
    source = element.get("src", "")
    stated = [element.get(name, "") for name in (_SVG_SOURCES if element.tag == "image" else _SOURCES)]
    sets = element.get("srcset", element.get("data-srcset", ""))
    # A file beside the page or inside it comes before the address on the web; the picture finder sorts that out.
    addresses = tuple(one for one in (source, *stated, sets.split(" ")[0].rstrip(",")) if one.strip())
    alt = clean(element.get("alt", ""))
    names = f"{element.get('class', '')} {element.get('id', '')}"
    width, height = _size(element, "width"), _size(element, "height")
    if style.hidden:
        return Image(element, reason="不显示的图片") if addresses else Image(element)
    formula = clean(element.get("data-formula", "")) or alt
    if formula and (_FORMULA.search(names) or element.get("data-formula")):
        return Image(element, text=formula)
    if alt and (_EMOJI.search(names) or (len(alt) <= 4 and 0 < max(width, height) <= _SMALL)):
        return Image(element, text=alt)
    if 0 < width <= _SPACER or 0 < height <= _SPACER:
        return Image(element, reason="排版或统计用的小图")
    if _is_separator(element, addresses, width, height):
        return Image(element, reason="分隔用的动图")
    ratio = _ratio(element)
    known = _number(element.get("data-w", "")) or width
    return Image(
        element,
        addresses,
        "" if _NO_DESCRIPTION.fullmatch(alt) else alt,
        width=known,
        height=round(known * ratio) if ratio else height if known == width else 0,
    )


def media_text(element: Element) -> str:
    """Return the name and address of a video, a sound or a card; "" for an element that names neither."""
    name = next((clean(element.get(attribute, "")) for attribute in _NAMES if element.get(attribute)), "")
    sources = [element, *element.iter("source")] if element.tag in {"video", "audio"} else [element]
    address = next(
        (found for one in sources for key in ("data-src", "src", "data") if (found := one.get(key, ""))), ""
    )
    address = address if address.startswith(("http://", "https://", "//")) else ""
    text = clean("".join(element.itertext()))[:300]
    return clean(f"{name} {text if text != name else ''} {address[:500]}")


def _size(element: Element, name: str) -> int:
    """Return the width or height that an element states in pixels; 0 for none."""
    found = _PIXELS.match(element.get(name, ""))
    if found:
        return int(found[1])
    styled = {key: int(value) for key, value in _STYLE_SIZE.findall(element.get("style", "").lower())}
    return styled.get(name, 0)


def _number(text: str) -> int:
    """Return a number of at most five digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0


def _ratio(element: Element) -> float:
    """Return height by width as WeChat states it; 0 where unknown."""
    try:
        ratio = float(element.get("data-ratio", "0")[:12])
    except ValueError:
        return 0.0
    return ratio if 0 < ratio < 100 else 0.0


def _is_separator(element: Element, addresses: tuple[str, ...], width: int, height: int) -> bool:
    """Tell if an image is a moving line between parts of an article."""
    address = next((one for one in reversed(addresses) if not one.startswith("data:")), "").lower()
    moving = element.get("data-type") == "gif" or "wx_fmt=gif" in address or address.endswith(".gif")
    ratio = _ratio(element) or (height / width if width and height else 0.0)
    return moving and 0 < ratio <= _FLAT
