"""Colours of the design, the same for pages, console, articles and covers: tokens.css, the theme, the brand's colour.

The brand's colour is the accent: made darker on light paper and lighter on dark, as far as text in it would be hard to
read. A publication may have a colour of its own.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from wxbot.brand import DEFAULT_COLOUR, PLAIN_BRAND, Brand
from wxbot.brand.colours import TEXT_CONTRAST, contrast, mix, readable
from wxbot.rendering.dark_colours import DARK_PAPER, dark_text_colour
from wxbot.rendering.page_templates import read_stylesheet

__all__ = ["accent_style", "article_tokens", "dark_tokens", "light_tokens"]

_ARTICLE_PAPER = "#ffffff"
_ARTICLE_FILL = "#f5f5f5"
"""Background of blocks in an article: a grey, because WeChat's dark mode turns greys dark and leaves pale colours."""

_ARTICLE_LINE = "rgba(128,128,128,0.35)"
"""Colour of lines in an article: as faint on dark paper as on white; dark mode leaves it."""

_STEPS = 50
_TOKEN = re.compile(r"--(?P<name>[a-z]+):(?P<value>#[0-9a-f]{6})")
_ACCENT = "accent"


@lru_cache(maxsize=1)
def _common_tokens() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the colours of tokens.css for light and for dark."""
    light, _, dark = read_stylesheet("tokens.css").replace(": ", ":").partition("@media")
    return dict(_TOKEN.findall(light)), dict(_TOKEN.findall(dark))


def light_tokens(brand: Brand, colour: str = "") -> dict[str, str]:
    """Return the colours on light paper; `colour` takes the place of the brand's."""
    tokens = {**_common_tokens()[0], **brand.sheet.light}
    papers = (tokens["paper"], tokens["raised"])
    return {**tokens, _ACCENT: readable(colour or brand.colour, papers, "#000000")}


def dark_tokens(brand: Brand, colour: str = "") -> dict[str, str]:
    """Return the colours on dark paper."""
    tokens = {**_common_tokens()[1], **brand.sheet.dark}
    if not colour and brand.colour == DEFAULT_COLOUR:
        return tokens  # tokens.css has the dark form of the default colour
    papers = (tokens["paper"], tokens["raised"])
    return {**tokens, _ACCENT: readable(colour or brand.colour, papers, "#ffffff")}


def article_tokens(brand: Brand) -> dict[str, str]:
    """Return the colours of an article in WeChat, whose paper is white; in dark mode WeChat changes them."""
    tokens = light_tokens(brand)
    return {
        **tokens,
        _ACCENT: _readable_in_both(brand.colour),
        "soft": _readable_in_both(tokens["soft"]),
        "line": _ARTICLE_LINE,
        "on-accent": "#ffffff",
        "fill": _ARTICLE_FILL,
    }


def _readable_in_both(colour: str) -> str:
    """Return a colour of text, darkened until both the colour and its form in dark mode are readable.

    Dark mode leaves colours of medium brightness as they are, which is too dark there.
    """
    for step in range(_STEPS):
        mixed = mix(colour, "#000000", step / _STEPS)
        is_readable = contrast(mixed, _ARTICLE_FILL) >= TEXT_CONTRAST
        if is_readable and contrast(dark_text_colour(mixed), DARK_PAPER) >= TEXT_CONTRAST:
            return mixed
    return readable(colour, (_ARTICLE_FILL,), "#000000")


@lru_cache(maxsize=64)
def accent_style(colour: str, brand: Brand = PLAIN_BRAND) -> str:
    """Return the style sheet of what differs from tokens.css in a brand and a publication's colour; "" for nothing."""
    shared_light, shared_dark = _common_tokens()
    light = _differing(light_tokens(brand, colour), shared_light)
    dark = _differing(dark_tokens(brand, colour), shared_dark)
    style = f":root{{{light}}}" if light else ""
    return style + (f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}" if dark else "")


def _differing(tokens: Mapping[str, str], shared: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in tokens.items() if shared.get(name) != value)
