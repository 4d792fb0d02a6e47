"""HTML pages that lead through the public site: the first page, the list of all issues, and search.

Like all pages of the site they work without scripts, and stay small however many issues there are.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from wxbot.brand import PLAIN_BRAND, Brand
from wxbot.library import Article, Issue
from wxbot.library.public_site import issue_year
from wxbot.local_time import chinese_date
from wxbot.rendering.issue_texts import by_section, clean_line, issue_label, short_label
from wxbot.rendering.links import (
    SiteLinks,
    article_summary,
    feed_address,
    home_address,
    issue_address,
    issue_list_address,
    search_address,
    site_root,
)
from wxbot.rendering.page_parts import PageHead, PageLink, render_page
from wxbot.rendering.publication_look import PublicationLook

__all__ = [
    "FoundArticle",
    "HomeContent",
    "MarkedText",
    "SearchView",
    "SiteFrame",
    "home_page",
    "issue_list_page",
    "search_page",
]

_ISSUES = 300  # issues on one page of the list
_HOME_TITLES = 30
_NO_YEAR = "年份不详"

MarkedText = Sequence[tuple[str, bool]]  # pieces of a text, with whether the query's words are in them


@dataclass(frozen=True, slots=True)
class SiteFrame:
    """Address, name, colour and brand of the site, the same on all its pages.

    `name` is that of the site, `publications` holds the names of the publications by id where there are several, and
    `colour` is the default one's. `account` is the name of the account that readers may follow, "" for none.
    """

    public_url: str
    name: str
    publications: Mapping[int, str]
    colour: str = ""
    brand: Brand = PLAIN_BRAND
    account: str = ""

    @property
    def look(self) -> PublicationLook:
        """The look of pages that belong to no issue."""
        return PublicationLook(colour=self.colour, brand=self.brand)

    @property
    def root(self) -> str:
        """The path below which the site is served."""
        return site_root(self.public_url)

    def publication(self, issue: Issue) -> str:
        """Return the name of an issue's publication; "" where there is only one."""
        return clean_line(self.publications.get(issue.publication_id or 0, ""))

    def head(self, heading: str, address: str, description: str = "") -> PageHead:
        """Return the metadata of a page that search engines may list, at an address below the public URL."""
        return PageHead(
            heading=heading,
            title=heading if heading == self.name else f"{heading} - {self.name}",
            kind="website",
            site=self.name,
            description=description,
            url=address if self.public_url else "",
            feed=feed_address(self.public_url) if self.public_url else "",
        )


@dataclass(frozen=True, slots=True)
class HomeContent:
    """Content of the first page: the newest issue with its articles, the issues before it, and the sections.

    `others` are the newest issues of the other publications; `archived` articles are shown where there is no issue.
    """

    newest: Issue | None
    articles: Sequence[Article]
    recent: Sequence[Issue]
    others: Sequence[Issue]
    sections: Sequence[str]
    archived: Sequence[Article]


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that a search found: its address, and title and excerpt with the words that match."""

    href: str
    title: MarkedText
    excerpt: MarkedText
    place: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """Result of a search as its page shows it.

    `query` is what was typed, `corrected` what was searched instead; `total` counts all hits, `pages` the pages that
    can be opened. With `exact` no spelling was corrected; `typed` articles have the words that were corrected.
    `related` articles are suggested for a query that found nothing.
    """

    query: str
    found: Sequence[FoundArticle] = ()
    total: int = 0
    page: int = 1
    pages: int = 0
    corrected: str = ""
    related: Sequence[FoundArticle] = ()
    cut_at: int = 0
    exact: bool = False
    typed: int = 0


@dataclass(frozen=True, slots=True)
class _IssueGroup:
    """Issues of one year, or of one publication in it."""

    name: str
    anchor: str
    links: Sequence[PageLink]
    publications: Sequence["_IssueGroup"] = ()


def home_page(frame: SiteFrame, content: HomeContent) -> str:
    """Return the site's first page."""
    root, newest = frame.root, content.newest
    links = SiteLinks(root)
    groups = by_section(newest, content.articles[:_HOME_TITLES]) if newest else []
    head = frame.head(frame.name, home_address(frame.public_url), _describe(frame, content))
    return render_page(
        "home.html",
        head,
        root,
        name=frame.name,
        query="",
        newest=_to_issue(newest, frame) if newest else None,
        date=chinese_date(newest.date) if newest else "",
        iso_date=newest.date.isoformat() if newest and newest.date else "",
        groups=[
            (clean_line(name), [_to_article(article, links) for article in group])
            for name, group in groups
            if group
        ],
        more=max(len(content.articles) - _HOME_TITLES, 0),
        recent=[_to_issue(issue, frame) for issue in content.recent],
        others=[_to_issue(issue, frame) for issue in content.others],
        sections=_section_links(content.sections, root),
        archived=[_to_article(article, links) for article in content.archived],
        account=frame.account,
        look=frame.look,
    )


def issue_list_page(frame: SiteFrame, issues: Sequence[Issue], page: int) -> str | None:
    """Return a page of the list of all issues, counted from 1; None beyond its end.

    `issues` are in the order of the list: by year, and by publication within it.
    """
    pages = max(math.ceil(len(issues) / _ISSUES), 1)
    if not 1 <= page <= pages:
        return None
    root = frame.root
    shown = issues[(page - 1) * _ISSUES : page * _ISSUES]
    years: dict[str, int] = {}
    for at, issue in enumerate(issues):
        years.setdefault(_year(issue), at // _ISSUES + 1)
    heading = "各期简报" if not frame.publications else "各期刊物"
    return render_page(
        "issue_list.html",
        frame.head(heading, issue_list_address(frame.public_url, page), f"{frame.name}，共 {len(issues)} 期"),
        root,
        name=frame.name,
        query="",
        total=len(issues),
        years=[
            PageLink(f"{'' if at == page else issue_list_address(root, at)}#{_anchor(year)}", year)
            for year, at in years.items()
        ],
        groups=list(_by_year(frame, shown)),
        newer=issue_list_address(root, page - 1) if page > 1 else "",
        older=issue_list_address(root, page + 1) if page < pages else "",
        page=page,
        pages=pages,
        look=frame.look,
    )


def search_page(frame: SiteFrame, view: SearchView, sections: Sequence[str]) -> str:
    """Return the page of a search, or the form alone; `sections` are offered where nothing is found."""
    root = frame.root
    query = view.query
    heading = f"检索：{query}" if query else "检索"
    return render_page(
        "search.html",
        PageHead(heading=heading, title=f"{heading} - {frame.name}"),
        root,
        name=frame.name,
        query=query,
        view=view,
        previous=search_address(root, query, min(view.page - 1, view.pages), exact=view.exact)
        if view.page > 1
        else "",
        following=search_address(root, query, view.page + 1, exact=view.exact)
        if view.page < view.pages
        else "",
        first=search_address(root, query, exact=view.exact),
        refuse=search_address(root, query, exact=True) if view.typed else "",
        sections=_section_links(sections, root),
        look=frame.look,
    )


def _by_year(frame: SiteFrame, issues: Sequence[Issue]) -> Iterator[_IssueGroup]:
    """Yield a group for each year, with a group for each publication in it where there are several."""
    for year, of_year in groupby(issues, _year):
        listed = list(of_year)
        if frame.publications:
            groups = [
                _IssueGroup(name, "", [_to_number(issue, frame.root) for issue in group])
                for name, group in groupby(listed, frame.publication)
            ]
            yield _IssueGroup(year, _anchor(year), (), groups)
        else:
            yield _IssueGroup(year, _anchor(year), [_to_number(issue, frame.root) for issue in listed])


def _year(issue: Issue) -> str:
    year = issue_year(issue)
    return f"{year}年" if year else _NO_YEAR


def _anchor(year: str) -> str:
    return f"y{year.removesuffix('年')}" if year != _NO_YEAR else "y"


def _to_number(issue: Issue, root: str) -> PageLink:
    """Return the link of an issue below its year: its number, and its day unless that is the number."""
    label = short_label(issue)
    day = f"{issue.date.month}月{issue.date.day}日" if issue.date else ""
    return PageLink(issue_address(issue, root), label, "" if day == label else day)


def _to_issue(issue: Issue, frame: SiteFrame) -> PageLink:
    """Return the link of an issue: its number, after its publication where there are several, and its day."""
    label = f"{frame.publication(issue)} {issue_label(issue)}".strip()
    day = chinese_date(issue.date)
    return PageLink(issue_address(issue, frame.root), label, "" if label.endswith(day) else day)


def _to_article(article: Article, links: SiteLinks) -> PageLink:
    return PageLink(links.article(article_summary(article)), clean_line(article.title) or "无题")


def _section_links(sections: Sequence[str], root: str) -> list[PageLink]:
    return [PageLink(search_address(root, name), clean_line(name)) for name in sections]


def _describe(frame: SiteFrame, content: HomeContent) -> str:
    """Return the line by which search engines describe the first page."""
    newest = content.newest
    titles = "；".join(clean_line(article.title) for article in content.articles[:3])
    return f"最新一期：{_to_issue(newest, frame).text}。{titles}" if newest else f"{frame.name}的文章"
