"""Colours of covers: a tone of the brand for the issue, and for each section another hue or lightness of it."""

import colorsys
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from wxbot.brand import DEFAULT_COLOUR
from wxbot.brand.colours import TEXT_CONTRAST, contrast, mix, readable

__all__ = ["ISSUE_TONE", "Colour", "Tone", "brand_tone", "number_of_text", "section_tones", "tone_of"]

_SPARE = 1.25  # patterns brighten or darken the ground a little, which must not cost the contrast of the text
_BRIGHT = 2.2  # a colour with less contrast to white than this is a ground for dark text
_NEARLY_BLACK = 13.0  # contrast to white of a colour on which no pattern would be seen
_VARIANTS = (  # of the brand's colour for sections: change of the hue in degrees, and share of the lightness
    (12, 1.0), (-14, 0.85), (24, 0.9), (-26, 1.0), (36, 1.0), (-38, 0.8), (0, 0.68), (18, 0.7), (-20, 1.15),
)  # fmt: skip

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour gradient, from `deep` at the top to `light` at the bottom.

    `ink` is the colour of the title, `pale` that of small text and fine lines.
    """

    name: str
    deep: Colour
    light: Colour
    pale: Colour
    ink: Colour = (255, 255, 255)


@lru_cache(maxsize=256)
def brand_tone(colour: str) -> Tone:
    """Return the tone of a colour: white text on a dark form of it, or dark text on a bright colour as it is."""
    least = TEXT_CONTRAST * _SPARE
    if contrast(colour, "#ffffff") < _BRIGHT:
        light, deep = colour, mix(colour, "#ffffff", 0.3)
        ink = readable(mix(colour, "#000000", 0.75), (light, deep), "#000000", least)
        pale = readable(mix(colour, "#000000", 0.72), (light, deep), "#000000", least)
    else:
        light = readable(colour, ("#ffffff",), "#000000", least)
        if contrast(light, "#ffffff") > _NEARLY_BLACK:
            light = mix(light, "#ffffff", 0.22)
        deep, ink = mix(light, "#000000", 0.5), "#ffffff"
        pale = readable(mix(light, "#ffffff", 0.92), (light,), "#ffffff", TEXT_CONTRAST * 1.1)
    return Tone(colour, *map(_as_numbers, (deep, light, pale, ink)))


def _as_numbers(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


ISSUE_TONE = brand_tone(DEFAULT_COLOUR)


@lru_cache(maxsize=64)
def section_tones(colour: str) -> tuple[Tone, ...]:
    """Return the tones of sections in a brand: its colour with another hue or lightness, none of them its own."""
    hue, lightness, strength = colorsys.rgb_to_hls(*(value / 255 for value in _as_numbers(colour)))
    found = []
    for degrees, share in _VARIANTS:
        varied = colorsys.hls_to_rgb((hue + degrees / 360) % 1, lightness * share, strength)
        found.append(brand_tone("#" + "".join(f"{round(value * 255):02x}" for value in varied)))
    return tuple(found)


def tone_of(section: str, among: Iterable[str] = (), colour: str = DEFAULT_COLOUR) -> Tone:
    """Return the tone of a section in a brand: the same in every issue that has the sections `among`.

    Sections of one issue have different tones until all tones are in use.
    """
    tones = section_tones(colour)
    taken: dict[str, int] = {}
    for name in dict.fromkeys([*among, section]):
        first = number_of_text(name) % len(tones)
        order = [(first + step) % len(tones) for step in range(len(tones))]
        taken[name] = next((at for at in order if at not in taken.values()), first)
    return tones[taken[section]]


def number_of_text(text: str) -> int:
    """Return a number below 65,536 that a text always has, on every Python version."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=2).digest(), "big")
