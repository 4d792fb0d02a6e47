"""An article in the look of a brand: readable in light and dark, with the name card of the account."""

import re
from dataclasses import replace

import pytest

from wxbot.brand import PLAIN_BRAND, THEMES, Brand, BrandPicture
from wxbot.brand.colours import contrast
from wxbot.brand.values import shipped_sheet
from wxbot.rendering.article_look import article_look
from wxbot.rendering.brand_preview import brand_preview
from wxbot.rendering.brand_sample import sample_articles, sample_issue, sample_picture
from wxbot.rendering.cover import cover, issue_art
from wxbot.rendering.dark_colours import DARK_PAPER, dark_text_colour
from wxbot.rendering.design_tokens import article_tokens
from wxbot.rendering.draft import draft_articles

from .platform_rules import broken_rules
from .samples import Outline

COLOURS = ("#a8352b", "#1a5fb4", "#ffd400", "#0b3d2e", "#808080", "#ff9ec4")


def in_theme(theme: str, **values: object) -> Brand:
    """Return a brand of this theme."""
    return replace(PLAIN_BRAND, theme=theme, sheet=shipped_sheet(theme), sheet_digest=theme, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", COLOURS)
def test_text_of_an_article_is_readable_in_light_and_dark(colour: str) -> None:
    """Accent and small text have a contrast of 4.5 on white, and as dark mode shows them."""
    for theme in THEMES:
        tokens = article_tokens(in_theme(theme, colour=colour))
        for name in ("accent", "soft", "ink"):
            assert contrast(tokens[name], "#ffffff") >= 4.5
            assert contrast(dark_text_colour(tokens[name]), DARK_PAPER) >= 4.5
        assert contrast(tokens["on-accent"], tokens["accent"]) >= 4.5


def test_words_and_name_card_of_the_account_stand_in_each_article() -> None:
    """Each article has the brand's words before and after its text, and logo, name, contact and QR code."""
    picture = BrandPicture("d" * 32, "image/jpeg", 1200, 675, sample_picture())
    brand = replace(PLAIN_BRAND, head="文首", foot="文末", contact="电话 1", logo=picture, qr_code=picture)
    for draft in draft_articles(
        sample_issue(), sample_articles(), public_url="https://e.org", author="长风联盟", brand=brand
    ):
        text = Outline(draft.content).text()
        assert text.index("文首") < text.index("长风联盟") < text.index("电话 1") < text.index("文末")
        keys = {each.key: "http://mmbiz.qpic.cn/x/0" for each in draft.pictures}
        assert f"brand-{'d' * 16}" in keys
        assert [] == broken_rules(draft.as_platform("M", keys)["content"])


def test_the_preview_shows_every_theme_in_light_and_dark() -> None:
    """The page holds the article in each theme twice, all pictures in itself, and leads nowhere else."""
    page = brand_preview(replace(PLAIN_BRAND, colour="#1a5fb4"), "长风联盟")
    assert [2] * len(THEMES) == [page.count(f'aria-label="{theme}，') for theme in THEMES]
    assert not re.search(r'src="(?!data:)', page)
    assert "{{" not in page


def test_colour_and_logo_of_a_brand_are_on_its_covers() -> None:
    """Two brands have different covers of one issue."""
    picture = BrandPicture("d" * 32, "image/jpeg", 1200, 675, sample_picture())
    brands = [PLAIN_BRAND, replace(PLAIN_BRAND, colour="#1a5fb4"), replace(PLAIN_BRAND, logo=picture)]
    assert 3 == len({cover(issue_art(sample_issue(), brand)) for brand in brands})


def test_an_own_style_sheet_takes_the_place_of_a_rule_of_the_theme() -> None:
    """A rule of the association's sheet is in the elements; rules that it does not name stay the theme's."""
    own = replace(shipped_sheet("典雅"), parts={"quote": {"color": "#123456"}}).over(shipped_sheet("典雅"))
    styles = article_look(replace(PLAIN_BRAND, sheet=own, sheet_digest="own")).styles
    assert "color:#123456" in styles["quote"]
    assert "border-left" in styles["quote"]
