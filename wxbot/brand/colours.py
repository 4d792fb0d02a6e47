"""Colours as hexadecimal digits: mix them, and make one readable on others (WCAG 2.2, 1.4.3)."""

from collections.abc import Sequence

__all__ = ["TEXT_CONTRAST", "contrast", "mix", "readable"]

TEXT_CONTRAST = 4.5
_STEPS = 50

_Colour = tuple[float, float, float]


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
