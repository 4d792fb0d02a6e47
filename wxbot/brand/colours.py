"""Colours: find one in a CSS value, mix two, and make one readable on others (WCAG 2.2, 1.4.3).

Functions take and return colours as `#` and six hexadecimal digits.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from PIL import ImageColor
else:
    ImageColor = LazyModule("PIL.ImageColor")  # it knows the names of colours

__all__ = ["TEXT_CONTRAST", "contrast", "find_colour", "mix", "readable", "replace_colours"]

TEXT_CONTRAST = 4.5
_STEPS = 50

_Colour = tuple[float, float, float]

_ADDRESS = re.compile(r"url\([^)]*\)", re.IGNORECASE)
_WRITTEN = re.compile(r"#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^()]*\)|[a-z]+(?![\w(-])", re.IGNORECASE)
_NUMBER = re.compile(r"([\d.]+)(%?)")


def find_colour(value: str) -> tuple[str, float] | None:
    """Return the first colour in a CSS value, however it is written, and its opacity; None for none."""
    written = (_read_written(found[0]) for found in _WRITTEN.finditer(_ADDRESS.sub("", value)))
    return next(filter(None, written), None)


def replace_colours(value: str, colour: str) -> str:
    """Return a CSS value without addresses with another colour in place of each of its own."""
    return _WRITTEN.sub(lambda found: colour if _read_written(found[0]) else found[0], value)


def _read_written(text: str) -> tuple[str, float] | None:
    """Return the colour and opacity that a piece of CSS stands for; None if it is no colour."""
    text, opacity = text.lower(), 1.0
    if text.startswith(("rgb", "hsl")):
        numbers = [(float(n), bool(percent)) for n, percent in _NUMBER.findall(text) if n.strip(".")]
        if len(numbers) not in {3, 4}:
            return None
        if len(numbers) == 4:
            share, is_percent = numbers[3]
            opacity = min(share / 100 if is_percent else share, 1.0)
        written = ",".join(f"{n:g}{'%' if percent else ''}" for n, percent in numbers[:3])
        text = f"{text[:3]}({written})"
    try:
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except ValueError:
        return None
    return _write((red, green, blue)), alpha[0] / 255 if alpha else opacity


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    one, two = sorted((_luminance(_parse(first)), _luminance(_parse(second))))
    return (two + 0.05) / (one + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """Return a colour with a `share` of another in it."""
    pairs = zip(_parse(colour), _parse(other), strict=True)
    return _write([one + (two - one) * share for one, two in pairs])


def readable(colour: str, papers: Sequence[str], towards: str, least: float = TEXT_CONTRAST) -> str:
    """Return the colour, mixed with black or white until it is readable on each of the papers."""
    for step in range(_STEPS + 1):
        mixed = mix(colour, towards, step / _STEPS)
        if all(contrast(mixed, paper) >= least for paper in papers):
            return mixed
    return towards


def _parse(colour: str) -> _Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _write(colour: Sequence[float]) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in colour)


def _luminance(colour: _Colour) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (each / 255 for each in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
