"""Colours and backgrounds of covers: one tone for each section, and a drawn sky with moon, wind and waves.

The waves depend on `seed`, so that two sections look different; the same seed gives the same picture.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageOps

from wxbot.brand import DEFAULT_COLOUR
from wxbot.brand.colours import mix, readable

__all__ = ["ISSUE_TONE", "TONES", "Colour", "Tone", "brand_tone", "draw_background", "tone_of"]

_OVERSAMPLING = 2  # lines are drawn at twice the size and reduced, which makes them smooth
_WAVE_LAYERS = 4
_WIND_LINES = 7

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour gradient, from `deep` at the top to `light` at the bottom; `pale` is for text and fine lines."""

    name: str
    deep: Colour
    light: Colour
    pale: Colour


ISSUE_TONE = Tone("朱砂", (104, 24, 20), (184, 62, 44), (255, 240, 226))

TONES = (
    Tone("靛青", (17, 42, 74), (48, 102, 152), (230, 241, 252)),
    Tone("松绿", (14, 56, 50), (44, 122, 102), (230, 246, 239)),
    Tone("赭石", (84, 46, 18), (176, 112, 50), (255, 243, 224)),
    Tone("黛紫", (48, 35, 76), (104, 84, 150), (241, 235, 252)),
    Tone("孔雀", (8, 58, 66), (28, 136, 138), (226, 248, 246)),
    Tone("胭脂", (84, 20, 48), (164, 62, 98), (255, 234, 241)),
    Tone("石青", (12, 50, 84), (36, 130, 174), (228, 245, 253)),
    Tone("苔绿", (46, 56, 20), (118, 130, 56), (246, 249, 226)),
    Tone("玄青", (28, 32, 42), (82, 92, 110), (238, 241, 246)),
)


_LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.3: large text


@lru_cache(maxsize=64)
def brand_tone(colour: str) -> Tone:
    """Return the tone of a colour, dark enough for large white text on it."""
    if colour == DEFAULT_COLOUR:
        return ISSUE_TONE
    light = readable(colour, ("#ffffff",), "#000000", _LEAST_CONTRAST)
    deep, pale = mix(light, "#000000", 0.5), mix(light, "#ffffff", 0.9)
    return Tone(colour, _as_numbers(deep), _as_numbers(light), _as_numbers(pale))


def _as_numbers(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def tone_of(section: str, among: Iterable[str] = ()) -> Tone:
    """Return the tone of a section: the same in every issue that has the sections `among`.

    Sections of one issue have different tones until all tones are in use.
    """
    taken: dict[str, int] = {}
    for name in dict.fromkeys([*among, section]):
        first = _preferred_tone(name)
        order = [(first + step) % len(TONES) for step in range(len(TONES))]
        taken[name] = next((at for at in order if at not in taken.values()), first)
    return TONES[taken[section]]


def _preferred_tone(section: str) -> int:
    """Return the index of the tone that a hash of the name selects."""
    digest = hashlib.blake2b(section.encode("utf-8", "replace"), digest_size=2).digest()
    return int.from_bytes(digest, "big") % len(TONES)


def draw_background(size: tuple[int, int], tone: Tone, seed: str) -> Image.Image:
    """Return a background of `size` (width, height in pixels) with room for text in the middle."""
    numbers = _pseudo_random(seed)
    image = _gradient(size, tone)
    _draw_moon(image, tone)
    _draw_wind(image, tone, numbers)
    _draw_waves(image, tone, numbers)
    return image


def _pseudo_random(seed: str) -> Iterator[float]:
    """Yield numbers from 0 to 1 without end; the same seed gives the same numbers on every Python version."""
    state = seed.encode("utf-8", "replace")
    while True:
        state = hashlib.blake2b(state, digest_size=32).digest()
        yield from (byte / 255 for byte in state)


def _gradient(size: tuple[int, int], tone: Tone) -> Image.Image:
    shade = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return ImageOps.colorize(shade, tone.deep, tone.light)


def _draw_moon(image: Image.Image, tone: Tone) -> None:
    """Draw a moon behind the text, brighter at its upper rim, with a glow around it."""
    width, height = image.size
    radius = int(height * 0.44)
    middle, level = width // 2, int(height * 0.46)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize(
        (radius * 5, radius * 5), Image.Resampling.BILINEAR
    )
    # Pillow's radial gradient still has the value 74 of 255 in the middle of its edges, which would show as a square.
    soft = glow.point([max(0, value - 75) * 7 // 10 for value in range(256)])
    image.paste(tone.light, (middle - radius * 5 // 2, level - radius * 5 // 2), soft)
    fade = ImageOps.invert(Image.linear_gradient("L")).resize(
        (radius * 2, radius * 2), Image.Resampling.BILINEAR
    )
    moon = ImageChops.multiply(
        _disc_mask(radius), fade.point([8 + value * 34 // 255 for value in range(256)])
    )
    image.paste(tone.pale, (middle - radius, level - radius), moon)


def _disc_mask(radius: int) -> Image.Image:
    side = radius * 2 * _OVERSAMPLING
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    return mask.reduce(_OVERSAMPLING)


def _draw_wind(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw long thin lines that fade in and out across the sky."""
    width, height = image.size
    mask = Image.new("L", (width * _OVERSAMPLING, height * _OVERSAMPLING), 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(_WIND_LINES):
        top = height * (0.06 + 0.55 * next(numbers))
        start, length = width * (next(numbers) * 1.1 - 0.2), width * (0.25 + 0.4 * next(numbers))
        swell, phase = height * (0.015 + 0.02 * next(numbers)), math.tau * next(numbers)
        points = [
            (_OVERSAMPLING * (start + length * at), _OVERSAMPLING * (top + swell * math.sin(phase + at * 5)))
            for at in (step / 48 for step in range(49))
        ]
        for step, (here, there) in enumerate(pairwise(points)):
            draw.line([here, there], fill=int(70 * math.sin(math.pi * (step + 1) / 49)), width=_OVERSAMPLING)
    image.paste(tone.pale, (0, 0), mask.reduce(_OVERSAMPLING))


def _draw_waves(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw layers of waves at the bottom, each with a bright crest."""
    for layer in range(_WAVE_LAYERS):
        crest = _crest(image.size, layer, numbers)
        # Only the band below the highest crest changes, a third of the picture.
        top = max(0, int(min(y for _, y in crest)) // _OVERSAMPLING - 2)
        foot = (image.height - top) * _OVERSAMPLING
        crest = [(x, y - top * _OVERSAMPLING) for x, y in crest]
        for colour, is_line, strength in (
            (tone.deep, False, 62 + 14 * layer),
            (tone.pale, True, 120 - 16 * layer),
        ):
            mask = Image.new("L", (image.width * _OVERSAMPLING, foot), 0)
            draw = ImageDraw.Draw(mask)
            if is_line:
                draw.line(crest, fill=strength, width=_OVERSAMPLING + 1, joint="curve")
            else:
                draw.polygon([*crest, (crest[-1][0], foot), (crest[0][0], foot)], fill=strength)
            image.paste(colour, (0, top), mask.reduce(_OVERSAMPLING))


def _crest(size: tuple[int, int], layer: int, numbers: Iterator[float]) -> list[tuple[float, float]]:
    """Return the points of a long wave with a shorter one on top, from the left edge to the right."""
    width, height = size
    base = height * (0.8 + 0.06 * layer)
    swell = height * (0.03 + 0.02 * next(numbers))
    long, phase, shift = (
        width * (0.34 + 0.3 * next(numbers)),
        math.tau * next(numbers),
        math.tau * next(numbers),
    )

    def level(x: int) -> float:
        turn = math.tau * x / long
        return base + swell * (math.sin(turn + phase) + 0.3 * math.sin(turn / 0.43 + shift))

    return [(x * _OVERSAMPLING, level(x) * _OVERSAMPLING) for x in range(-8, width + 16, 8)]
