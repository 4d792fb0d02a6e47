"""Show the publication of an issue on its pages: its name, its colour, the present names of its sections, the others.

An association with one publication needs none of it: `PLAIN_LOOK` changes nothing on a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wxbot.library import Issue

__all__ = ["PLAIN_LOOK", "PublicationLook", "accent_style", "contrast"]

_LIGHT = ("#fcfbf8", "#f4f1ea")  # --paper and --raised of page.css
_DARK = ("#17181a", "#212326")
_MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text
_STEPS = 50

_Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PublicationLook:
    """Look of the pages of one publication.

    `name` is "" where the association has one publication; `colour` is the one in `bulletins.toml`, "" for none;
    `present_names` holds what sections that were renamed are called; `others` are the newest issues of the others, by
    the name of their publication.
    """

    name: str = ""
    colour: str = ""
    present_names: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[tuple[str, Issue]] = ()


PLAIN_LOOK = PublicationLook()


def accent_style(colour: str) -> str:
    """Return the style sheet that makes a colour the accent; "" for none.

    It is made darker on light pages, and lighter on dark ones, as far as text in it would be hard to read.
    """
    if not colour:
        return ""
    light, dark = _readable(colour, _LIGHT, towards=0.0), _readable(colour, _DARK, towards=255.0)
    return f":root{{--accent:{light}}}@media (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    one, two = sorted((_luminance(_parse(first)), _luminance(_parse(second))))
    return (two + 0.05) / (one + 0.05)


def _readable(colour: str, papers: Sequence[str], *, towards: float) -> str:
    """Return the colour, mixed with black or white until it is readable on each of the papers."""
    given = _parse(colour)
    for step in range(_STEPS + 1):
        share = step / _STEPS
        mixed = _write(tuple(value + (towards - value) * share for value in given))
        if all(contrast(mixed, paper) >= _MIN_CONTRAST for paper in papers):
            return mixed
    return _write((towards, towards, towards))


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
