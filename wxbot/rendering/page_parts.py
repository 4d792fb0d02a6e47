"""Parts of all pages of the public site: style sheet and policy, metadata, links, and the rendering of a template."""

from dataclasses import dataclass
from typing import Any

from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.rendering.publication_look import PLAIN_LOOK, PublicationLook

__all__ = ["PAGE_POLICY", "PageHead", "PageLink", "page_policy", "render_page"]

_STYLE = read_stylesheet("tokens.css", "page.css")
_PAGES = template_environment(_STYLE)


# Content-Security-Policy: the style sheet above and pictures, nothing else. Other sites may frame these pages, as the
# simulator's phone does: no page has a control that a framing site could abuse by clickjacking, a search included.
def page_policy(look: PublicationLook = PLAIN_LOOK, *, search: bool = False) -> str:
    """Return the policy of a page with this look, whose colours are a second style sheet; `search` allows its form."""
    styles = " ".join(csp_hash(each) for each in (_STYLE, look.style) if each)
    forms = "'self'" if search else "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; base-uri 'none'; form-action {forms}"
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


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page, with a line of text below it."""

    href: str
    text: str
    summary: str = ""


def render_page(
    template: str, head: PageHead, root: str, *, look: PublicationLook = PLAIN_LOOK, **shown: Any
) -> str:
    """Render a template; `root` is the path below which the site is served, `look` gives colours and imprint."""
    values = {"head": head, "root": root, "accent": look.style, "brand": look.brand}
    return _PAGES.get_template(template).render(**values | shown)
