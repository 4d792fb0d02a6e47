"""Emulate how WeChat shows an article's own colours in dark mode; an approximation of its published rules.

The telephone changes the inline colours of an article by their perceived brightness (0 to 255): light backgrounds
become dark, and text gets brighter until it can be read on its background. Pictures stay as they are.
"""

import colorsys
import re
from typing import TYPE_CHECKING, Any

from wxbot.brand.colours import find_colour, replace_colours
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from lxml import html
else:
    html = LazyModule("lxml.html")  # only a preview needs it, and every command that pushes would load it


__all__ = ["DARK_PAPER", "dark_text_colour", "in_dark_colours"]

DARK_PAPER = "#191919"
"""Background of an article in dark mode."""

_Colour = tuple[float, float, float]

_PAPER: _Colour = (25, 25, 25)
_INK: _Colour = (51, 51, 51)
_WHITE_LIKE = 250.0  # from this brightness on a background is white, and text is bright enough
_BRIGHTEST_BACKGROUND = 190.0
_DARKEST_BACKGROUND = 22.0
_CONTRAST = 65.0  # least difference in brightness between text and background
_TURN = 0.90  # a dark text of lightness l gets the lightness 0.9 - l
_GREY_TURN = 1.22  # a light grey background of lightness l gets the lightness 1.22 - l
_PICTURE = re.compile(r"url\(|gradient\(", re.IGNORECASE)


def in_dark_colours(content: str) -> str:
    """Return the HTML of a draft article with its inline colours as a telephone in dark mode shows them."""
    root = html.fragment_fromstring(content, create_parent="div")
    _darken(root, _PAPER, _INK)
    inner = "".join(html.tostring(child, encoding="unicode") for child in root)
    return (root.text or "") + inner


def dark_text_colour(colour: str, background: str = DARK_PAPER) -> str:
    """Return the colour in which a telephone in dark mode shows text on a background, which is changed already."""
    return _as_hex(_dark_ink(_find_colour(colour) or _INK, _find_colour(background) or _PAPER))


def _darken(element: Any, background: _Colour, ink: _Colour) -> None:
    """Change the colours of an element and of what it holds; `ink` is the inherited colour of text, unchanged."""
    style = _read_style(element.get("style", ""))
    ground = "background-color" if "background-color" in style else "background"
    own_background = _find_colour(style.get(ground, ""))
    own_ink = _find_colour(style.get("color", ""))
    if own_background is not None:
        background = _dark_background(own_background)
        style[ground] = _as_hex(background)
    ink = own_ink or ink
    if own_ink is not None or (own_background is not None and "color" not in style):
        style["color"] = _as_hex(_dark_ink(ink, background))
    for name, value in style.items():
        if name.startswith("border") and (found := _find_colour(value)) is not None:
            style[name] = replace_colours(value, _as_hex(_dark_ink(found, background)))
    if style:
        element.set("style", ";".join(f"{name}:{value}" for name, value in style.items()))
    for child in element:
        _darken(child, background, ink)


def _read_style(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _find_colour(value: str) -> _Colour | None:
    """Return the first colour of a CSS value; None for none, for a translucent one, and for a picture, which stays."""
    found = None if _PICTURE.search(value) else find_colour(value)
    if found is None or found[1] < 1:
        return None
    red, green, blue = (float(int(found[0][at : at + 2], 16)) for at in (1, 3, 5))
    return red, green, blue


def _dark_background(colour: _Colour) -> _Colour:
    brightness = _brightness(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    if brightness > _WHITE_LIKE or (saturation == 0 and lightness > 0.4):
        return _from_hls(hue, min(1.0, _GREY_TURN - lightness), 0.0) if saturation == 0 else _PAPER
    if brightness > _BRIGHTEST_BACKGROUND:
        return _with_brightness(colour, _BRIGHTEST_BACKGROUND / brightness)
    if 0 < brightness < _DARKEST_BACKGROUND:
        return _with_brightness(colour, _DARKEST_BACKGROUND / brightness)
    return colour


def _dark_ink(colour: _Colour, background: _Colour) -> _Colour:
    """Return the colour of text or of a border on a background that is changed already."""
    paper = _brightness(background)
    if _brightness(colour) >= _WHITE_LIKE or abs(_brightness(colour) - paper) >= _CONTRAST:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    if lightness < _TURN / 2:
        colour = _from_hls(hue, _TURN - lightness, saturation)
    missing = paper + _CONTRAST - _brightness(colour)
    if missing <= 0:
        return colour
    share = min(1.0, missing / (255 - _brightness(colour)))
    red, green, blue = (part + (255 - part) * share for part in colour)
    return red, green, blue


def _brightness(colour: _Colour) -> float:
    """Return the perceived brightness, 0 to 255."""
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) / 1000


def _with_brightness(colour: _Colour, factor: float) -> _Colour:
    red, green, blue = (min(255.0, part * factor) for part in colour)
    return red, green, blue


def _from_hls(hue: float, lightness: float, saturation: float) -> _Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return red * 255, green * 255, blue * 255


def _as_hex(colour: _Colour) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)
