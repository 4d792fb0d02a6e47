"""Facts about the colours of publications on pages."""

import re

from hypothesis import given
from hypothesis import strategies as st

from wxbot.brand.colours import contrast
from wxbot.rendering.design_tokens import accent_style

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(COLOURS)
def test_text_in_any_colour_is_readable(colour: str) -> None:
    """The accent has a contrast of 4.5 on light pages and on dark ones."""
    light, dark = re.findall("#[0-9a-f]{6}", accent_style(colour))
    assert contrast(light, "#fcfbf8") >= 4.5
    assert contrast(light, "#f4f1ea") >= 4.5
    assert contrast(dark, "#17181a") >= 4.5
    assert contrast(dark, "#212326") >= 4.5


def test_a_readable_colour_stays_as_it_is() -> None:
    """A colour that is dark enough for light pages is not changed there; no colour makes no style."""
    assert ":root{--accent:#1a5fb4}" in accent_style("#1a5fb4")
    assert not accent_style("")
    assert 21 == round(contrast("#000000", "#ffffff"))
