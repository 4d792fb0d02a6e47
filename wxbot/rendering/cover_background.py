"""What stands behind the letters of a picture: a sky from deep to light, a pale disc, wind and waves.

The waves differ with `seed`, so that two sections do not look like one; the same seed gives the same picture.
"""

import hashlib
import math
from collections.abc import Iterator
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageOps

from wxbot.rendering.palette import Colour, Tone

__all__ = ["draw_background"]

_FINE = 2  # lines are drawn at twice the size and brought down, which makes them smooth
_WAVES = 4
_WIND = 7


def draw_background(size: tuple[int, int], tone: Tone, seed: str) -> Image.Image:
    """A picture of that size, in pixels, with room for letters in the middle."""
    chance = _chances(seed)
    image = _sky(size, tone)
    _disc(image, tone)
    _wind(image, tone, chance)
    _waves(image, tone, chance)
    return image


def _chances(seed: str) -> Iterator[float]:
    """Numbers from 0 to 1 that follow from the seed, without end."""
    state = seed.encode("utf-8", "replace")
    while True:
        state = hashlib.blake2b(state, digest_size=32).digest()
        yield from (byte / 255 for byte in state)


def _sky(size: tuple[int, int], tone: Tone) -> Image.Image:
    shade = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return ImageOps.colorize(shade, tone.deep, tone.light)


def _disc(image: Image.Image, tone: Tone) -> None:
    """A moon behind the letters, brighter at its upper rim, with a glow around it."""
    width, height = image.size
    radius = int(height * 0.44)
    middle, level = width // 2, int(height * 0.46)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize(
        (radius * 5, radius * 5), Image.Resampling.BILINEAR
    )
    # Pillow's gradient still has 74 of 255 left in the middle of its edges, which would show as a square.
    soft = glow.point([max(0, value - 75) * 7 // 10 for value in range(256)])
    image.paste(tone.light, (middle - radius * 5 // 2, level - radius * 5 // 2), soft)
    fade = ImageOps.invert(Image.linear_gradient("L")).resize(
        (radius * 2, radius * 2), Image.Resampling.BILINEAR
    )
    moon = ImageChops.multiply(_round(radius), fade.point([8 + value * 34 // 255 for value in range(256)]))
    image.paste(tone.pale, (middle - radius, level - radius), moon)


def _round(radius: int) -> Image.Image:
    side = radius * 2 * _FINE
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    return mask.reduce(_FINE)


def _wind(image: Image.Image, tone: Tone, chance: Iterator[float]) -> None:
    """Long thin lines that swell and die away across the sky."""
    width, height = image.size
    mask = Image.new("L", (width * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(_WIND):
        top = height * (0.06 + 0.55 * next(chance))
        start, length = width * (next(chance) * 1.1 - 0.2), width * (0.25 + 0.4 * next(chance))
        swell, phase = height * (0.015 + 0.02 * next(chance)), math.tau * next(chance)
        points = [
            (_FINE * (start + length * at), _FINE * (top + swell * math.sin(phase + at * 5)))
            for at in (step / 48 for step in range(49))
        ]
        for step, (here, there) in enumerate(pairwise(points)):
            draw.line([here, there], fill=int(70 * math.sin(math.pi * (step + 1) / 49)), width=_FINE)
    image.paste(tone.pale, (0, 0), mask.reduce(_FINE))


def _waves(image: Image.Image, tone: Tone, chance: Iterator[float]) -> None:
    """Layers of waves at the foot, each with a bright crest."""
    for layer in range(_WAVES):
        crest = _crest(image.size, layer, chance)
        _fill_below(image, tone.deep, crest, 62 + 14 * layer)
        mask = Image.new("L", (image.width * _FINE, image.height * _FINE), 0)
        ImageDraw.Draw(mask).line(crest, fill=120 - 16 * layer, width=_FINE + 1, joint="curve")
        image.paste(tone.pale, (0, 0), mask.reduce(_FINE))


def _crest(size: tuple[int, int], layer: int, chance: Iterator[float]) -> list[tuple[float, float]]:
    """A long wave with a shorter one upon it, from beyond the left edge to beyond the right one."""
    width, height = size
    base = height * (0.8 + 0.06 * layer)
    swell = height * (0.03 + 0.02 * next(chance))
    long, phase, shift = width * (0.34 + 0.3 * next(chance)), math.tau * next(chance), math.tau * next(chance)

    def level(x: int) -> float:
        turn = math.tau * x / long
        return base + swell * (math.sin(turn + phase) + 0.3 * math.sin(turn / 0.43 + shift))

    return [(x * _FINE, level(x) * _FINE) for x in range(-8, width + 16, 8)]


def _fill_below(image: Image.Image, colour: Colour, crest: list[tuple[float, float]], strength: int) -> None:
    foot = image.height * _FINE
    mask = Image.new("L", (image.width * _FINE, foot), 0)
    ImageDraw.Draw(mask).polygon([*crest, (crest[-1][0], foot), (crest[0][0], foot)], fill=strength)
    image.paste(colour, (0, 0), mask.reduce(_FINE))
