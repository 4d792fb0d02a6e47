"""The pages that a card opens: an article, an issue, an archived article, and the page for what is not there.

Each is one HTML document without any outside resource and without scripts, so that it is there at once on a
phone with a bad line. Only pictures of an article itself are loaded from elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering import blocks as b
from wxbot.rendering.issue_texts import article_date, by_section, clean_line, issue_label
from wxbot.rendering.links import anchor, article_address, issue_address, section_address, site_root
from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.text import cut_width

__all__ = ["PAGE_POLICY", "archive_page", "article_page", "issue_page", "not_found_page"]

_DESCRIPTION_WIDTH = 160

_STYLE = read_stylesheet("page.css")

# For the header Content-Security-Policy: the one sheet above, pictures, and nothing else at all. Anybody may frame
# these pages, as the simulated phone does: there is nothing on them that a reader could be led to press.
PAGE_POLICY = (
    f"default-src 'none'; style-src {csp_hash(_STYLE)}; img-src https: http: data:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class _Head:
    """What browsers and those who share the page are told of it; without `kind` it is not to be indexed."""

    heading: str
    title: str
    kind: str = ""
    site: str = ""
    description: str = ""
    url: str = ""
    picture: str = ""
    date: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Link:
    href: str
    text: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    anchor: str
    href: str
    articles: Sequence[_Link]


def article_page(
    article: Article,
    issue: Issue,
    *,
    before: Article | None,
    after: Article | None,
    public_url: str,
    account_name: str,
    picture_url: str = "",
) -> str:
    """The page of one article of an issue, as served at /a/<number>/<n>.

    `before` and `after` are its neighbours in the issue; `public_url` is where readers reach the site ("" leaves
    out what needs a whole address); `picture_url` is the picture for those who share the page.
    """
    root = site_root(public_url)
    return _render(
        "article.html",
        _article_head(article, issue, public_url, account_name, picture_url),
        **_body(article),
        name=clean_line(issue.title) or account_name,
        label=issue_label(issue),
        date=chinese_date(article_date(article, issue)),
        issue_href=issue_address(issue, root),
        section_href=section_address(issue, article.section, root),
        before=_to_article(before, root) if before else None,
        after=_to_article(after, root) if after else None,
        footer=_imprint(issue, account_name),
    )


def archive_page(article: Article, *, public_url: str, account_name: str, picture_url: str = "") -> str:
    """The page of an article that belongs to no issue; at /a/archive/<its own id>."""
    return _render(
        "article.html",
        _article_head(article, None, public_url, account_name, picture_url),
        **_body(article),
        name=account_name or "文章存档",
        label="",
        date=chinese_date(article.date),
        issue_href="",
        section_href="",
        before=None,
        after=None,
        footer=account_name,
    )


def issue_page(
    issue: Issue,
    articles: Iterable[Article],
    *,
    older: Issue | None = None,
    newer: Issue | None = None,
    public_url: str,
    account_name: str,
    picture_url: str = "",
) -> str:
    """The page of one issue, as served at /i/<number>: its sections, their articles with a summary each."""
    root = site_root(public_url)
    groups = by_section(issue, articles)
    name = clean_line(issue.title) or account_name or "简报"
    label = issue_label(issue)
    head = _Head(
        heading=f"{name} {label}",
        title=f"{name} {label}",
        kind="website",
        site=account_name or name,
        description=_described("；".join(clean_line(group[0].title) for _, group in groups)),
        url=issue_address(issue, public_url) if public_url else "",
        picture=picture_url,
        date=issue.date.isoformat() if issue.date else "",
    )
    return _render(
        "issue.html",
        head,
        name=name,
        label=f"{label}（总第{issue.total}期）" if issue.total else label,
        date=chinese_date(issue.date),
        editor=clean_line(issue.editor),
        sections=[_section(title, group, root) for title, group in groups],
        older=_to_issue(older, root) if older else None,
        newer=_to_issue(newer, root) if newer else None,
        footer=_imprint(issue, account_name),
    )


def not_found_page(*, account_name: str = "", latest: Issue | None = None, public_url: str = "") -> str:
    """The page for an address that leads nowhere, with a way on: the latest issue, if it is given."""
    heading = "没有找到这个页面"
    return _render(
        "not_found.html",
        _Head(heading=heading, title=heading),
        name=account_name,
        latest=_to_issue(latest, site_root(public_url)) if latest else None,
    )


def _article_head(
    article: Article, issue: Issue | None, public_url: str, account_name: str, picture_url: str
) -> _Head:
    heading = clean_line(article.title) or "无题"
    site = account_name or (clean_line(issue.title) if issue else "")
    date = article_date(article, issue)
    return _Head(
        heading=heading,
        title=f"{heading} - {site}" if site else heading,
        kind="article",
        site=site,
        description=_described(clean_line(article.summary)),
        url=article_address(article, public_url) if public_url else "",
        picture=picture_url,
        date=date.isoformat() if date else "",
        section=clean_line(article.section),
    )


def _body(article: Article) -> dict[str, Any]:
    """The blocks of the text, and what the bulletin linked or showed that stands nowhere in it."""
    found = [_shown(block) for block in b.blocks(article.paragraphs)]
    text = "\n".join(article.paragraphs)
    found += [_shown(b.Image(url)) for url in article.images if url not in text and b.web_address(url)]
    links = [*article.links, *([article.url] if article.url else [])]
    sources = [url for url in dict.fromkeys(links) if url not in text and b.web_address(url)]
    return {
        "blocks": [(type(block).__name__, block) for block in found],
        "sources": [_Link(b.web_address(url), url) for url in sources],
    }


def _shown(block: b.Block) -> b.Block:
    """The block as a page may hold it: a picture that is no web address has only its caption."""
    return b.Image(b.web_address(block.url), block.alt) if isinstance(block, b.Image) else block


def _section(name: str, articles: Sequence[Article], root: str) -> _Section:
    id_ = anchor(name)
    links = [
        _Link(article_address(article, root), clean_line(article.title), clean_line(article.summary))
        for article in articles
    ]
    return _Section(clean_line(name), id_, f"#{id_}", links)


def _to_article(article: Article, root: str) -> _Link:
    return _Link(article_address(article, root), clean_line(article.title))


def _to_issue(issue: Issue, root: str) -> _Link:
    return _Link(issue_address(issue, root), f"{clean_line(issue.title)} {issue_label(issue)}".strip())


def _imprint(issue: Issue, account_name: str) -> str:
    """The last line: who makes the bulletin and who sends it, each once."""
    names = dict.fromkeys(filter(None, (clean_line(issue.title), clean_line(issue.editor), account_name)))
    return " · ".join(names)


def _described(text: str) -> str:
    return cut_width(text, _DESCRIPTION_WIDTH)


_PAGES = template_environment(_STYLE)


def _render(template: str, head: _Head, **shown: Any) -> str:
    return _PAGES.get_template(template).render(head=head, **shown)
