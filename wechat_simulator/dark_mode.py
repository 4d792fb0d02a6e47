"""Recolour an article for the dark mode of the app, which changes inline colours by itself (reference, section I).

The app turns light grounds dark and dark letters light, and keeps the hue; what is dark already, or light already where
it is text, stays. An article has no say in it.
"""

import colorsys
import re

__all__ = ["dark_sheet"]

_STYLE = re.compile(r'\sstyle="(?P<style>[^"]*)"')
_DECLARATION = re.compile(
    r"(?P<name>(?:background|border(?:-(?:top|right|bottom|left))?)(?:-color)?|color)\s*:\s*(?P<value>[^;]+)",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"#(?P<hex>[0-9a-f]{6}|[0-9a-f]{3})\b|rgba?\((?P<rgb>[^)]*)\)", re.IGNORECASE)
_NAMED = {"white": "#ffffff", "black": "#000000", "gray": "#808080", "red": "#ff0000"}
_DARKEST_GROUND = 0.1  # the paper of the dark mode is #191919
_DARKEST_TEXT = 0.6


def dark_sheet(html: str) -> tuple[str, str]:
    """Return the HTML with a mark on each recoloured element, and the style sheet for dark screens."""
    rules: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        changed = _recolour(found["style"].replace("&quot;", '"').replace("&#39;", "'"))
        if not changed:
            return found[0]
        number = rules.setdefault(changed, str(len(rules)))
        return f'{found[0]} data-dark="{number}"'

    marked = _STYLE.sub(mark, html)
    return marked, "".join(f'[data-dark="{number}"]{{{rule}}}' for rule, number in rules.items())


def _recolour(style: str) -> str:
    """Return the declarations that the dark mode puts in place of those of a style attribute; "" for none."""
    changed = []
    for found in _DECLARATION.finditer(style):
        name, value = found["name"].lower(), found["value"]
        colour = _read(value)
        if colour is None:
            continue
        prefix = name.partition("-")[0] if name != "color" else name
        side = name.removesuffix("-color") if prefix == "border" else prefix
        target = "color" if prefix == "color" else f"{side}-color"
        changed.append(f"{target}:{_dark(colour, is_text=prefix == 'color')} !important")
    return ";".join(changed)


def _read(value: str) -> tuple[float, float, float] | None:
    """Return the first colour of a value, each part from 0 to 1; None for none, or a transparent one."""
    text = value.strip().lower()
    found = _COLOUR.search(_NAMED.get(text.removesuffix("!important").strip(), text))
    if found is None:
        return None
    if found["hex"]:
        digits = found["hex"] if len(found["hex"]) == 6 else "".join(2 * each for each in found["hex"])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    else:
        numbers = [float(each) for each in re.findall(r"[\d.]+", found["rgb"])]
        if len(numbers) < 3 or (len(numbers) > 3 and numbers[3] == 0):
            return None
        parts = [min(each / 255, 1.0) for each in numbers[:3]]
    return parts[0], parts[1], parts[2]


def _dark(colour: tuple[float, float, float], *, is_text: bool) -> str:
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    if is_text:
        light = max(light, 1 - light, _DARKEST_TEXT) if light < _DARKEST_TEXT else light
        light = min(light, 0.84) if colour[0] == colour[1] == colour[2] else light
    else:
        light = max(min(light, 1 - light), _DARKEST_GROUND) if light > 0.5 else light
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light, saturation))
