"""Files of the public site for programs: Atom feed (RFC 4287), sitemap and robots.txt.

Their addresses are absolute, so they need the site's public URL.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wxbot.bulletin.blocks import web_address
from wxbot.library import Article, Issue
from wxbot.library.public_site import ListedArticle
from wxbot.local_time import BEIJING
from wxbot.rendering.issue_texts import article_date, clean_line, issue_label
from wxbot.rendering.links import (
    article_address,
    article_path,
    feed_address,
    home_address,
    issue_address,
    issue_list_address,
    search_address,
    site_root,
    sitemap_address,
)
from wxbot.rendering.page_templates import template_environment
from wxbot.text import cut_width

__all__ = ["FeedIssue", "atom_feed", "robots_txt", "sitemap", "sitemap_index"]

_FILES = template_environment("")
_SUMMARY_WIDTH = 240
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # when a feed changed that has no entry


@dataclass(frozen=True, slots=True)
class FeedIssue:
    """An issue in the feed with its articles; `publication` is the name of its publication, "" where there is one.

    Archived articles belong to no issue: then `issue` is None.
    """

    issue: Issue | None
    articles: Sequence[Article]
    publication: str = ""


@dataclass(frozen=True, slots=True)
class _FeedEntry:
    id: str
    href: str
    title: str
    summary: str
    updated: str
    published: str
    author: str
    terms: Sequence[str]


def atom_feed(issues: Iterable[FeedIssue], *, public_url: str, name: str) -> str:
    """Return the Atom feed: an entry for each article, in the given order.

    `name` is that of the site. An entry changes with its issue, an archived article at its date.
    """
    entries = [_feed_entry(article, each, public_url, name) for each in issues for article in each.articles]
    return _FILES.get_template("feed.xml").render(
        id=home_address(public_url),
        name=name,
        feed=feed_address(public_url),
        home=home_address(public_url),
        icon=f"{public_url.rstrip('/')}/favicon.ico",
        updated=max((each.updated for each in entries), default=_stamp(_EPOCH)),
        entries=entries,
    )


def _feed_entry(article: Article, among: FeedIssue, public_url: str, name: str) -> _FeedEntry:
    issue, address = among.issue, article_address(article, public_url)
    elsewhere = web_address(article.url or "") if issue is None else ""
    date = article_date(article, issue)
    published = dt.datetime(date.year, date.month, date.day, tzinfo=BEIJING) if date else None
    changed = issue.shelved_at if issue else published or _EPOCH
    label = f"{among.publication}{issue_label(issue)}" if issue else ""
    return _FeedEntry(
        id=address,
        href=elsewhere or address,
        title=clean_line(article.title) or "无题",
        summary=cut_width(clean_line(article.summary), _SUMMARY_WIDTH),
        updated=_stamp(changed),
        published=published.isoformat() if published else "",
        author=(clean_line(issue.editor) if issue else "") or name,
        terms=list(filter(None, (clean_line(article.section), label))),
    )


def sitemap(
    articles: Iterable[ListedArticle], issues: Iterable[Issue] = (), *, public_url: str, first: bool
) -> str:
    """Return a sitemap of these pages; the `first` one has the pages that lead to them as well."""
    root = public_url.rstrip("/")
    pages = [(home_address(root), ""), (issue_list_address(root), "")] if first else []
    pages += [(issue_address(issue, root), _stamp(issue.shelved_at)) for issue in issues]
    pages += [
        (
            root + article_path(each.key, each.n, each.public_id),
            _stamp(each.changed_at) if each.changed_at else "",
        )
        for each in articles
    ]
    return _FILES.get_template("sitemap.xml").render(pages=pages)


def sitemap_index(parts: Iterable[int], *, public_url: str) -> str:
    """Return the index of a sitemap in parts."""
    return _FILES.get_template("sitemap_index.xml").render(
        parts=[sitemap_address(public_url, part) for part in parts]
    )


def robots_txt(public_url: str) -> str:
    """Return robots.txt: everything may be crawled but results of searches and what is for editors."""
    root = site_root(public_url)
    closed = [search_address(root), f"{root}/console/", f"{root}/wechat"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return "\n".join([*lines, *(["", f"Sitemap: {sitemap_address(public_url)}"] if public_url else []), ""])


def _stamp(moment: dt.datetime) -> str:
    """Return a moment in UTC as RFC 3339 writes it."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
