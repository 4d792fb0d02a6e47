"""Covers and cards: the pictures that stand beside a title in the chat.

    cover          900 × 383 (2.35 : 1), the head of a pushed article; its middle square holds all the letters
    square_cover   300 × 300, where only a square is shown
    banner         900 × 300, at the top of a pushed article's text
    card_picture   900 × 500 (9 : 5), on the card of an answer

All are JPEG. The same artwork gives the same bytes, so that what was uploaded once can be found again.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.cover_background import draw_background
from wxbot.rendering.fonts import sans, serif
from wxbot.rendering.links import clean, date_of, issue_label
from wxbot.rendering.palette import ISSUE_TONE, Tone, tone_of
from wxbot.rendering.typesetting import break_lines, draw_centred, letter_spaced

__all__ = [
    "Artwork",
    "article_art",
    "banner",
    "card_picture",
    "cover",
    "issue_art",
    "section_art",
    "square_cover",
]

COVER = (900, 383)
SQUARE = (300, 300)
BANNER = (900, 300)
CARD = (900, 500)


@dataclass(frozen=True, slots=True)
class Artwork:
    """What a picture says: a small line above, the large name, small text below; and its colour.

    `seed` tells apart pictures that say the same, such as two issues of one section.
    """

    above: str
    name: str
    below: str
    tone: Tone
    seed: str


def issue_art(issue: Issue) -> Artwork:
    """For an issue as a whole: the bulletin's title, 第2期, year and date."""
    date = chinese_date(issue.date) or f"{issue.year}年"
    return Artwork(clean(issue.title), f"第{issue.issue}期", date, ISSUE_TONE, issue.number)


def section_art(issue: Issue, section: str, headline: str = "") -> Artwork:
    """For a section of an issue; `headline` stands below in small letters."""
    name = clean(section) or clean(issue.title)
    return Artwork(
        issue_label(issue),
        name,
        clean(headline),
        tone_of(section, issue.sections),
        f"{issue.number} {section}",
    )


def article_art(article: Article, issue: Issue | None) -> Artwork:
    """For the card of one article: its section, its issue or date."""
    among: Sequence[str] = issue.sections if issue else ()
    date = chinese_date(date_of(article, issue))
    name = clean(article.section) or (clean(issue.title) if issue else "") or "文章"
    above = clean(issue.title) if issue else ""
    below = issue_label(issue) if issue else date
    return Artwork(above, name, below, tone_of(article.section, among), article.public_id)


def cover(art: Artwork) -> bytes:
    """The cover of a pushed article: JPEG, 900 × 383."""
    return _jpeg(_drawn(art, COVER))


def square_cover(art: Artwork) -> bytes:
    """The same where only a square is shown: JPEG, 300 × 300."""
    return _jpeg(_drawn(art, SQUARE))


def banner(art: Artwork) -> bytes:
    """The picture at the top of a pushed article's text: JPEG, 900 × 300."""
    return _jpeg(_drawn(art, BANNER, scale=1.15))


def card_picture(art: Artwork) -> bytes:
    """The picture on the card of an answer: JPEG, 900 × 500."""
    return _jpeg(_drawn(art, CARD))


def _drawn(art: Artwork, size: tuple[int, int], scale: float = 1.0) -> Image.Image:
    """The scenery, and in its middle square the letters, as a block around the disc."""
    image = draw_background(size, art.tone, art.seed)
    side = image.height * scale
    room = int(min(side, image.width) * 0.9)
    above, small = _largest(letter_spaced(art.above), sans, side, room, ((0.072, 1), (0.06, 1), (0.06, 2)))
    name, large = _largest(
        art.name, serif, side, room, ((0.27, 1), (0.215, 1), (0.165, 2), (0.13, 2), (0.1, 3))
    )
    below, fine = _largest(art.below, sans, side, room, ((0.066, 2),))
    height = (
        small.size * (1.5 * len(above) + 1.3) + fine.size * 1.45 * len(below) + large.size * 1.22 * len(name)
    )
    top = max(image.height * 0.03, image.height * 0.44 - height / 2)
    top = draw_centred(image, above, small, art.tone.pale, top=top, leading=1.5)
    top = draw_centred(image, name, large, (255, 255, 255), top=top - large.size * 0.14, leading=1.22)
    top = _divider(image, top + large.size * 0.14 + small.size * 0.55, side, art.tone)
    draw_centred(image, below, fine, art.tone.pale, top=top + small.size * 0.45, leading=1.45)
    return image


def _largest(
    text: str,
    letters: Callable[[int], FreeTypeFont],
    side: float,
    room: int,
    sizes: Iterable[tuple[float, int]],
) -> tuple[list[str], FreeTypeFont]:
    """The text in the first size (a share of `side`, and how many lines) that shows it whole, else in the last."""
    for share, most in sizes:
        font = letters(max(13, round(side * share)))
        lines = break_lines(text, font, room, most)
        if not "".join(lines).endswith("…"):
            break
    return lines, font


def _divider(image: Image.Image, level: float, side: float, tone: Tone) -> float:
    """A short line with a lozenge in its middle."""
    draw = ImageDraw.Draw(image)
    middle, half, gap = image.width / 2, side * 0.11, side * 0.028
    for start, end in ((middle - half, middle - gap), (middle + gap, middle + half)):
        draw.line([(start, level), (end, level)], fill=tone.pale, width=1)
    arm = side * 0.011
    draw.polygon(
        [(middle - arm, level), (middle, level - arm), (middle + arm, level), (middle, level + arm)],
        fill=tone.pale,
    )
    return level


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, optimize=True, progressive=True)
    return out.getvalue()
