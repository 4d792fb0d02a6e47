"""Tests for covers and card pictures, decoded with Pillow."""

import inspect
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wxbot.brand.colours import TEXT_CONTRAST, contrast
from wxbot.rendering import (
    Artwork,
    article_art,
    banner,
    card_picture,
    cover,
    issue_art,
    section_art,
    square_cover,
)
from wxbot.rendering.cover_background import draw_background
from wxbot.rendering.cover_tones import ISSUE_TONE, brand_tone, section_tones
from wxbot.rendering.picture_cover import cover_of_picture

from .samples import an_article, an_issue

Draw = Callable[[Artwork], bytes]
KINDS = [(cover, (900, 383)), (square_cover, (300, 300)), (banner, (900, 300)), (card_picture, (900, 500))]


def opened(data: bytes) -> Image.Image:
    """Return the decoded picture."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(("draw", "size"), KINDS)
def test_pictures_are_jpeg_of_their_size_and_small(draw: Draw, size: tuple[int, int]) -> None:
    """Pictures are JPEG of the promised size, far below the platform's limit of 1 MB."""
    data = draw(issue_art(an_issue()))
    image = opened(data)

    assert ("JPEG", "RGB", size) == (image.format, image.mode, image.size)
    assert len(data) < 120_000


@pytest.mark.parametrize("draw", [cover, square_cover, banner, card_picture])
def test_same_artwork_gives_the_same_bytes(draw: Draw) -> None:
    """The same artwork gives the same bytes."""
    art = section_art(an_issue(), "要闻", "新站落成")
    draw_again = inspect.unwrap(draw)  # without the pictures kept in memory

    assert draw(art) == draw_again(art)
    assert draw(art) != draw(section_art(an_issue(), "成果", "新站落成"))


@pytest.mark.parametrize(
    "title",
    [
        "新站",
        "学会与三所高校共建联合观测站，力争三年建成全流域监测网络",
        "OpenAI releases GPT-5 to everyone",
        "100 强",
    ],
)
def test_letters_stand_in_the_middle_square_above_the_title(title: str) -> None:
    """A forwarded card shows the middle square; a title of two lines covers two fifths of the height on a phone."""
    art = article_art(an_article(title=title), an_issue())
    image = opened(cover(art)).convert("L").point(lambda level: 255 if level > 225 else 0)
    left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)

    assert (900 - 383) // 2 <= left < right <= (900 + 383) // 2
    assert 0 < top < bottom <= 383 * 3 // 5


@pytest.mark.parametrize(
    "colour", ["#a8352b", "#ffd23f", "#8fd6a8", "#222222", "#1a5fb4", "#7f7f7f", "#ffffff"]
)
def test_text_on_a_cover_is_readable_in_every_colour_and_pattern(colour: str) -> None:
    """On the brightest and the darkest spot behind it, title and small text have the contrast that WCAG asks for."""
    for seed, tone in enumerate([brand_tone(colour), *section_tones(colour)]):
        ground = draw_background((300, 128), tone, str(seed)).crop((86, 6, 214, 85))
        data = ground.tobytes()
        spots = list(zip(data[0::3], data[1::3], data[2::3], strict=True))
        for spot in (min(spots, key=sum), max(spots, key=sum)):
            assert contrast(_hex(tone.ink), _hex(spot)) >= TEXT_CONTRAST
            assert contrast(_hex(tone.pale), _hex(spot)) >= TEXT_CONTRAST


def _grey(image: Image.Image, x: int, y: int) -> int:
    return image.convert("L").tobytes()[y * image.width + x]


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)


def test_a_picture_is_cut_around_what_matters_and_darkened_below() -> None:
    """A cover has the striking part of a wide picture in its middle; a high picture stands whole."""
    wide = Image.new("RGB", (2400, 700), (150, 190, 230))
    wide.paste((222, 172, 140), (1450, 80, 1650, 420))
    made = opened(cover_of_picture(_saved(wide, "PNG")) or b"")
    skin = made.crop((0, 0, 900, 250)).convert("RGB").getchannel("B").point(lambda v: 255 if v < 170 else 0)
    left, _, right, _ = skin.getbbox() or (0, 0, 0, 0)
    assert 258 <= left < right <= 641
    assert _grey(made, 5, 380) < _grey(made, 5, 150)
    high = Image.new("RGB", (600, 900), "white")
    for line in range(14):
        high.paste("black", (60, 30 + line * 62, 540, 60 + line * 62))
    whole = opened(cover_of_picture(_saved(high, "PNG")) or b"")
    assert _grey(whole, 450, 18) < 60 < _grey(whole, 450, 3)
    assert (900, 500) == opened(cover_of_picture(_saved(wide, "PNG"), (900, 500)) or b"").size


def test_long_name_is_drawn_whole_in_smaller_letters() -> None:
    """A long name and its beginning have different pictures."""
    long = "国家级专精特新中小企业服务专栏"

    assert cover(Artwork("", long, "", ISSUE_TONE, "x")) != cover(Artwork("", long[:12], "", ISSUE_TONE, "x"))


def test_artwork_says_what_the_picture_is_of() -> None:
    """The artworks of issue, section and article contain their own names and their context."""
    issue = an_issue()

    assert ("东篱学会通讯", "第3期", "2024年3月8日") == parts(issue_art(issue))
    assert ("2024年第3期", "要闻", "新站") == parts(section_art(issue, "要闻", "新站"))
    article = an_article(title="新站落成", date=issue.date)
    assert ("要闻", "新站落成", "东篱学会通讯 2024年第3期") == parts(article_art(article, issue))
    assert ("要闻", "新站落成", "2024年3月8日") == parts(article_art(article, None))


def parts(art: Artwork) -> tuple[str, str, str]:
    """Return the three texts of an artwork."""
    return art.above, art.name, art.below


@pytest.mark.parametrize(
    "name", ["", "😀😀", "𠮷野家", "\U00030000", "A" * 300, "（（（（", "…", "、。" * 40, "é\u0301\u200d"]
)
def test_odd_names_are_drawn_all_the_same(name: str) -> None:
    """A name without drawable characters still has a cover."""
    assert (900, 383) == opened(cover(Artwork(name, name, name, ISSUE_TONE, name))).size


@given(st.text(max_size=120), st.text(max_size=60))
@settings(max_examples=15, deadline=None)
def test_any_text_gives_a_picture(name: str, above: str) -> None:
    """Any name of an issue or section has a picture."""
    assert (300, 300) == opened(square_cover(Artwork(above, name, above, ISSUE_TONE, name))).size


def _saved(image: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()


def test_a_picture_that_must_not_be_decoded_is_no_cover() -> None:
    """A half-copied JPEG, an EPS program and a picture of 169 million pixels give no cover, and no error."""
    half = _saved(Image.effect_noise((900, 600), 60), "JPEG")[:20_000]
    huge = _saved(Image.new("1", (13_000, 13_000)), "PNG")
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 600\n%%EndComments\n"
    assert [None, None, None] == list(map(cover_of_picture, (half, huge, eps)))
