"""One page that shows a brand wherever a reader meets it: message, covers, articles in each theme, web page.

The page holds everything in itself, so that it can be sent to a colleague; articles are shown as WeChat keeps them, in
light and with the colours that its dark mode gives them.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from wxbot.brand import THEMES, Brand
from wxbot.brand.values import shipped_sheet
from wxbot.rendering.brand_sample import SAMPLE_PICTURE, sample_articles, sample_issue, sample_picture
from wxbot.rendering.cover import card_picture, issue_art
from wxbot.rendering.dark_colours import DARK_PAPER, in_dark_colours
from wxbot.rendering.draft import draft_articles
from wxbot.rendering.draft_body import DraftArticle
from wxbot.rendering.gate import DraftFinding, check_draft
from wxbot.rendering.page import article_page
from wxbot.rendering.page_templates import read_stylesheet, template_environment
from wxbot.rendering.publication_look import PublicationLook

__all__ = ["BRAND_PREVIEW_POLICY", "brand_mistake", "brand_preview", "sample_findings"]

BRAND_PREVIEW_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)
"""Policy of the page where a server shows it: its articles carry inline styles, and nothing may run."""

_TEMPLATE = "brand_preview.html"
_PLACEHOLDER = re.compile(r"\{\{picture:([\w-]+)\}\}")
_ICONS = re.compile(
    r'<link rel="(?:icon|apple-touch-icon|manifest)"[^>]*>'
)  # files that the page does not hold
_DARK_QUERY = re.compile(r"@media \(prefers-color-scheme: ?dark\)")


@dataclass(frozen=True, slots=True)
class _ArticleView:
    """An article of the sample message in one theme, as HTML for light and for dark."""

    theme: str
    is_own: bool
    light: Markup
    dark: Markup


@dataclass(frozen=True, slots=True)
class _ShownItem:
    """An item of the sample message in the chat: its title and its cover as the address of data."""

    title: str
    cover: str


def brand_preview(brand: Brand, account: str) -> str:
    """Return the page; `account` is the name of the account."""
    drafts = _compose(brand, account)
    own = [_view("自己的样式表" if brand.stylesheet else brand.theme, drafts[1], is_own=True)]
    others = [
        _view(theme, _compose(replace(brand, theme=theme, stylesheet="", sheet=shipped_sheet(theme),
                                      sheet_digest=""), account)[1])
        for theme in THEMES
        if theme != brand.theme or brand.stylesheet
    ]  # fmt: skip
    page = _public_page(brand, account)
    return (
        template_environment(read_stylesheet("brand_preview.css"))
        .get_template(_TEMPLATE)
        .render(
            account=account,
            brand=brand,
            items=[_ShownItem(each.title, _data(each.draw_cover(_read_picture))) for each in drafts],
            card=_data(card_picture(issue_art(sample_issue(), brand))),
            articles=[*own, *others],
            dark_paper=DARK_PAPER,
            page_light=_DARK_QUERY.sub("@media not all", page),
            page_dark=_DARK_QUERY.sub("@media all", page),
        )
    )


def brand_mistake(says: str, remedy: str) -> str:
    """Return the page that stands in for the preview of a brand that cannot be used: why, and what to do."""
    return (
        template_environment(read_stylesheet("brand_preview.css"))
        .get_template("brand_mistake.html")
        .render(says=says, remedy=remedy)
    )


def sample_findings(brand: Brand, account: str) -> list[DraftFinding]:
    """Return what WeChat would change of the sample's articles, or show badly, because of the brand."""
    return check_draft(_compose(brand, account))


def _compose(brand: Brand, account: str) -> Sequence[DraftArticle]:
    return draft_articles(
        sample_issue(), sample_articles(), public_url="https://example.org", author=account, brand=brand
    )


def _view(theme: str, draft: DraftArticle, *, is_own: bool = False) -> _ArticleView:
    """Return an article with its pictures as data, in light and in dark colours."""
    files = {each.key: each.draw(_read_picture) for each in draft.pictures}
    pictures = {key: _data(file.data) for key, file in files.items() if file is not None}

    def show(html: str) -> Markup:
        shown = _PLACEHOLDER.sub(lambda found: pictures.get(found[1], ""), html)
        return Markup(shown)  # noqa: S704  rendered from the typed blocks of the sample

    return _ArticleView(theme, is_own, show(draft.content), show(in_dark_colours(draft.content)))


def _public_page(brand: Brand, account: str) -> str:
    issue, (first, second, *_) = sample_issue(), sample_articles()
    page = article_page(
        first,
        issue,
        before=None,
        after=second,
        public_url="",
        account_name=account,
        look=PublicationLook(brand=brand),
    )
    return _ICONS.sub("", page).replace(f"/p/{SAMPLE_PICTURE}", _data(sample_picture()))


def _read_picture(digest: str) -> bytes | None:
    return sample_picture() if digest == SAMPLE_PICTURE else None


def _data(picture: bytes) -> str:
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
