"""Covers, banners and card pictures, drawn from an `Artwork`.

    cover          900 × 383 (2.35 : 1), above a draft article; all text is inside its middle square
    cover_of_picture   the same from a picture of the bulletin
    square_cover   300 × 300, where only a square is shown
    banner         900 × 300, at the top of a draft article's text
    card_picture   900 × 500 (9 : 5), on the card of an answer
    site_icon      16 to 48 pixels square, beside the site's name in a browser

All are JPEG but the icon. The same artwork gives the same bytes, so an uploaded picture can be recognised and used
again. The last ones for drafts stay in memory: a preview, a retry and each call of a long list need the same pictures.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from PIL.ImageFont import FreeTypeFont

from wxbot.brand import PLAIN_BRAND, Brand, BrandPicture
from wxbot.bulletin.blocks import Blocks, Picture, pictures
from wxbot.bulletin.readers.pictures import MAX_PIXELS, PICTURE_FORMATS
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.cover_background import ISSUE_TONE, Tone, brand_tone, draw_background, tone_of
from wxbot.rendering.issue_texts import article_date, clean_line, issue_label, short_label
from wxbot.rendering.typesetting import break_lines, draw_centred, drawable, letter_spaced, sans, serif

__all__ = [
    "Artwork",
    "article_art",
    "banner",
    "card_picture",
    "chosen_cover",
    "cover",
    "cover_of_picture",
    "first_cover_picture",
    "issue_art",
    "section_art",
    "section_banner_art",
    "site_icon",
    "square_cover",
]

COVER = (900, 383)
SQUARE = (300, 300)
BANNER = (900, 300)
CARD = (900, 500)
ICON = 48
_ICON_SIZES = ((16, 16), (32, 32), (48, 48))
_LEAST_WIDTH, _LEAST_HEIGHT = 300, 150  # pixels: smaller pictures are signs and stamps
_KEPT = 32  # pictures of each kind kept in memory, about 50 KB each
_CROPPED_RATIO = 1.3  # width by height of pictures that lose little when cropped


@dataclass(frozen=True, slots=True)
class Artwork:
    """The text and tone of a picture: a small line `above`, the large `name`, small text `below`.

    `seed` varies the background of pictures with the same text, such as one section in two issues. `logo` stands in
    the upper left corner.
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
        tone_of(section, issue.sections),
        f"{issue.key} {section}",
        brand.logo,
    )


def section_banner_art(issue: Issue, section: str, brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork above the text of a section's articles, with the issue's date below the name."""
    return section_art(issue, section, chinese_date(issue.date), brand)


def article_art(article: Article, issue: Issue | None, brand: Brand = PLAIN_BRAND) -> Artwork:
    """Return the artwork of one article: its section, and its issue or date."""
    among: Sequence[str] = issue.sections if issue else ()
    date = chinese_date(article_date(article, issue))
    name = clean_line(article.section) or (clean_line(issue.title) if issue else "") or "文章"
    above = clean_line(issue.title) if issue else ""
    below = issue_label(issue) if issue else date
    return Artwork(above, name, below, tone_of(article.section, among), article.public_id, brand.logo)


@lru_cache(maxsize=_KEPT)
def cover(art: Artwork) -> bytes:
    """Draw the cover of a draft article: JPEG, 900 × 383."""
    return _jpeg(_draw(art, COVER))


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


def cover_of_picture(data: bytes) -> bytes | None:
    """Return a picture as the cover of a draft article: JPEG, 900 × 383; None for one that cannot be decoded.

    The formats and the number of pixels are those that readers take in: the bytes may be of an older version, which
    took more. A picture that is too high to be cropped stands whole before a blurred copy of itself.
    """
    try:
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            image = Image.new("RGB", opened.size, "white")
            coloured = opened.convert("RGBA")
            image.paste(coloured, mask=coloured.getchannel("A"))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None
    filled = ImageOps.fit(image, COVER, centering=(0.5, 0.4))
    if image.width >= image.height * _CROPPED_RATIO:
        return _jpeg(filled)
    behind = ImageEnhance.Brightness(filled.filter(ImageFilter.GaussianBlur(24))).enhance(0.6)
    whole = ImageOps.contain(image, COVER)
    behind.paste(whole, ((COVER[0] - whole.width) // 2, (COVER[1] - whole.height) // 2))
    return _jpeg(behind)


def square_cover(art: Artwork) -> bytes:
    """Draw the square variant of a cover: JPEG, 300 × 300."""
    return _jpeg(_draw(art, SQUARE))


@lru_cache(maxsize=_KEPT)
def banner(art: Artwork) -> bytes:
    """Draw the picture at the top of a draft article's text: JPEG, 900 × 300."""
    return _jpeg(_draw(art, BANNER, scale=1.15))


def card_picture(art: Artwork) -> bytes:
    """Draw the picture on an article's or issue's card: JPEG, 900 × 500."""
    return _jpeg(_draw(art, CARD))


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


def _draw(art: Artwork, size: tuple[int, int], scale: float = 1.0) -> Image.Image:
    """Draw the background, and the text as one block inside the middle square."""
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
    if art.logo is not None:
        _draw_logo(image, art.logo)
    return image


def _draw_logo(image: Image.Image, logo: BrandPicture) -> None:
    """Draw the logo in the upper left corner; one without transparency stands on a white plate."""
    with Image.open(io.BytesIO(logo.data)) as opened:
        drawn = opened.convert("RGBA")
    side = image.height // 6
    drawn = ImageOps.contain(drawn, (side * 3, side))
    gap = image.height // 16
    plate = (gap, gap, gap + drawn.width, gap + drawn.height)
    if drawn.getchannel("A").getextrema()[0] == 255:
        edge = max(4, side // 10)
        box = (plate[0] - edge, plate[1] - edge, plate[2] + edge, plate[3] + edge)
        ImageDraw.Draw(image).rounded_rectangle(box, radius=edge * 2, fill="white")
    image.paste(drawn, (gap, gap), drawn)


def _largest(
    text: str,
    font_of_size: Callable[[int], FreeTypeFont],
    side: float,
    room: int,
    sizes: Iterable[tuple[float, int]],
) -> tuple[list[str], FreeTypeFont]:
    """Break text into lines at the first size that shows it whole, or else at the last size.

    A size is a pair: the font size as a share of `side`, and the number of lines.
    """
    for share, most in sizes:
        font = font_of_size(max(13, round(side * share)))
        lines = break_lines(text, font, room, most)
        if not "".join(lines).endswith("…"):
            break
    return lines, font


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


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, optimize=True, progressive=True)
    return out.getvalue()
