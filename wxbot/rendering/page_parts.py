"""Parts of all pages of the public site: style sheet and policy, metadata, links, and the rendering of a template."""

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.rendering.publication_look import PLAIN_LOOK, PublicationLook
from wxbot.rendering.share_script import share_policy, share_script
from wxbot.text import strip_controls

__all__ = ["PAGE_POLICY", "PageHead", "PageLink", "page_policy", "render_page", "structured_data"]

_STYLE = read_stylesheet("tokens.css", "page.css")
_PAGES = template_environment(_STYLE)


# Content-Security-Policy: the style sheet above and pictures, nothing else. Other sites may frame these pages, as the
# simulator's phone does: no page has a control that a framing site could abuse by clickjacking, a search included.
def page_policy(look: PublicationLook = PLAIN_LOOK, *, search: bool = False, root: str = "") -> str:
    """Return the policy of a page with this look, whose colours are a second style sheet; `search` allows its form."""
    styles = " ".join(csp_hash(each) for each in (_STYLE, look.style) if each)
    forms = "'self'" if search else "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; manifest-src 'self'; "
        f"base-uri 'none'; form-action {forms}{share_policy(look.share_sdk, root)}"
    )


PAGE_POLICY = page_policy()


@dataclass(frozen=True, slots=True)
class PageHead:
    """Metadata for browsers, search engines and shared links; a page without `kind` must not be indexed.

    `feed` is the address of the site's Atom feed, on the pages that lead to it.
    """

    heading: str
    title: str
    kind: str = ""
    site: str = ""
    description: str = ""
    url: str = ""
    picture: str = ""
    date: str = ""
    section: str = ""
    feed: str = ""

    @property
    def data(self) -> Markup:
        """The metadata as JSON-LD (schema.org) for search engines; "" for a page that must not be indexed."""
        return structured_data(self) if self.kind and self.url else Markup()


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page, with a line of text below it."""

    href: str
    text: str
    summary: str = ""


def structured_data(head: PageHead) -> Markup:
    """Return a page's metadata as JSON for a script element, which no character of a title can end."""
    site = {"@type": "Organization", "name": head.site} if head.site else None
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle" if head.kind == "article" else "WebPage",
        "headline" if head.kind == "article" else "name": head.heading,
        "description": head.description,
        "url": head.url,
        "mainEntityOfPage": head.url if head.kind == "article" else "",
        "image": head.picture,
        "datePublished": head.date,
        "articleSection": head.section,
        "inLanguage": "zh-CN",
        "author": site,
        "publisher": site,
    }
    given = {name: value for name, value in fields.items() if value}
    text = strip_controls(json.dumps(given, ensure_ascii=False))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704  as JSON it holds no character of HTML


def render_page(
    template: str, head: PageHead, root: str, *, look: PublicationLook = PLAIN_LOOK, **shown: Any
) -> str:
    """Render a template; `root` is the path below which the site is served, `look` gives colours and imprint."""
    values = {"head": head, "root": root, "accent": look.style, "brand": look.brand}
    values["share_script"] = Markup(share_script(look.share_sdk, root))  # noqa: S704  a text of this program
    return _PAGES.get_template(template).render(**values | shown)
