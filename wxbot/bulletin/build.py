"""Build sections, articles, titles and paragraphs from lines and their roles, and report doubtful places."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from wxbot.bulletin import line_text
from wxbot.bulletin.blocks import Block, Heading, Paragraph, Picture, Span
from wxbot.bulletin.line_text import LineEnd, join_lines, remove_letterspacing
from wxbot.bulletin.model import FIRST_LINE_ROLE, Dropped, Line, ParsedArticle, ParsedSection, Problem, Role

__all__ = ["LineBlock", "ParsedBody", "build_body", "group_blocks"]

UNTITLED = "text without a title"
TITLE_MARK = "title mark"
SECTION_MARK = "section mark"

_URL = re.compile(r"https?://[^\s，。；、）】》”“（《【<>\"']+")
_BLANK = re.compile(r"\s+")
_NO_BRACKETS = str.maketrans(dict.fromkeys("【】〖〗［］[]≡◆★■「」『』〔〕"))
_COUNTED = re.compile(r"(?P<sign>[0-9]{1,3})\s+(?P<rest>\S.*)")
_MIN_COUNTED = 3
"""Number of successive titles with a bare number before them, at least, for the numbers to count the titles."""

_COUNT = "1"
_TITLE_MARKERS = {"glyph", "dash", "#"}
_MAX_TITLE = 64
"""Characters of a title on a platform card, at most; longer ones are reported."""


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines of one title, paragraph, list entry, heading or section name."""

    role: Role
    lines: tuple[Line, ...]
    index: int
    """Position of the first line in the body; the two parts of a run-in title share a source line, but not this."""

    @property
    def at(self) -> int:
        """Number of the first line in the source."""
        return self.lines[0].at

    @property
    def text(self) -> str:
        """Text of the block: its lines, joined."""
        return join_lines([line.text for line in self.lines])


@dataclass(slots=True)
class ParsedBody:
    """Result of a body: sections, problems, and dropped text."""

    sections: list[ParsedSection] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def group_blocks(lines: Sequence[Line], roles: Sequence[Role]) -> Iterator[LineBlock]:
    """Yield the blocks that lines with these roles form, in order."""
    starts = [i for i, role in enumerate(roles) if FIRST_LINE_ROLE[role] is role]
    for start, end in pairwise([*starts, len(roles)]):
        yield LineBlock(roles[start], tuple(lines[start:end]), start)


def build_body(body: Sequence[LineBlock], names: Mapping[int, str], doubtful: Set[int]) -> ParsedBody:
    """Build sections and articles from the blocks of a body.

    `names` maps positions to section names; `doubtful` holds the positions of lines whose title decision was close.
    """
    parsed = ParsedBody()
    _report_doubts(parsed, body, doubtful)
    numbering = _title_numbering(body)
    articles: list[ParsedArticle] = []
    section: LineBlock | None = None
    index = 0
    while index < len(body):
        block = body[index]
        inside = index + 1
        while inside < len(body) and body[inside].role not in {Role.TITLE, Role.SECTION}:
            inside += 1
        if block.role is Role.SECTION:
            _close_section(parsed, section, articles, names)
            section, articles = block, []
            _drop_untitled(parsed, body[index + 1 : inside])
        elif block.role is Role.TITLE:
            articles.append(_article(parsed, block, body[index + 1 : inside], numbering))
        else:
            _drop_untitled(parsed, body[index:inside])
        index = inside
    _close_section(parsed, section, articles, names)
    _report_repeats(parsed)
    return parsed


def _report_doubts(parsed: ParsedBody, body: Sequence[LineBlock], doubtful: Set[int]) -> None:
    """Report each block with a doubtful line once."""
    for block in body:
        if not doubtful.isdisjoint(range(block.index, block.index + len(block.lines))):
            choice = "标题" if block.role is Role.TITLE else "正文"
            parsed.problems.append(
                Problem(block.at, f"拿不准这里是标题还是正文，按{choice}处理：{block.text[:30]}")
            )


def _close_section(
    parsed: ParsedBody, heading: LineBlock | None, articles: list[ParsedArticle], names: Mapping[int, str]
) -> None:
    """Add a section that ends here; articles before the first section name go into a section without a name."""
    if heading is None:
        if articles:
            parsed.sections.append(ParsedSection("", tuple(articles)))
        return
    name = names[heading.index]
    # Brackets around a name are notation, as `#` is; a number before it is text, so it is reported as dropped.
    before, _, after = _BLANK.sub("", heading.text).partition(_BLANK.sub("", name))
    if number := (before + after).translate(_NO_BRACKETS):
        parsed.dropped.append(Dropped(heading.at, number, SECTION_MARK))
    if not articles:
        parsed.problems.append(Problem(heading.at, f"栏目“{name}”下没有文章"))
    parsed.sections.append(ParsedSection(name, tuple(articles)))


def _drop_untitled(parsed: ParsedBody, body: Sequence[LineBlock]) -> None:
    """Report and drop text without a title above it: an article needs a title."""
    if not body:
        return
    parsed.problems.append(Problem(body[0].at, f"这段文字上面没有标题，未收入：{body[0].text[:30]}"))
    parsed.dropped += [Dropped(line.at, line.text, UNTITLED) for block in body for line in block.lines]


def _title_numbering(body: Sequence[LineBlock]) -> set[str]:
    """Return the kinds of markers that count or mark titles in this bulletin and are not part of them."""
    titles = [block for block in body if block.role is Role.TITLE]
    kinds = Counter(line_text.leading_marker(title.text).kind for title in titles)
    styles = {kind for kind, count in kinds.items() if kind in _TITLE_MARKERS or count * 2 >= len(titles)}
    return styles | {_COUNT} if _are_counted([title.text for title in titles]) else styles


def _are_counted(titles: Sequence[str]) -> bool:
    """Tell if bare numbers count most of the titles: each is one more than the last, or restarts at 1."""
    numbers = [int(found["sign"]) for title in titles if (found := _COUNTED.fullmatch(title))]
    steps = sum(after in {before + 1, 1} for before, after in pairwise(numbers))
    return len(numbers) >= max(_MIN_COUNTED, len(titles) / 2) and steps == len(numbers) - 1


def _article(
    parsed: ParsedBody, title: LineBlock, body: Sequence[LineBlock], numbering: set[str]
) -> ParsedArticle:
    """Build one article, and report what looks wrong about it."""
    name = _title(parsed, title, numbering)
    _check_article(parsed, title, name, body)
    lines = [*title.lines, *(line for block in body for line in block.lines)]
    images = tuple(Picture(url=url) for line in lines for url in line.images)
    url = next((url for line in title.lines for url in line.links), "")
    return ParsedArticle(name, (*map(_block, body), *images), url)


def _title(parsed: ParsedBody, block: LineBlock, numbering: set[str]) -> str:
    """Return a title without its marker; the marker is reported as dropped."""
    text = block.text
    found = line_text.leading_marker(text)
    anchor = block.lines[0].anchor
    if anchor and found.kind == "dash" and anchor in text:
        # An entry of a list of links: the title is the text of the link.
        around = [part.strip() for part in text.split(anchor, 1)]
        parsed.dropped += [Dropped(block.at, part, TITLE_MARK) for part in around if part]
        return remove_letterspacing(anchor)
    if found.sign and found.kind in numbering:
        parsed.dropped.append(Dropped(block.at, found.sign, TITLE_MARK))
        text = found.rest
    elif _COUNT in numbering and (counted := _COUNTED.fullmatch(text)):
        parsed.dropped.append(Dropped(block.at, counted["sign"], TITLE_MARK))
        text = counted["rest"]
    if inside := line_text.bracket_content(text):
        before, _, after = text.partition(inside)
        parsed.dropped.append(Dropped(block.at, f"{before.strip()}{after.strip()}", TITLE_MARK))
        text = inside
    return remove_letterspacing(text)


def _block(block: LineBlock) -> Block:
    """Return a block of an article's text as typed content."""
    first = block.lines[0]
    if first.block is not None:
        return first.block
    found = line_text.leading_marker(block.text)
    if block.role is Role.HEADING and (found.kind == "#" or first.level > 0):
        text = found.rest.lstrip("#").strip() if found.kind == "#" else block.text
        return Heading(first.spans or (Span(text),))
    if len(block.lines) == 1 and first.spans:
        return Paragraph(first.spans, first.align)
    if first.links and first.anchor in block.text:
        before, _, after = block.text.partition(first.anchor)
        linked = Span(first.anchor, url=first.links[0])
        return Paragraph((*_link_addresses(before), linked, *_link_addresses(after)))
    return Paragraph(tuple(_link_addresses(block.text)))


def _link_addresses(text: str) -> Iterator[Span]:
    """Yield a text as spans, with each printed web address as a link."""
    done = 0
    for found in _URL.finditer(text):
        if done < found.start():
            yield Span(text[done : found.start()])
        yield Span(found[0], url=found[0])
        done = found.end()
    if done < len(text):
        yield Span(text[done:])


def _check_article(parsed: ParsedBody, title: LineBlock, name: str, body: Sequence[LineBlock]) -> None:
    """Report what an editor should check in one article."""
    if not body:
        parsed.problems.append(Problem(title.at, f"文章“{name[:30]}”没有正文"))
    if line_text.line_end(name) in {LineEnd.COMMA, LineEnd.SEMI} or line_text.has_open_bracket(name):
        parsed.problems.append(Problem(title.at, f"标题好像没有完：{name[:30]}"))
    if len(name) > _MAX_TITLE:
        parsed.problems.append(Problem(title.at, f"标题有 {len(name)} 个字，可能混入了正文"))
    for block in body:
        text = block.text
        ends = line_text.line_end(text)
        if text.startswith("```"):
            continue
        if (
            block.role is Role.TEXT
            and ends in {LineEnd.NONE, LineEnd.COMMA}
            and not text.endswith(("）", ")"))
        ):
            parsed.problems.append(
                Problem(block.lines[-1].at, f"这一段没有句末标点，可能不完整：…{text[-20:]}")
            )


def _report_repeats(parsed: ParsedBody) -> None:
    """Report titles that occur more than once: often one article was read twice."""
    titles = Counter(article.title for section in parsed.sections for article in section.articles)
    parsed.problems += [
        Problem(1, f"标题“{title[:30]}”出现了 {count} 次") for title, count in titles.items() if count > 1
    ]
