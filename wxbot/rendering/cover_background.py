"""Backgrounds of covers: one of several drawn patterns in a tone.

Pattern and strokes depend on `seed`, so that two articles look different; the same seed gives the same picture.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageOps

from wxbot.rendering.cover_tones import Colour, Tone, number_of_text

__all__ = ["draw_background"]

_OVERSAMPLING = 2  # lines are drawn at twice the size and reduced, which makes them smooth
_WAVE_LAYERS = 4
_WIND_LINES = 7


def draw_background(size: tuple[int, int], tone: Tone, seed: str) -> Image.Image:
    """Return a background of `size` (width, height in pixels) with room for text in the middle."""
    image = _gradient(size, tone)
    _PATTERNS[number_of_text(seed) % len(_PATTERNS)](image, tone, _pseudo_random(seed))
    return image


def _draw_sea(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw a moon, wind and waves."""
    _draw_moon(image, tone)
    _draw_wind(image, tone, numbers)
    _draw_waves(image, tone, numbers)


def _draw_hills(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw ranges of hills at the bottom, each darker than the one behind it."""
    width, height = image.size
    for layer in range(4):
        base, step = height * (0.66 + 0.09 * layer), width / (5 + layer * 2)
        points: list[tuple[float, float]] = [(-step, height)]
        at = -step * next(numbers)
        while at < width + step:
            points.append((at, base - height * (0.02 + 0.16 * next(numbers)) / (1 + layer * 0.3)))
            at += step * (0.5 + next(numbers))
        _paste(image, tone.deep, 50 + 22 * layer, _polygon([*points, (width * 1.5, height)]))
    _draw_wind(image, tone, numbers)


def _draw_rings(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw rings around a place outside the middle, as a stone leaves them on water."""
    width, height = image.size
    x, y = width * (0.04 if next(numbers) < 0.5 else 0.96), height * (0.1 + 0.8 * next(numbers))
    gap = height * (0.09 + 0.05 * next(numbers))

    def draw_rings(draw: ImageDraw.ImageDraw) -> None:
        for ring in range(1, 16):
            radius = gap * ring * _OVERSAMPLING
            middle = (x * _OVERSAMPLING, y * _OVERSAMPLING)
            draw.circle(middle, radius, outline=max(10, 74 - 7 * ring), width=_OVERSAMPLING * 2)

    _paste(image, tone.pale, 0, draw_rings)


def _draw_lattice(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw the lattice of a window over both sides, fading towards the middle."""
    width, height = image.size
    gap = height / (4 + int(3 * next(numbers)))
    is_slanted = next(numbers) < 0.6

    def draw_lattice(draw: ImageDraw.ImageDraw) -> None:
        steps = int((width + height) / gap) + 2
        for step in range(-steps, steps):
            at = step * gap * _OVERSAMPLING
            far = height * _OVERSAMPLING
            for start, end in (
                ((at, 0), (at + far, far)) if is_slanted else ((at, 0), (at, far)),
                ((at, 0), (at - far, far)) if is_slanted else ((0, at), (width * _OVERSAMPLING, at)),
            ):
                draw.line([start, end], fill=88, width=_OVERSAMPLING)

    _paste(image, tone.pale, 0, draw_lattice, fades=True)


def _draw_beams(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw broad beams across the picture."""
    width, height = image.size
    lean = height * (0.5 + next(numbers))
    for _ in range(5):
        at, broad = width * next(numbers), width * (0.05 + 0.14 * next(numbers))
        corners = [(at, 0.0), (at + broad, 0.0), (at + broad - lean, height), (at - lean, height)]
        _paste(image, tone.deep, 34, _polygon(corners))


def _draw_dots(image: Image.Image, tone: Tone, numbers: Iterator[float]) -> None:
    """Draw rows of dots that grow towards one of the lower corners."""
    width, height = image.size
    gap = height / (11 + int(4 * next(numbers)))
    is_left = next(numbers) < 0.5

    def draw_dots(draw: ImageDraw.ImageDraw) -> None:
        for row in range(int(height / gap) + 1):
            for column in range(int(width / gap) + 1):
                x, y = gap * (column + 0.5 * (row % 2)), gap * row
                share = (y / height + ((width - x) if is_left else x) / width) / 2
                radius = gap * 0.34 * max(0.0, share - 0.35) * _OVERSAMPLING * 1.6
                if radius > 0.6:
                    draw.circle((x * _OVERSAMPLING, y * _OVERSAMPLING), radius, fill=70)

    _paste(image, tone.pale, 0, draw_dots, fades=True)


def _polygon(corners: Iterable[tuple[float, float]]) -> Callable[[ImageDraw.ImageDraw], None]:
    """Return what draws a polygon, for `_paste`."""
    scaled = [(x * _OVERSAMPLING, y * _OVERSAMPLING) for x, y in corners]
    return lambda draw: draw.polygon(scaled, fill=255)


def _paste(
    image: Image.Image,
    colour: Colour,
    strength: int,
    draw_shape: Callable[[ImageDraw.ImageDraw], None],
    *,
    fades: bool = False,
) -> None:
    """Draw a shape in a colour, smoothly; with `strength` its mask is filled with that, else the shape has its own.

    A shape that `fades` is faint in the middle, where the text stands.
    """
    mask = Image.new("L", (image.width * _OVERSAMPLING, image.height * _OVERSAMPLING), 0)
    draw_shape(ImageDraw.Draw(mask))
    mask = mask.reduce(_OVERSAMPLING)
    if strength:
        mask = mask.point([strength if value > 127 else value * strength // 255 for value in range(256)])
    if fades:
        sides = ImageOps.invert(Image.linear_gradient("L").rotate(90))
        half = sides.resize((image.width - image.width // 2, image.height), Image.Resampling.BILINEAR)
        fade = Image.new("L", image.size)
        fade.paste(half, (0, 0))
        fade.paste(ImageOps.mirror(half), (image.width // 2, 0))
        mask = ImageChops.multiply(mask, fade)
    image.paste(colour, (0, 0), mask)


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
        _disc_mask(radius), fade.point([4 + value * 12 // 255 for value in range(256)])
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
            draw.line([here, there], fill=int(26 * math.sin(math.pi * (step + 1) / 49)), width=_OVERSAMPLING)
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


_PATTERNS = (_draw_sea, _draw_hills, _draw_rings, _draw_lattice, _draw_beams, _draw_dots)
