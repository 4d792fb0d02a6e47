"""Colours and backgrounds of covers: one tone of the brand for each section, and one of several drawn patterns.

Pattern and strokes depend on `seed`, so that two articles look different; the same seed gives the same picture.
"""

import colorsys
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageOps

from wxbot.brand import DEFAULT_COLOUR
from wxbot.brand.colours import TEXT_CONTRAST, contrast, mix, readable

__all__ = ["ISSUE_TONE", "Colour", "Tone", "brand_tone", "draw_background", "section_tones", "tone_of"]

_OVERSAMPLING = 2  # lines are drawn at twice the size and reduced, which makes them smooth
_WAVE_LAYERS = 4
_WIND_LINES = 7

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


_SPARE = 1.25  # patterns brighten or darken the ground a little, which must not cost the contrast of the text
_BRIGHT = 2.2  # a colour with less contrast to white than this is a ground for dark text
_NEARLY_BLACK = 13.0  # contrast to white of a colour on which no pattern would be seen
_VARIANTS = (  # of the brand's colour for sections: change of the hue in degrees, and share of the lightness
    (12, 1.0), (-14, 0.85), (24, 0.9), (-26, 1.0), (36, 1.0), (-38, 0.8), (0, 0.68), (18, 0.7), (-20, 1.15),
)  # fmt: skip


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
        first = _number_of(name) % len(tones)
        order = [(first + step) % len(tones) for step in range(len(tones))]
        taken[name] = next((at for at in order if at not in taken.values()), first)
    return tones[taken[section]]


def _number_of(text: str) -> int:
    """Return a number that a text always has, on every Python version."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=2).digest(), "big")


def draw_background(size: tuple[int, int], tone: Tone, seed: str) -> Image.Image:
    """Return a background of `size` (width, height in pixels) with room for text in the middle."""
    image = _gradient(size, tone)
    _PATTERNS[_number_of(seed) % len(_PATTERNS)](image, tone, _pseudo_random(seed))
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
