"""Words and name card of the account in each article of a message: what stands before the text and behind it.

The name card is logo, name, slogan and contact of the account, and its QR code, which a reader who got the article from
a friend presses to follow. The platform's own name card can only be put in by hand.
"""

from wxbot.rendering.article_look import ArticleLook
from wxbot.rendering.block_html import escape_text
from wxbot.rendering.draft_body import DraftPicture, brand_picture

__all__ = ["closing_parts", "opening_part"]

_LOGO_HEIGHT = 48  # pixels
_LOGO_WIDTH = 200
_QR_SIDE = 148


def opening_part(look: ArticleLook) -> str:
    """Return the brand's words at the beginning of an article; "" for none."""
    return look.prose(look.brand.head, "opening")


def closing_parts(look: ArticleLook, account: str) -> tuple[str, tuple[DraftPicture, ...]]:
    """Return what stands at the end of an article, the name card of the account and the words, and its pictures."""
    brand = look.brand
    pictures: list[DraftPicture] = []
    parts: list[str] = []
    if brand.logo is not None:
        pictures.append(brand_picture(brand.logo))
        scale = min(_LOGO_HEIGHT / brand.logo.height, _LOGO_WIDTH / brand.logo.width)
        parts.append(look.emblem(pictures[-1].key, "标志", round(brand.logo.width * scale)))
    has_card = brand.logo or brand.qr_code or brand.slogan or brand.contact
    if has_card and account:
        parts.append(look.element("p", escape_text(account), "card-name"))
    if brand.slogan:
        parts.append(look.element("p", escape_text(brand.slogan), "card-line"))
    if brand.qr_code is not None:
        pictures.append(brand_picture(brand.qr_code))
        parts.append(look.emblem(pictures[-1].key, "公众号的二维码", _QR_SIDE))
        parts.append(look.element("p", "长按二维码，关注我们", "card-line"))
    parts += [
        look.element("p", escape_text(line), "card-line") for line in brand.contact.splitlines() if line
    ]
    card = look.element("section", "".join(parts), "card") if parts else ""
    return card + look.prose(brand.foot, "foot"), tuple(pictures)
