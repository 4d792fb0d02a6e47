"""Find lines whose role does not fit the rest of a bulletin: missed or misplaced titles and names of sections.

The roles are decided; each rule compares a line with the other headings of the same bulletin, and says what the line
became and what it may be. A reading in which all headings are alike has no such line.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from wxbot.bulletin import line_text
from wxbot.bulletin import masthead_words as words
from wxbot.bulletin.article_doubts import find_article_doubts
from wxbot.bulletin.blocks import Table
from wxbot.bulletin.captions import captioned_lines, is_author, is_byline, organisation_bylines
from wxbot.bulletin.heading_kinds import is_bold
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Line, Problem, Role
from wxbot.bulletin.numbering_doubts import find_numbering_doubts
from wxbot.bulletin.typed_blocks import LineBlock

__all__ = ["find_sole_title", "find_structure_doubts"]

_HEADINGS = {Role.TITLE, Role.SECTION}
_TITLE_COLUMNS = (8, 60)
"""Columns of a line of text that may be a title, at least and at most."""

_MIN_PLAIN = 10
"""The same for a line set like text: shorter ones divide an article more often."""

_MAX_NAME = 20
"""Columns of a line of text that may be a section's name, at most."""

_MIN_TEXT = 24
"""Columns of a paragraph of running text, at least."""

_LONG_TITLE = 50
"""Columns of a title that may hold text, at least."""

_TIMES_LONGER = 1.8
"""Times by which such a title is longer than the titles usually are."""

_MOST_ALIKE = 0.34
"""Share of the articles in which a line occurs at the same place, from which it is a habit of the bulletin."""

_LARGER = 1.06
"""Size relative to the body from which type is larger than text."""


def find_structure_doubts(body: Sequence[LineBlock]) -> Iterator[Problem]:
    """Yield the doubts about a body's roles, at most one for each line."""
    seen = _known_lines(body)
    rules = (
        find_numbering_doubts,
        _find_marked_text,
        _find_distinct_text,
        _find_plain_titles,
        _find_second_lines,
        _find_missed_names,
        _find_titles_as_names,
        _find_titles_with_text,
        _find_sole_headings,
        _find_unnamed_articles,
        _find_empty_titles,
        _find_short_articles,
        find_article_doubts,
    )
    for rule in rules:
        for block, says in rule(body):
            if block.at not in seen and block.lines[0].settled is None:
                seen.add(block.at)
                yield Problem(block.at, f"第 {block.at} 行{says}")


def _known_lines(body: Sequence[LineBlock]) -> set[int]:
    """Return the numbers of the lines that are captions, or organisations as authors."""
    first = [block.lines[0] for block in body]
    return {first[index].at for index in {*captioned_lines(first), *organisation_bylines(first)}}


def _quote(block: LineBlock) -> str:
    """Return the beginning of a block in quotes."""
    return f"“{block.lines[0].text[:20]}”"


def _is_text(block: LineBlock) -> bool:
    """Tell if a block is a line of text, and neither table, picture, quotation nor an entry that the format states."""
    line = block.lines[0]
    return (
        block.role in {Role.TEXT, Role.ENTRY}
        and line.block is None
        and not (line.quote or line.item or line.table_row or line.align == "right")
    )


def _is_sentence(block: LineBlock) -> bool:
    """Tell if a block is a paragraph of running text."""
    return (
        _is_text(block) and columns(block.text) > _MIN_TEXT and line_text.line_end(block.text) is LineEnd.STOP
    )


def _may_be_title(block: LineBlock, least: int = _TITLE_COLUMNS[0]) -> bool:
    """Tell if a block of text is a short line of its own that is neither label nor byline nor sentence."""
    text = block.lines[0].text
    return (
        _is_text(block)
        and len(block.lines) == 1
        and least <= columns(text) <= _TITLE_COLUMNS[1]
        and line_text.line_end(text) in {LineEnd.NONE, LineEnd.ASK}
        and line_text.leading_marker(text).kind != "label"
        and not (is_byline(text) or any(sign in text for sign in "：:|/。@") or text[0] in "—―-")
        and not (line_text.line_end(text) is LineEnd.ASK and "，" in text)
        and not any(span.url for span in block.lines[0].spans)
    )


def _find_marked_text(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the text with the glyph or brackets that otherwise only titles or names of sections have."""
    for role, word in ((Role.TITLE, "标题"), (Role.SECTION, "栏目名")):
        marks = Counter(_mark(block) for block in body if block.role is role)
        text = Counter(_mark(block) for block in body if _is_text(block))
        for block in body:
            mark = _mark(block)
            if _is_text(block) and mark and marks[mark] > text[mark] and text[mark] <= 2:
                yield block, f"{_quote(block)}同{word}的记号一样，按正文处理；也可能是{word}"


def _mark(block: LineBlock) -> str:
    """Return the glyph before the text of a block, or the bracket around its beginning; "" for other blocks."""
    text = block.lines[0].text
    marker = line_text.leading_marker(text)
    if marker.kind == "glyph":
        return marker.sign
    return text[0] if text[:1] in {"【", "〖", "■", "◆", "★"} else ""


def _find_distinct_text(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare lines of text set as headings are: bold, larger, or wholly in brackets.

    A line directly below a picture or table belongs to it.
    """
    found = [
        block
        for above, block in pairwise(body)
        if above.lines[0].block is None
        and _may_be_title(block)
        and _is_distinct(block.lines[0])
        and not _translates(above, block)
    ]
    titles = sum(block.role is Role.TITLE for block in body)
    if len(found) <= max(1, titles * _MOST_ALIKE):
        for block in found:
            yield block, f"{_quote(block)}像标题，按正文处理；也可能是标题"
    bold = [block for block in body if block.role is Role.TITLE and _opens_bold(block.lines[0])]
    # A paragraph that is bold as a whole is emphasised, and begins with no title.
    lead_ins = [
        block
        for block in body
        if _is_sentence(block) and not block.lines[0].bold and _opens_bold(block.lines[0])
    ]
    if bold and len(lead_ins) <= max(1, len(bold) * _MOST_ALIKE):
        for block in lead_ins:
            yield block, f"{_quote(block)}开头是粗体，按正文处理；开头也可能是标题"


def _is_distinct(line: Line) -> bool:
    """Tell if a line is set otherwise than text."""
    return is_bold(line) or line.size >= _LARGER or line_text.bracket_content(line.text) is not None


def _opens_bold(line: Line) -> bool:
    """Tell if a line begins with bold text as long as titles are, whatever its marker is."""
    if line.bold:
        return True
    start = next(
        (span for span in line.spans if line_text.leading_marker(f"{span.text}字").rest != "字"), None
    )
    if start is None or not start.bold:
        return False
    return columns(start.text.rstrip("：: ")) >= _TITLE_COLUMNS[0]


def _translates(name: LineBlock, block: LineBlock) -> bool:
    """Tell if a line repeats a section's name directly above it in English, as an ornament."""
    text = block.text
    return (
        name.role is Role.SECTION
        and text.isascii()
        and any(map(str.isalpha, text))
        and not name.text.isascii()
    )


def _find_plain_titles(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare short lines set like text between two paragraphs, or between a name or title and a paragraph."""
    captions = captioned_lines([block.lines[0] for block in body])
    found = [
        block
        for index, (above, block, below) in enumerate(zip(body, body[1:], body[2:], strict=False))
        if _may_be_title(block, _MIN_PLAIN)
        and not line_text.leading_marker(block.text).kind
        and _is_sentence(below)
        and (above.role is Role.SECTION or _ends_article(above) or index in captions)
        and not _translates(above, block)
    ]
    titles = sum(block.role is Role.TITLE for block in body)
    if len(found) <= max(1, titles * _MOST_ALIKE):
        for block in found:
            yield block, f"{_quote(block)}像标题，按正文处理；也可能是标题"


def _ends_article(block: LineBlock) -> bool:
    """Tell if a block may be the last one of an article: a paragraph, an entry, a table, a label (来源：健康报)."""
    if block.role in _HEADINGS:
        return False
    is_label = _is_text(block) and line_text.leading_marker(block.text).kind == "label"
    line = block.lines[0]
    return _is_sentence(block) or is_label or line.item is not None or isinstance(line.block, Table)


def _find_second_lines(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare short lines directly below a title that may continue it."""
    found = [
        block
        for above, block, below in zip(body, body[1:], body[2:], strict=False)
        if above.role is Role.TITLE
        and _may_be_title(block)
        and not line_text.leading_marker(block.text).kind
        and not is_author(block.text)
        and below.role not in _HEADINGS
        and not _may_be_title(below, 4)
    ]
    titles = sum(block.role is Role.TITLE for block in body)
    if len(found) <= max(1, titles * _MOST_ALIKE):
        for block in found:
            yield block, f"{_quote(block)}在标题下面，按正文处理；也可能是标题的下一行"


def _find_missed_names(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare short lines at the end of an article, above a title, that may be the name of a section."""
    sections = sum(block.role is Role.SECTION for block in body)
    found = [
        block
        for above, block, below in zip(body, body[1:], body[2:], strict=False)
        if below.role is Role.TITLE
        and above.role not in _HEADINGS
        and _ends_article(above)
        and _may_be_name(block)
    ]
    if sections and len(found) <= sections:
        for block in found:
            yield block, f"{_quote(block)}在标题上面，按正文处理；也可能是栏目名"


def _may_be_name(block: LineBlock) -> bool:
    """Tell if a block of text may be a section's name."""
    text = block.lines[0].text
    return (
        _may_be_title(block, 4)
        and columns(text) <= _MAX_NAME
        and not (words.is_organisation(text) or any(char.isdigit() for char in text))
    )


def _find_titles_as_names(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the names of sections that are as long as titles and, unlike the other names, stand above text."""
    names = [(block, below) for block, below in pairwise(body) if block.role is Role.SECTION]
    titles = [columns(block.text) for block in body if block.role is Role.TITLE]
    others = [columns(block.text) for block, below in names if below.role is Role.TITLE]
    if not (titles and others):
        return
    limit = max(others)
    for block, below in names:
        width = columns(block.text)
        if below.role is not Role.TITLE and width > limit and width * 2 > limit + median(titles):
            yield block, f"{_quote(block)}下面没有标题，按栏目名处理；也可能是标题"


def _find_titles_with_text(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the titles that hold a sentence, or are much longer than the others."""
    titles = [block for block in body if block.role is Role.TITLE]
    usual = median([columns(block.text) for block in titles]) if titles else 0
    for block in titles:
        text, width = block.text, columns(block.text)
        is_long = width > _LONG_TITLE and width > _TIMES_LONGER * usual
        if is_long and ("。" in text or "，" in text):
            yield block, f"标题{_quote(block)}比其他标题长得多；可能混入了正文"


def _find_sole_headings(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the only heading inside articles directly below a title: others are divided by several, or by none."""
    inner = [below for above, below in pairwise(body) if below.role is Role.HEADING]
    below_text = any(below in inner and above.role not in _HEADINGS for above, below in pairwise(body))
    headings = sum(block.role in _HEADINGS for block in body)
    if len(inner) == 1 and not below_text and inner[0].lines[0].level and headings > 2:
        yield inner[0], f"{_quote(inner[0])}按小标题处理；也可能是标题"


def _find_unnamed_articles(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the first title where it stands above the first section, though the other articles stand in sections."""
    headings = [block for block in body if block.role in _HEADINGS]
    first = next((i for i, block in enumerate(headings) if block.role is Role.SECTION), 0)
    if first:
        yield headings[0], f"起的 {first} 篇文章上面没有栏目名；可能漏读了栏目名"


def _find_empty_titles(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare titles directly above another heading, which may be the first part of it or a section's name."""
    titles = [block for block in body if block.role is Role.TITLE]
    found = [above for above, below in pairwise(body) if above.role is Role.TITLE and below.role in _HEADINGS]
    if len(found) <= len(titles) * _MOST_ALIKE:
        for block in found:
            yield block, f"标题{_quote(block)}下没有正文；也可能是下一个标题的开头，或是栏目名"


def _find_short_articles(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the rare titles above one short line that is no sentence, such as two lines of a poem."""
    titles = [block for block in body if block.role is Role.TITLE]
    found = [
        block
        for block, below, after in zip(body, body[1:], [*body[2:], None], strict=False)
        if block.role is Role.TITLE
        and (after is None or after.role in _HEADINGS)
        and _is_text(below)
        and columns(below.text) <= _MIN_TEXT
        and line_text.line_end(below.text) is LineEnd.NONE
    ]
    if len(found) <= len(titles) * _MOST_ALIKE:
        for block in found:
            yield block, f"标题{_quote(block)}下只有一行短文字；可能是正文"


def find_sole_title(body: Sequence[LineBlock]) -> Iterator[Problem]:
    """Yield a doubt about the only title of a text without a masthead, if only its place tells that it is one."""
    headings = [block for block in body if block.role in _HEADINGS]
    if len(headings) == 1 and headings[0].role is Role.TITLE:
        line = headings[0].lines[0]
        if not (line.level or _is_distinct(line) or line_text.leading_marker(line.text).kind or line.run_in):
            says = f"第 {line.at} 行按标题处理，全文作为一篇文章；也可能有标题没有认出"
            yield Problem(line.at, says)
