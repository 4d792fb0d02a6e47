"""Lists of issues to open: chosen by publication and time, shown by year and publication, a page at a time.

Such a list is remembered like one of articles; its entries are the issues' keys after ISSUE.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer
from wxbot.bot.intent.commands import ListIssues
from wxbot.bot.lists import Listing
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.library import Issue
from wxbot.library.public_site import issue_year, issues_by_year
from wxbot.rendering.issue_texts import short_label
from wxbot.search.names import LibraryNames
from wxbot.text import cut_width, one_line
from wxbot.wechat import Text, link, menu_link

__all__ = ["ISSUE", "is_issue_list", "issue_page", "issues_label", "remembered_issues", "select_issues"]

ISSUE = "i/"
PAGE = 8  # issues on a page: each is a link of about a hundred bytes
KEPT = 300  # issues that a list remembers; the site lists all of them
YEARS = 3  # further years that a page offers
_PERIODS = frozenset({NumberKind.DAY, NumberKind.WEEK, NumberKind.MONTH})


@dataclass(frozen=True, slots=True)
class _Group:
    """The heading of neighbouring issues on a page."""

    year: int | None
    publication: int | None


def is_issue_list(listing: Listing) -> bool:
    """Tell if a remembered list is one of issues."""
    return bool(listing.ids) and listing.ids[0].startswith(ISSUE)


def select_issues(session: Session, wanted: ListIssues, publication: int | None) -> list[Issue]:
    """Return the public issues that a command asks for, the newest year first, then by publication."""
    found = [
        issue
        for issue in issues_by_year(session)
        if publication is None or issue.publication_id == publication
    ]
    if wanted.combined:
        found = [issue for issue in found if _is_combined(issue)]
    if wanted.days is not None:
        since, until = wanted.days
        found = [issue for issue in found if (day := _printed_day(issue)) and since <= day <= until]
    if wanted.month is not None:
        found = [issue for issue in found if (day := _printed_day(issue)) and day.month == wanted.month]
    if wanted.year is not None:
        found = [issue for issue in found if issue_year(issue) == wanted.year]
    elif wanted.month is not None:
        newest = max((issue_year(issue) or 0 for issue in found), default=0)
        found = [issue for issue in found if issue_year(issue) == newest]
    most = 1 if wanted.last else wanted.newest
    return found if most is None else _first_of_each(found, most)


def issues_label(wanted: ListIssues) -> str:
    """Return the issues that a command asks for in words, such as 2025年12月的简报."""
    time = ""
    if wanted.days is not None:
        time = f"{wanted.days[0]}" if wanted.days[0] == wanted.days[1] else "{} 至 {}".format(*wanted.days)
    elif wanted.year or wanted.month:
        time = (f"{wanted.year}年" if wanted.year else "") + (f"{wanted.month}月" if wanted.month else "")
    if wanted.combined:
        return f"{time}合刊"
    if wanted.newest is not None:
        return f"最近 {wanted.newest} 期"
    return f"{time}的简报" if time else "全部期刊"


def issue_page(
    session: Session, composer: Composer, names: LibraryNames, listing: Listing, first: int = 1
) -> Answer:
    """Return the page of a remembered list that starts with number `first`, and the list to remember."""
    last = min(first + PAGE - 1, len(listing.ids))
    issues = {issue.key: issue for issue in issues_by_year(session)}
    page = [
        (at, issues[key])
        for at in range(first, last + 1)
        if (key := listing.ids[at - 1].removeprefix(ISSUE)) in issues
    ]
    rest = len(listing.ids) - last
    text = composer.text(
        "issues",
        标题=listing.query,
        总数=len(listing.ids),
        列表="\n".join(_lines(page, names)),
        更多=_page_links(rest, [issue for _, issue in page], issues.values(), listing, back=first > 1),
        网页=link(composer.links.issue_list(), "在网页上看全部") if len(issues) > PAGE else "",
    )
    shown = tuple(issue.key for _, issue in page)
    return Answer(Text(text), listing=replace(listing, first=first, shown=last), shown_ids=shown)


def remembered_issues(issues: Sequence[Issue], label: str) -> Listing:
    """Return the list of these issues as it is remembered for a member."""
    return Listing(label, tuple(f"{ISSUE}{issue.key}" for issue in issues[:KEPT]), 0)


def _lines(page: Iterable[tuple[int, Issue]], names: LibraryNames) -> list[str]:
    """Return a line for each issue, under headings of their year and, of several publications, their publication."""
    lines, group = list[str](), None
    short_names = {each.id: each.short_name for each in names.publications}
    for at, issue in page:
        own = _Group(issue_year(issue), issue.publication_id if names.publications else None)
        if own != group:
            group = own
            name = cut_width(one_line(short_names.get(own.publication or 0, "")), lists.NAME_COLUMNS)
            heading = " · ".join(filter(None, (f"{own.year}年" if own.year else "", name)))
            lines.append(f"【{heading or '其他'}】")
        day = f"（{issue.date.month}月{issue.date.day}日）" if issue.date else ""
        lines.append(f"{at}. {menu_link(short_label(issue), names.issue_label(issue), 'issue')}{day}")
    return lines


def _page_links(
    rest: int, page: Sequence[Issue], issues: Iterable[Issue], listing: Listing, *, back: bool
) -> str:
    """Return the links below a page: more, back, and other years of a list of all years."""
    paging = [f"{menu_link('更多', '更多', 'more')}（还有 {rest} 期）"] if rest > 0 else []
    paging += [menu_link("上一页", "上一页", "back")] if back else []
    listed = {each.removeprefix(ISSUE) for each in listing.ids}
    years = sorted({issue_year(each) or 0 for each in issues if each.key in listed}, reverse=True)
    here = {issue_year(each) for each in page}
    others = [year for year in years if year and year not in here][:YEARS] if rest > 0 else []
    taps = (menu_link(f"{year}年", f"{year}年的简报", "year") for year in others)
    return "\n".join(filter(None, ("　".join(paging), "　".join(taps))))


def _printed_day(issue: Issue) -> dt.date | None:
    """Return the day that an issue prints, or the last one of the period that is its number; None without either."""
    number = IssueNumber.parse(issue.number)
    return issue.date or (number.last_day if number and number.kind in _PERIODS else None)


def _is_combined(issue: Issue) -> bool:
    number = IssueNumber.parse(issue.number)
    return number is not None and number.kind not in _PERIODS and len(number.counts) > 1


def _first_of_each(issues: Iterable[Issue], most: int) -> list[Issue]:
    """Return at most `most` issues of each publication, in order."""
    counts: dict[int | None, int] = {}
    kept = []
    for issue in issues:
        counts[issue.publication_id] = counts.get(issue.publication_id, 0) + 1
        if counts[issue.publication_id] <= most:
            kept.append(issue)
    return kept
