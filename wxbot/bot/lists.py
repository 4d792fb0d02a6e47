"""Numbered lists, as text within a message's room: what fits stays whole, and a line is never cut."""

from collections import Counter
from collections.abc import Iterable, Sequence

from wxbot.rendering.links import LinkedArticle, SiteLinks
from wxbot.text import cut_width, one_line
from wxbot.wechat import link, menu_link

__all__ = [
    "FEW",
    "KEPT",
    "PAGE",
    "contents",
    "next_page_link",
    "number_range",
    "numbered",
    "page_links",
    "plain_titles",
    "tap_links",
]

PAGE = 5  # titles at once: about what a phone shows without scrolling
FEW = 2  # found: the better one is shown at once, the other is one tap away
KEPT = 20  # titles of a search that can be paged to; XX
TITLE_COLUMNS = 44
NAME_COLUMNS = 24
TAG_COLUMNS = 12  # of a section's name behind a title
LIST_BYTES = 1500  # of a page, so that the words around it have room within a message's 2,048
LINK_BYTES = 200  # five longer addresses would not leave room for the words; the number opens the article too
CONTENTS_BYTES = 1500
NAMES = 8  # sections or issues in one line
NARROWED = 2  # sections to which a list may be narrowed by a tap
_SHARP = str.maketrans("<>", "＜＞")


def numbered(stories: Iterable[tuple[int, LinkedArticle]], links: SiteLinks, click_token: str = "") -> str:
    """One line each: the number by which a member may ask for it, the title as a link, section and issue behind it.

    A chat shows no grey, so these stand in brackets: 〔投融界 · 第2期〕. What all titles share is left out. Titles are
    cut shorter, and brackets left out, before the lines take more than their room; `click_token` goes into the links.
    """
    page = list(stories)
    tags = _tags([story for _, story in page])
    text = ""
    for columns, tagged in ((TITLE_COLUMNS, True), (32, True), (32, False), (20, False)):
        lines = (
            f"{at}. {_linked(story, links, columns, click_token)}{tag if tagged else ''}"
            for (at, story), tag in zip(page, tags, strict=True)
        )
        text = "\n".join(lines)
        if len(text.encode("utf-8", "ignore")) <= LIST_BYTES:
            break
    return text


def number_range(total: int) -> str:
    """What may be sent to open one of so many."""
    return f" 1 到 {total} 的数字" if total > 1 else " 1"


def plain_titles(stories: Iterable[tuple[int, LinkedArticle]]) -> str:
    """One line each, number and title and nothing else."""
    return "\n".join(f"{at}. {cut_width(one_line(story.title), TITLE_COLUMNS)}" for at, story in stories)


def _tags(stories: Sequence[LinkedArticle]) -> list[str]:
    """What stands behind each title: section and issue, the year only where there are several."""
    alone = len({story.section for story in stories}) == 1 and len(stories) > 1
    years = {story.number.split("-")[0] for story in stories if story.number}
    return [
        _tag("" if alone else story.section, story.number or "", long=len(years) > 1) for story in stories
    ]


def _tag(section: str, number: str, *, long: bool) -> str:
    year, _, issue = number.partition("-")
    name = f"{year + '年' if long else ''}第{int(issue)}期" if issue.isdecimal() else ""
    parts = " · ".join(filter(None, (cut_width(one_line(section), TAG_COLUMNS), name)))
    return f"〔{parts.translate(_SHARP)}〕" if parts else ""


def contents(stories: Sequence[LinkedArticle]) -> tuple[str, int]:
    """The titles of an issue under the names of their sections, as many as fit; and how many those are.

    Titles are cut shorter before any is left out.
    """
    for columns in (TITLE_COLUMNS, 36, 28):
        lines = _contents(stories, columns)
        if len("\n".join(lines).encode()) <= CONTENTS_BYTES:
            return "\n".join(lines), len(stories)
    shown, room = 0, CONTENTS_BYTES
    while room >= (taken := len(lines[shown].encode()) + 1):
        room -= taken
        shown += 1
    return "\n".join(lines[:shown]), shown


def _contents(stories: Sequence[LinkedArticle], columns: int) -> list[str]:
    lines, section = list[str](), ""
    for at, story in enumerate(stories, start=1):
        line = f"{at}. {cut_width(one_line(story.title), columns)}"
        if story.section != section:
            section = story.section
            line = f"【{cut_width(section, NAME_COLUMNS)}】\n{line}"
        lines.append(line)
    return lines


def next_page_link(rest: int) -> str:
    """The line that asks for the next page when tapped; nothing where nothing is left."""
    return f"{menu_link('更多', '更多', 'more')}（还有 {rest} 篇）" if rest > 0 else ""


def page_links(rest: int, *, back: bool, sections: Iterable[str] = ()) -> str:
    """The lines that lead on from a page: 更多, 上一页, and 只看… for the most frequent of several sections."""
    ways = filter(None, (next_page_link(rest), menu_link("上一页", "上一页", "back") if back else ""))
    often = Counter(name for name in sections if 0 < len(name.encode()) <= NAME_COLUMNS * 3)
    names = [name for name, _ in often.most_common(NARROWED)] if len(often) > 1 else []
    narrower = (menu_link(f"只看{name}", f"只看{name}", "only") for name in names)
    return "\n".join(filter(None, ("　".join(ways), "　".join(narrower))))


def tap_links(names: Iterable[str], before: str = "") -> str:
    """Names that send themselves when tapped, a few at most, each with the word `before` it.

    Without a blank between: not every phone keeps one inside a link.
    """
    short = [name for name in names if len(name.encode()) <= NAME_COLUMNS * 3][:NAMES]
    return "　".join(menu_link(name, before + name, "name") for name in short)


def _linked(story: LinkedArticle, links: SiteLinks, columns: int, click_token: str) -> str:
    title = cut_width(one_line(story.title), columns)
    for url in (links.article(story, click_token), links.article(story)):
        if len(url.encode()) <= LINK_BYTES:
            return link(url, title)
    return title
