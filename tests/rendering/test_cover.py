"""Tests for covers and card pictures, decoded with Pillow."""

import inspect
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

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
from wxbot.rendering.cover import cover_of_picture
from wxbot.rendering.cover_background import ISSUE_TONE

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


def test_letters_stand_in_the_middle_square() -> None:
    """All text lies inside the middle square of the cover."""
    art = section_art(
        an_issue(), "国际合作与交流", "学会与三所高校共建联合观测站，力争三年建成全流域监测网络"
    )
    image = opened(cover(art)).convert("L").point(lambda level: 255 if level > 225 else 0)
    left, _, right, _ = image.getbbox() or (0, 0, 0, 0)

    assert (900 - 383) // 2 <= left < right <= (900 + 383) // 2


def test_long_name_is_drawn_whole_in_smaller_letters() -> None:
    """A long name and its beginning have different pictures."""
    long = "国家级专精特新中小企业服务专栏"

    assert cover(Artwork("", long, "", ISSUE_TONE, "x")) != cover(Artwork("", long[:12], "", ISSUE_TONE, "x"))


def test_artwork_says_what_the_picture_is_of() -> None:
    """The artworks of issue, section and article contain their own names and their context."""
    issue = an_issue()

    assert ("东篱学会通讯", "第3期", "2024年3月8日") == parts(issue_art(issue))
    assert ("2024年第3期", "要闻", "新站") == parts(section_art(issue, "要闻", "新站"))
    assert ("东篱学会通讯", "要闻", "2024年第3期") == parts(article_art(an_article(), issue))
    assert ("", "要闻", "2024年3月8日") == parts(article_art(an_article(date=issue.date), None))


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
