"""HTML pages of the public site: an article, an issue, an archived article, and "not found".

Each page is one HTML document without scripts and external resources, so that it appears at once on a phone with a
slow connection. Pictures come from our own site alone, as soon as a reader scrolls to them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from wxbot.bulletin.blocks import web_address
from wxbot.bulletin.issue_number import number_label, running_label
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.issue_texts import article_date, by_section, clean_line, issue_label
from wxbot.rendering.links import (
    SiteLinks,
    anchor,
    article_address,
    article_summary,
    issue_address,
    section_address,
    site_root,
)
from wxbot.rendering.page_blocks import blocks_as_page_html
from wxbot.rendering.page_parts import PageHead, PageLink, render_page
from wxbot.rendering.publication_look import PLAIN_LOOK, PublicationLook
from wxbot.text import cut_width

__all__ = [
    "archive_page",
    "article_page",
    "failure_page",
    "gone_page",
    "issue_page",
    "not_found_page",
]

_DESCRIPTION_WIDTH = 160


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    anchor: str
    href: str
    lead: Markup
    articles: Sequence[PageLink]
    present_name: str = ""
    present_anchor: str = ""


def article_page(
    article: Article,
    issue: Issue,
    *,
    before: Article | None,
    after: Article | None,
    related: Sequence[Article] = (),
    public_url: str,
    account_name: str,
    picture_url: str = "",
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page of one article of an issue.

    `before` and `after` are its neighbours in the issue, `related` articles are about the same. `public_url` is the
    address of the site; with "" everything that needs a full address is left out. `picture_url` is the picture of
    shared links (`og:image`).
    """
    root = site_root(public_url)
    return render_page(
        "article.html",
        _article_head(article, issue, public_url, account_name, picture_url),
        root,
        **_body(article, root),
        name=clean_line(look.name or issue.title) or account_name,
        label=issue_label(issue),
        date=chinese_date(article_date(article, issue)),
        issue_href=issue_address(issue, root),
        section_href=section_address(issue, article.section, root),
        before=_to_article(before, root) if before else None,
        after=_to_article(after, root) if after else None,
        related=_to_related(related, root),
        account=account_name,
        footer=_imprint(issue, account_name, look),
        look=look,
    )


def archive_page(
    article: Article,
    *,
    related: Sequence[Article] = (),
    public_url: str,
    account_name: str,
    picture_url: str = "",
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page of an archived article, which belongs to no issue."""
    return render_page(
        "article.html",
        _article_head(article, None, public_url, account_name, picture_url),
        site_root(public_url),
        **_body(article, site_root(public_url)),
        name=account_name or "文章存档",
        label="",
        date=chinese_date(article.date),
        issue_href="",
        section_href="",
        before=None,
        after=None,
        related=_to_related(related, site_root(public_url)),
        account=account_name,
        footer=account_name,
        look=look,
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
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page of an issue: its sections, and a summary of each of their articles."""
    root = site_root(public_url)
    groups = by_section(issue, articles)
    name = clean_line(look.name or issue.title) or account_name or "简报"
    label = issue_label(issue)
    head = PageHead(
        heading=f"{name} {label}",
        title=f"{name} {label}",
        kind="website",
        site=account_name or name,
        description=_description("；".join(clean_line(group[0].title) for _, group in groups if group)),
        url=issue_address(issue, public_url) if public_url else "",
        picture=picture_url,
        date=issue.date.isoformat() if issue.date else "",
    )
    return render_page(
        "issue.html",
        head,
        root,
        name=name,
        label=f"{label}（{running_label(issue.total, issue.total_last)}）"
        if issue.total and issue.total != issue.issue
        else label,
        date=chinese_date(issue.date),
        editor=clean_line(issue.editor),
        lead=blocks_as_page_html(issue.lead, root, first_heading=2, prefix="lead-"),
        sections=[
            _section(title, group, issue, root, f"lead-{n}-", look)
            for n, (title, group) in enumerate(groups, start=1)
        ],
        others=[PageLink(issue_address(newest, root), clean_line(other)) for other, newest in look.others],
        older=_to_issue(older, root) if older else None,
        newer=_to_issue(newer, root) if newer else None,
        account=account_name,
        footer=_imprint(issue, account_name, look),
        look=look,
    )


def not_found_page(
    *,
    account_name: str = "",
    latest: Issue | None = None,
    public_url: str = "",
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page for an unknown address, with a link to the latest issue if it is given."""
    heading = "没有找到这个页面"
    return render_page(
        "not_found.html",
        PageHead(heading=heading, title=heading),
        site_root(public_url),
        name=account_name,
        latest=_to_issue(latest, site_root(public_url)) if latest else None,
        look=look,
    )


def failure_page(
    *,
    is_busy: bool,
    number: str = "",
    account_name: str = "",
    public_url: str = "",
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page for a fault of ours; with `is_busy` it passes by itself. Nothing is read for it.

    `number` is the request's id, by which a technician finds the lines of the log.
    """
    heading = "现在打不开，请稍后再试" if is_busy else "这一页出错了"
    return render_page(
        "failure.html",
        PageHead(heading=heading, title=heading),
        site_root(public_url),
        name=account_name,
        mark="请稍候" if is_busy else "五〇〇",
        advice="服务器正忙，过一分钟刷新这一页。"
        if is_busy
        else "问题已经记下，过些时候再来；别的页面可能照常能看。",
        number=number,
        look=look,
    )


def gone_page(
    issue: Issue | None,
    *,
    account_name: str = "",
    latest: Issue | None = None,
    public_url: str = "",
    look: PublicationLook = PLAIN_LOOK,
) -> str:
    """Return the page for what was withdrawn or removed, with a link to the issue that had it, or to the latest one."""
    heading = "这篇文章已经撤下" if issue else "这一期已经撤下"
    shown = issue or latest
    return render_page(
        "gone.html",
        PageHead(heading=heading, title=heading),
        site_root(public_url),
        name=account_name,
        shown=_to_issue(shown, site_root(public_url)) if shown else None,
        look=look,
    )


def _article_head(
    article: Article, issue: Issue | None, public_url: str, account_name: str, picture_url: str
) -> PageHead:
    """Return the metadata of an article's page."""
    heading = clean_line(article.title) or "无题"
    site = account_name or (clean_line(issue.title) if issue else "")
    date = article_date(article, issue)
    return PageHead(
        heading=heading,
        title=f"{heading} - {site}" if site else heading,
        kind="article",
        site=site,
        description=_description(clean_line(article.summary)),
        url=article_address(article, public_url) if public_url else "",
        picture=picture_url,
        date=date.isoformat() if date else "",
        section=clean_line(article.section),
    )


def _body(article: Article, root: str) -> dict[str, Any]:
    """Return an article's text, and the address to which its title links."""
    address = web_address(article.url or "")
    return {
        "body": blocks_as_page_html(article.blocks, root),
        "sources": [PageLink(address, article.url or "")] if address else [],
    }


def _section(
    name: str, articles: Sequence[Article], issue: Issue, root: str, prefix: str, look: PublicationLook
) -> _Section:
    id_, present = anchor(name), look.present_names.get(name, "")
    # An issue can have a section of the present name beside it, whose id must stay the only one.
    present_id = anchor(present) if present and present not in issue.sections else ""
    links = [
        PageLink(article_address(article, root), clean_line(article.title), clean_line(article.summary))
        for article in articles
    ]
    lead = blocks_as_page_html(issue.section_leads.get(name, ()), root, first_heading=3, prefix=prefix)
    return _Section(clean_line(name), id_, f"#{id_}", lead, links, clean_line(present), present_id)


def _to_article(article: Article, root: str) -> PageLink:
    return PageLink(article_address(article, root), clean_line(article.title))


def _to_related(articles: Sequence[Article], root: str) -> list[PageLink]:
    """Return the links of related articles, each with its issue or its day."""
    links = SiteLinks(root)
    return [
        PageLink(
            links.article(article_summary(each)),
            clean_line(each.title) or "无题",
            number_label((each.issue_key or "").rpartition("/")[2]) or chinese_date(each.date),
        )
        for each in articles
    ]


def _to_issue(issue: Issue, root: str) -> PageLink:
    return PageLink(issue_address(issue, root), f"{clean_line(issue.title)} {issue_label(issue)}".strip())


def _imprint(issue: Issue, account_name: str, look: PublicationLook) -> str:
    """Return the last line: the bulletin, its publisher and the account, each name once."""
    name = clean_line(look.name or issue.title)
    names = dict.fromkeys(filter(None, (name, clean_line(issue.editor), account_name)))
    return " · ".join(names)


def _description(text: str) -> str:
    return cut_width(text, _DESCRIPTION_WIDTH)
