"""Covers, banners and card pictures, drawn from an `Artwork`.

    cover          900 × 383 (2.35 : 1), above a draft article; all text is inside its middle square, and above its
                   foot, where WeChat lays the title
    square_cover   300 × 300, where only a square is shown
    banner         900 × 300, at the top of a draft article's text
    card_picture   900 × 500 (9 : 5), on the card of an answer
    site_icon      16 to 48 pixels square, beside the site's name in a browser

All are JPEG but the icon. The same artwork gives the same bytes, so an uploaded picture can be recognised and used
again. The last ones for drafts stay in memory: a preview, a retry and each call of a long list need the same pictures.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from PIL import Image, ImageDraw, ImageOps
from PIL.ImageFont import FreeTypeFont

from wxbot.brand import PLAIN_BRAND, Brand, BrandPicture
from wxbot.bulletin.blocks import Blocks, Picture, pictures
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.cover_background import draw_background
from wxbot.rendering.cover_tones import ISSUE_TONE, Tone, brand_tone, tone_of
from wxbot.rendering.headlines import fitting_headline
from wxbot.rendering.issue_texts import article_date, clean_line, issue_label, short_label
from wxbot.rendering.picture_cover import COVER, FOOT, darken_foot, jpeg
from wxbot.rendering.typesetting import break_lines, draw_centred, drawable, letter_spaced, sans, serif

__all__ = [
    "CARD",
    "Artwork",
    "article_art",
    "banner",
    "card_picture",
    "chosen_cover",
    "cover",
    "first_cover_picture",
    "issue_art",
    "section_art",
    "section_banner_art",
    "site_icon",
    "square_cover",
]

SQUARE = (300, 300)
BANNER = (900, 300)
CARD = (900, 500)
ICON = 48
_ICON_SIZES = ((16, 16), (32, 32), (48, 48))
_LEAST_WIDTH, _LEAST_HEIGHT = 300, 150  # pixels: smaller pictures are signs and stamps
_KEPT = 32  # pictures of each kind kept in memory, about 50 KB each
_SMALL = 0.066  # size of small text, as a share of the side of the middle square
_SMALLER = 0.054  # size of small text beside a long name of a bulletin
_MASTHEAD = 0.13  # height of the logo and the small line beside it
_NAME_LEADING = 1.18
_EMPTY_ABOVE = 0.2  # of a line of the serif font above its characters, as a share of its size
_LARGE_SIZES = ((0.22, 1), (0.21, 1), (0.18, 2), (0.15, 2), (0.135, 3))  # shares of the side, and lines
_SIZES = ((0.12, 3), (0.103, 4))


@dataclass(frozen=True, slots=True)
class Artwork:
    """The text and tone of a picture: a small line `above`, the large `name`, small text `below`.

    `seed` varies the background of pictures with the same text, such as one section in two issues. `logo` stands
    beside the small line.
    """

    above: str
    name: str
    below: str
    tone: Tone
    seed: str
    logo: BrandPicture | None = None


def issue_art(issue: Issue, brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork of a whole issue: the bulletin's title, 第2期, and the date or year."""
    date = chinese_date(issue.date) or (f"{issue.year}年" if issue.year else "")
    return Artwork(
        clean_line(issue.title), short_label(issue), date, brand_tone(brand.colour), issue.key, brand.logo
    )


def section_art(issue: Issue, section: str, headline: str = "", brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork of a section of an issue, with `headline` in small text below its name."""
    name = clean_line(section) or clean_line(issue.title)
    return Artwork(
        issue_label(issue),
        name,
        clean_line(headline),
        tone_of(section, issue.sections, brand.colour),
        f"{issue.key} {section}",
        brand.logo,
    )


def section_banner_art(issue: Issue, section: str, brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork above the text of a section's articles, with the issue's date below the name."""
    return section_art(issue, section, chinese_date(issue.date), brand)


def article_art(article: Article, issue: Issue | None, brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork of one article: its title, with its section, and its issue or date."""
    among: Sequence[str] = issue.sections if issue else ()
    date = chinese_date(article_date(article, issue))
    section = clean_line(article.section)
    issue_line = " ".join(filter(None, (clean_line(issue.title), issue_label(issue)))) if issue else ""
    return Artwork(
        section or (clean_line(issue.title) if issue else ""),
        clean_line(article.title) or section or "文章",
        issue_line or date,
        tone_of(article.section, among, brand.colour),
        article.public_id,
        brand.logo,
    )


@lru_cache(maxsize=_KEPT)
def cover(art: Artwork) -> bytes:
    """Draw the cover of a draft article: JPEG, 900 × 383."""
    return jpeg(_draw(art, COVER))


def chosen_cover(articles: Iterable[Article]) -> str:
    """Return the digest of the first picture that an editor chose as the cover of an article; "" if there is none."""
    return next(filter(None, map(_chosen_picture, articles)), "")


def _chosen_picture(article: Article) -> str:
    shown = list(pictures(article.blocks)) if article.cover else []
    return shown[article.cover - 1].digest if article.cover and article.cover <= len(shown) else ""


def first_cover_picture(articles: Sequence[Article], leads: Iterable[Blocks] = ()) -> str:
    """Return the digest of a cover for articles: the one that an editor chose, else the first large picture.

    Pictures of `leads` come first. An article of which an editor wants no picture as the cover gives none; "" if there
    is none at all.
    """
    contents = (*leads, *(article.blocks for article in articles if article.cover != 0))
    shown = (picture for blocks in contents for picture in pictures(blocks))
    first = next((picture.digest for picture in shown if _is_large(picture)), "")
    return chosen_cover(articles) or first


def _is_large(picture: Picture) -> bool:
    return bool(picture.digest) and picture.width >= _LEAST_WIDTH and picture.height >= _LEAST_HEIGHT


def square_cover(art: Artwork) -> bytes:
    """Draw the square variant of a cover: JPEG, 300 × 300."""
    return jpeg(_draw(art, SQUARE, zone=(0.06, 0.94)))


@lru_cache(maxsize=_KEPT)
def banner(art: Artwork) -> bytes:
    """Draw the picture at the top of a draft article's text: JPEG, 900 × 300."""
    return jpeg(_draw(art, BANNER, zone=(0.06, 0.94)))


def card_picture(art: Artwork) -> bytes:
    """Draw the picture on an article's or issue's card: JPEG, 900 × 500."""
    return jpeg(_draw(art, CARD))


@lru_cache(maxsize=_KEPT)
def site_icon(name: str) -> bytes:
    """Draw the icon of a site (`favicon.ico`): the first character of its name in white on the tone of issues."""
    scale = 4  # drawn larger, so that corners and strokes are smooth
    side = ICON * scale
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 5, fill=ISSUE_TONE.light)
    letter = drawable(clean_line(name))[:1] or "报"
    draw.text((side / 2, side / 2), letter, font=serif(round(side * 0.74)), fill="white", anchor="mm")
    out = io.BytesIO()
    image.resize((ICON, ICON), Image.Resampling.LANCZOS).save(out, "ICO", sizes=_ICON_SIZES)
    return out.getvalue()


def _draw(art: Artwork, size: tuple[int, int], zone: tuple[float, float] = (0.05, FOOT)) -> Image.Image:
    """Draw the background, and the text as one block inside the middle square, within the `zone` of the height."""
    image = draw_background(size, art.tone, art.seed)
    if zone[1] == FOOT:
        image = darken_foot(image)
    side = min(image.size)
    text = _fit_text(art, side, (zone[1] - zone[0]) * image.height)
    top = image.height * zone[0] + ((zone[1] - zone[0]) * image.height - text.height) / 2
    top = _draw_masthead(image, art, text, top)
    empty = text.large.size * _EMPTY_ABOVE
    top = empty + draw_centred(
        image, text.name, text.large, art.tone.ink, top=top - empty, leading=_NAME_LEADING
    )
    if text.below:
        top = _divider(image, top + side * 0.02, side, art.tone)
        draw_centred(image, text.below, text.small, art.tone.pale, top=top + side * 0.012, leading=1.3)
    return image


@dataclass(frozen=True, slots=True)
class _FittedText:
    """The lines of an artwork's text with their fonts, and the height of all of it in pixels."""

    above: Sequence[str]
    name: Sequence[str]
    below: Sequence[str]
    small: FreeTypeFont
    large: FreeTypeFont
    height: float


def _fit_text(art: Artwork, side: int, room: float) -> _FittedText:
    """Break the text into lines at the largest size at which the name is whole, with the small text if it fits too.

    A name for which even the smallest size is too large becomes a shorter true one.
    """
    width = int(side * 0.92)
    spaced = letter_spaced(art.above)
    small = sans(max(13, round(side * _SMALL)))
    if small.getlength(spaced) > width:
        small = sans(max(13, round(side * _SMALLER)))
    above = break_lines(spaced, small, width, 1)
    below = break_lines(art.below, small, width, 1)
    head = side * _MASTHEAD if above or art.logo is not None else 0.0
    foot = side * (0.045 + _SMALL * 1.3) if below else 0.0

    def fit(name: str, share: float, most: int) -> tuple[list[str], FreeTypeFont, float]:
        large = serif(max(13, round(side * share)))
        lines = break_lines(name, large, width, most)
        return lines, large, large.size * _NAME_LEADING * len(lines)

    def is_whole(name: str, share: float, most: int) -> bool:
        lines, _, height = fit(name, share, most)
        return not "".join(lines).endswith("…") and head + height <= room

    for sizes in (_LARGE_SIZES, _SIZES):
        for share, most in sizes:
            shorter = fitting_headline(art.name, partial(is_whole, share=share, most=most))
            if shorter and (shorter == clean_line(art.name) or (share, most) == sizes[-1]):
                lines, large, height = fit(shorter, share, most)
                has_foot = head + height + foot <= room
                return _FittedText(
                    above, lines, below if has_foot else (), small, large, head + height + foot * has_foot
                )
    lines, large, height = fit(art.name, *_SIZES[-1])
    return _FittedText(above, lines, (), small, large, head + height)


def _draw_masthead(image: Image.Image, art: Artwork, text: _FittedText, top: float) -> float:
    """Draw the logo and the small line beside it, above the name; return the position below them."""
    if not text.above and art.logo is None:
        return top
    side = min(image.size)
    room = side * _MASTHEAD
    line = text.above[0] if text.above else ""
    left, _, right, _ = text.small.getbbox(line)
    logo = _logo_plate(art.logo, round(side * 0.105)) if art.logo is not None else None
    gap = side * 0.03 if logo is not None and line else 0.0
    at = (image.width - (right - left) - gap - (logo.width if logo is not None else 0)) / 2
    if logo is not None:
        image.paste(logo, (round(at), round(top + (room * 0.86 - logo.height) / 2)), logo)
        at += logo.width + gap
    middle = top + room * 0.43
    ImageDraw.Draw(image).text((at - left, middle), line, font=text.small, fill=art.tone.pale, anchor="lm")
    return top + room


def _logo_plate(logo: BrandPicture, side: int) -> Image.Image:
    """Return the logo in this height; one without transparency stands on a white plate."""
    with Image.open(io.BytesIO(logo.data)) as opened:
        drawn = ImageOps.contain(opened.convert("RGBA"), (side * 3, side))
    if drawn.getchannel("A").getextrema()[0] != 255:
        return drawn
    edge = max(3, side // 10)
    plate = Image.new("RGBA", (drawn.width + 2 * edge, drawn.height + 2 * edge), (0, 0, 0, 0))
    corners = (0, 0, plate.width - 1, plate.height - 1)
    ImageDraw.Draw(plate).rounded_rectangle(corners, radius=edge * 2, fill="white")
    plate.paste(drawn, (edge, edge))
    return plate


def _divider(image: Image.Image, level: float, side: float, tone: Tone) -> float:
    """Draw a short line with a diamond in its middle, at the height `level`; return `level`."""
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
