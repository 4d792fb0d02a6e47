"""Numbered lists, and their text within one message: lines are shortened or left out, never cut off."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wxbot.bulletin.issue_number import IssueNumber
from wxbot.rendering.links import LinkedArticle, SiteLinks
from wxbot.search.names import NO_NAMES, LibraryNames
from wxbot.text import cut_width, one_line
from wxbot.wechat import link, menu_link

__all__ = [
    "FEW",
    "KEPT",
    "PAGE",
    "Listing",
    "contents",
    "menu_links",
    "next_page_link",
    "number_range",
    "numbered_titles",
    "page_links",
    "plain_titles",
]

PAGE = 5  # titles on a page: about what a phone shows without scrolling
FEW = 2  # up to so many hits the best is shown as a card, and the other is one tap away
KEPT = 20  # titles that a list remembers for paging; a longer list is better served by a narrower question
TITLE_COLUMNS = 44
NAME_COLUMNS = 24
TAG_COLUMNS = 12  # of the section's name after a title
LIST_BYTES = 1500  # of a page; the text around it needs the rest of a message's 2,048 bytes
LINK_BYTES = 200  # five longer addresses would leave no room for the text; the number opens the article too
CONTENTS_BYTES = 1500
NAMES = 8  # sections or issues in one line
NARROWED = 2  # sections that a list offers to narrow to
# Full-width brackets: words from outside must not become a link in our answer.
NO_LINKS = str.maketrans("<>", "＜＞")


@dataclass(frozen=True, slots=True)
class Listing:
    """A numbered list.

    query : the list's title
    ids : public ids of all its articles, in order
    first, shown : numbers of the first and last article on the page shown last, from 1
    click_token : the token of the question that it answers (`wxbot.clicks.ClickTokens`); "" when it answers none
    """

    query: str
    ids: tuple[str, ...]
    shown: int
    first: int = 1
    click_token: str = ""


def numbered_titles(
    stories: Iterable[tuple[int, LinkedArticle]],
    links: SiteLinks,
    click_token: str = "",
    names: LibraryNames = NO_NAMES,
) -> str:
    """Return one line for each article: its number, its title as a link, and in brackets its section and issue.

    Brackets, 〔投融界 · 第2期〕, because a chat has no grey text; what all articles share, of section, issue and
    publication, is left out. To fit into LIST_BYTES, titles are shortened and then brackets left out. `click_token`
    goes into the links. Articles of several publications in `names` say which: 〔政策快讯 · 要闻 · 第2期〕.
    """
    page = list(stories)
    tags = _title_tags([story for _, story in page], names)
    text = ""
    for columns, tagged in ((TITLE_COLUMNS, True), (32, True), (32, False), (20, False)):
        lines = (
            f"{at}. {_title_link(story, links, columns, click_token)}{tag if tagged else ''}"
            for (at, story), tag in zip(page, tags, strict=True)
        )
        text = "\n".join(lines)
        if len(text.encode("utf-8", "ignore")) <= LIST_BYTES:
            break
    return text


def number_range(total: int) -> str:
    """Return the numbers that open one of `total` articles, as a phrase for a reply text."""
    return f" 1 到 {total} 的数字" if total > 1 else " 1"


def plain_titles(stories: Iterable[tuple[int, LinkedArticle]]) -> str:
    """Return one line for each article: its number and title, without links."""
    return "\n".join(f"{at}. {cut_width(one_line(story.title), TITLE_COLUMNS)}" for at, story in stories)


def _title_tags(stories: Sequence[LinkedArticle], names: LibraryNames) -> list[str]:
    """Return the bracket after each title: section and issue, with the year where the articles are of several years."""
    sections = [names.present_section(story.section) for story in stories]
    keys = [(story.number or "").rpartition("/") for story in stories]
    slugs, written = [slug for slug, _, _ in keys], [number for _, _, number in keys]
    numbers = [IssueNumber.parse(number) for number in written]
    long = len({number.year for number in numbers if number}) > 1
    # Issues of different publications may share a number, so it is left out only within one publication.
    is_one_issue = _is_shared([*zip(slugs, written, strict=True)])
    return [
        _title_tag(
            "" if _is_shared(slugs) else names.short_names.get(slug, ""),
            "" if _is_shared(sections) else section,
            None if is_one_issue else number,
            long=long,
        )
        for section, slug, number in zip(sections, slugs, numbers, strict=True)
    ]


def _is_shared(values: Sequence[object]) -> bool:
    """Tell if several articles have all the same value, which then distinguishes none of them."""
    return len(values) > 1 and len(set(values)) == 1


def _title_tag(publication: str, section: str, number: IssueNumber | None, *, long: bool) -> str:
    name = (number.label if long else number.short_label) if number else ""
    names = (cut_width(one_line(each), TAG_COLUMNS) for each in (publication, section))
    parts = " · ".join(filter(None, (*names, name)))
    return f"〔{parts.translate(NO_LINKS)}〕" if parts else ""


def contents(stories: Sequence[LinkedArticle], links: SiteLinks) -> tuple[str, int]:
    """Return an issue's titles under their section names, and how many titles fitted into CONTENTS_BYTES.

    A tap beside a section's name narrows the contents to it, a tap on a title opens the article. Where there is no room
    for that, titles are without links, then shortened, then sections without taps; only then titles are left out.
    """
    several = len({story.section for story in stories}) > 1
    for columns, linked, tapped in _CONTENTS_FORMS:
        lines = _contents(stories, columns, links if linked else None, tapped=tapped and several)
        if len("\n".join(lines).encode()) <= CONTENTS_BYTES:
            return "\n".join(lines), len(stories)
    shown, room = 0, CONTENTS_BYTES
    while room >= (taken := len(lines[shown].encode()) + 1):
        room -= taken
        shown += 1
    return "\n".join(lines[:shown]), shown


_CONTENTS_FORMS = (
    (TITLE_COLUMNS, True, True),
    (TITLE_COLUMNS, False, True),
    (36, False, True),
    (28, False, True),
    (28, False, False),
)


def _contents(
    stories: Sequence[LinkedArticle], columns: int, links: SiteLinks | None, *, tapped: bool
) -> list[str]:
    lines, section = list[str](), ""
    for at, story in enumerate(stories, start=1):
        title = (
            _title_link(story, links, columns, "")
            if links is not None
            else cut_width(one_line(story.title), columns)
        )
        line = f"{at}. {title}"
        if story.section != section:
            section = story.section
            line = f"{_section_heading(section, tapped=tapped)}\n{line}"
        lines.append(line)
    return lines


def _section_heading(section: str, *, tapped: bool) -> str:
    """Return a section's name in brackets, with a link behind it that narrows the list when tapped."""
    name = cut_width(section, NAME_COLUMNS)
    is_whole = name == section and bool(name.strip())
    return f"【{name}】{menu_link('只看', f'只看{section}', 'only') if tapped and is_whole else ''}"


def next_page_link(rest: int) -> str:
    """Return the link that sends 更多, with the number of articles left; "" when none are left."""
    return f"{menu_link('更多', '更多', 'more')}（还有 {rest} 篇）" if rest > 0 else ""


def page_links(rest: int, *, back: bool, sections: Iterable[str] = ()) -> str:
    """Return the links below a page: 更多, 上一页, and 只看… for the most frequent of several sections."""
    paging = filter(None, (next_page_link(rest), menu_link("上一页", "上一页", "back") if back else ""))
    counts = Counter(name for name in sections if 0 < len(name.encode()) <= NAME_COLUMNS * 3)
    names = [name for name, _ in counts.most_common(NARROWED)] if len(counts) > 1 else []
    narrowing = (menu_link(f"只看{name}", f"只看{name}", "only") for name in names)
    return "\n".join(filter(None, ("　".join(paging), "　".join(narrowing))))


def menu_links(names: Iterable[str], before: str = "") -> str:
    """Return links that send a name when tapped, preceded by the word `before`; at most NAMES of them.

    No blank between word and name: some phones drop it inside a link.
    """
    short = [name for name in names if len(name.encode()) <= NAME_COLUMNS * 3][:NAMES]
    return "　".join(menu_link(name, before + name, "name") for name in short)


def _title_link(story: LinkedArticle, links: SiteLinks, columns: int, click_token: str) -> str:
    title = cut_width(one_line(story.title), columns)
    for url in (links.article(story, click_token), links.article(story)):
        if len(url.encode()) <= LINK_BYTES:
            return link(url, title)
    return title
