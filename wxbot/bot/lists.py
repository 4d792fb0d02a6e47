"""Numbered lists, as text within a message's room: what fits stays whole, and a line is never cut."""

from collections import Counter
from collections.abc import Iterable, Sequence

from wxbot.bot.addresses import Addresses, Story
from wxbot.search import Hit
from wxbot.text import cut_width, one_line
from wxbot.wechat import link, tap

__all__ = ["FEW", "KEPT", "PAGE", "contents", "more", "numbered", "taps", "turn"]

PAGE = 5  # titles at once: about what a phone shows without scrolling
FEW = 2  # found: the better one is shown at once, the other is one tap away
KEPT = 20  # titles of a search that can be paged to; who wants more asks more closely
TITLE_COLUMNS = 44
NAME_COLUMNS = 24
LINK_BYTES = 200  # five longer addresses would not leave room for the words; the number opens the article too
CONTENTS_BYTES = 1500
NAMES = 8  # sections or issues in one line
NARROWED = 2  # sections to which a list may be narrowed by a tap


def numbered(stories: Iterable[tuple[int, Story | Hit]], addresses: Addresses) -> str:
    """One line each: the number by which a member may ask for it, and the title as a link."""
    return "\n".join(f"{at}. {_linked(story, addresses)}" for at, story in stories)


def contents(stories: Sequence[Story]) -> tuple[str, int]:
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


def _contents(stories: Sequence[Story], columns: int) -> list[str]:
    lines, section = list[str](), ""
    for at, story in enumerate(stories, start=1):
        line = f"{at}. {cut_width(one_line(story.title), columns)}"
        if story.section != section:
            section = story.section
            line = f"【{cut_width(section, NAME_COLUMNS)}】\n{line}"
        lines.append(line)
    return lines


def more(rest: int) -> str:
    """The line that asks for the next page when tapped; nothing where nothing is left."""
    return f"{tap('更多', '更多', 'more')}（还有 {rest} 篇）" if rest > 0 else ""


def turn(rest: int, *, back: bool, sections: Iterable[str] = ()) -> str:
    """The lines that lead on from a page: 更多, 上一页, and 只看… for the most frequent of several sections."""
    ways = filter(None, (more(rest), tap("上一页", "上一页", "back") if back else ""))
    often = Counter(name for name in sections if 0 < len(name.encode()) <= NAME_COLUMNS * 3)
    names = [name for name, _ in often.most_common(NARROWED)] if len(often) > 1 else []
    narrower = (tap(f"只看{name}", f"只看{name}", "only") for name in names)
    return "\n".join(filter(None, ("　".join(ways), "　".join(narrower))))


def taps(names: Iterable[str], before: str = "") -> str:
    """Names that send themselves when tapped, a few at most, each with the word `before` it.

    Without a blank between: not every phone keeps one inside a link.
    """
    short = [name for name in names if len(name.encode()) <= NAME_COLUMNS * 3][:NAMES]
    return "　".join(tap(name, before + name, "name") for name in short)


def _linked(story: Story | Hit, addresses: Addresses) -> str:
    title, url = cut_width(one_line(story.title), TITLE_COLUMNS), addresses.article(story)
    return link(url, title) if len(url.encode()) <= LINK_BYTES else title
