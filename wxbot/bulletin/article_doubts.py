"""Find articles that seem to hold a second one, by what the other articles of the bulletin begin with.

A title that was lost leaves its traces: a label such as 漏洞编号： stands twice in one article and once in the rest, a
section begins with a short line where the others begin with a title, a paragraph begins with a phrase and a blank.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from wxbot.bulletin import line_text
from wxbot.bulletin.captions import is_author, is_byline
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Role
from wxbot.bulletin.typed_blocks import LineBlock

__all__ = ["find_article_doubts"]

_HEADINGS = {Role.TITLE, Role.SECTION}
_LABEL = re.compile(r"[-*•\s]*([^\W\d]{2,8})\s*[：:]")
_PHRASE = re.compile(r"(?P<phrase>[^\s，。；：、！？（）()]{5,22})[ \u3000]+(?P<text>[\u3400-\u9fff“《].*)")
_MIN_LABELLED = 3
"""Articles with a label, at least, for a second one in an article to say something."""

_MAX_LABELS = 8
"""Labels that are looked for in titles, at most."""

_MIN_TEXT = 24
"""Columns of a paragraph of running text, at least."""

_SHORT = (4, 60)
"""Columns of a line at the beginning of a section that may be a title, at least and at most."""

_NAME = (4, 9)
"""Columns of a line between two paragraphs that may be the name of a section, where levels are stated."""


def find_article_doubts(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the places where an article may begin that was not read as one."""
    yield from _find_repeated_labels(body)
    yield from _find_first_lines(body)
    yield from _find_phrases(body)
    yield from _find_lone_names(body)


def _articles(body: Sequence[LineBlock]) -> Iterator[list[LineBlock]]:
    """Yield the blocks of each article, its title first."""
    found: list[LineBlock] = []
    for block in body:
        if block.role in _HEADINGS:
            if found:
                yield found
            found = [block] if block.role is Role.TITLE else []
        elif found:
            found.append(block)
    if found:
        yield found


def _label(block: LineBlock) -> str:
    """Return the label with which a block of text begins; "" for other blocks."""
    match = _LABEL.match(block.lines[0].text) if block.lines[0].block is None else None
    return match[1] if match else ""


def _find_repeated_labels(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the second line with a label that all other articles have once, and titles that hold such a label."""
    articles = list(_articles(body))
    counts = [Counter(filter(None, map(_label, blocks[1:]))) for blocks in articles]
    having = Counter(label for count in counts for label in count)
    once = Counter(label for count in counts for label, number in count.items() if number == 1)
    usual = {
        label
        for label, number in having.items()
        if number >= _MIN_LABELLED and once[label] >= number - 1 and number * 4 >= len(articles) * 3
    }
    usual = set(sorted(usual)[:_MAX_LABELS])
    for blocks, count in zip(articles, counts, strict=True):
        twice = [label for label in usual if count[label] > 1]
        if twice:
            second = [block for block in blocks[1:] if _label(block) == twice[0]][1]
            yield second, f"“{twice[0]}”在这一篇里是第 2 次，在别的文章里只有一次；上面可能漏读了标题"
        title = blocks[0]
        within = next(
            (each for each in usual if re.search(rf"\S{each}\s*[：:]|\s{each}\s*[：:]", title.text)), ""
        )
        if within:
            yield title, f"标题里有“{within}”，别的文章里它在正文；可能混入了正文"


def _is_sentence(block: LineBlock) -> bool:
    """Tell if a block is a paragraph of running text."""
    is_text = block.role in {Role.TEXT, Role.ENTRY} and block.lines[0].block is None
    return is_text and columns(block.text) > _MIN_TEXT and line_text.line_end(block.text) is LineEnd.STOP


def _is_short(block: LineBlock, width: tuple[int, int]) -> bool:
    """Tell if a block is a short line of text of its own, and no label, author, quotation or entry."""
    line = block.lines[0]
    return (
        block.role is Role.TEXT
        and len(block.lines) == 1
        and line.block is None
        and not (line.quote or line.item or line.table_row or line.align == "right")
        and width[0] <= columns(line.text) <= width[1]
        and line_text.line_end(line.text) in {LineEnd.NONE, LineEnd.ASK}
        and line_text.leading_marker(line.text).kind != "label"
        and not (is_byline(line.text) or is_author(line.text) or any(sign in line.text for sign in "|。@"))
        and not line.text.isascii()
    )


def _find_first_lines(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the short first lines of sections whose articles have no title, if more sections begin with a title."""
    first = [below for above, below in pairwise(body) if above.role is Role.SECTION]
    titled = sum(block.role is Role.TITLE for block in first)
    after = {id(block): below for block, below in pairwise(body)}
    found = [
        block
        for block in first
        if _is_short(block, _SHORT)
        and id(block) in after
        and after[id(block)].role not in _HEADINGS
        and line_text.leading_marker(block.text).kind != "glyph"
        and block.text[-1] not in "….～~"
    ]
    if len(found) <= titled:
        for block in found:
            yield block, f"“{block.text[:20]}”在栏目名下面，按正文处理；也可能是标题"


def _find_phrases(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare paragraphs that begin with a phrase as long as titles are and a blank: a title may run in."""
    markers = {line_text.leading_marker(block.text).kind for block in body if block.role is Role.TITLE} | {""}
    found = [
        block
        for block in body
        if block.role in {Role.TEXT, Role.ENTRY}
        and block.lines[0].block is None
        and not block.lines[0].item
        and line_text.leading_marker(block.text).kind in markers
        and _begins_with_phrase(line_text.leading_marker(block.text).rest)
    ]
    titles = sum(block.role is Role.TITLE for block in body)
    if len(found) <= max(1, titles / 3):
        for block in found:
            yield block, f"“{block.text[:20]}”的开头像标题，按正文处理；也可能是标题和正文连在一行"


def _begins_with_phrase(text: str) -> bool:
    """Tell if a paragraph begins with a phrase of 汉字 as long as titles are, and a blank."""
    match = _PHRASE.match(text)
    return (
        match is not None
        and not match["phrase"][-1].isascii()
        and not line_text.has_open_bracket(match["phrase"])
        and columns(match["phrase"]) >= 2 * _SHORT[0]
        and columns(text) > columns(match["phrase"]) + _MIN_TEXT
        and line_text.line_end(text) is LineEnd.STOP
    )


def _find_lone_names(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the only very short line between two paragraphs, where the format states levels of headings."""
    if not any(block.lines[0].level for block in body):
        return
    found = [
        block
        for above, block, below in zip([None, *body], body, body[1:], strict=False)
        if _is_short(block, _NAME)
        and _is_sentence(below)
        and (above is None or (above.role not in _HEADINGS and above.lines[0].block is None))
        and not any(char.isdigit() for char in block.text)
    ]
    if len(found) == 1:
        yield found[0], f"“{found[0].text[:20]}”单独成行，按正文处理；也可能是栏目名"
