"""Building the issue: lines with their roles become sections, articles, titles and paragraphs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from wxbot.bulletin import line_features
from wxbot.bulletin.line_features import End
from wxbot.bulletin.model import Dropped, Line, ParsedArticle, ParsedSection, Problem
from wxbot.bulletin.roles import BLOCK, Role
from wxbot.bulletin.typeset import close_up, join

__all__ = ["Block", "Built", "blocks", "build"]

UNTITLED = "text without a title"
TITLE_MARK = "title mark"
SECTION_MARK = "section mark"

_URL = re.compile(r"https?://[^\s，。；、）】》”“（《【<>\"']+")
_BLANK = re.compile(r"\s+")
_NO_BRACKETS = str.maketrans(dict.fromkeys("【】〖〗［］[]≡◆★■「」『』〔〕"))
_COUNTED = re.compile(r"(?P<sign>[0-9]{1,3})\s+(?P<rest>\S.*)")
_FEWEST_COUNTED = 3
"""Titles that a number without any sign after it must open, in a row, before it is taken for a count of them."""

_COUNT = "1"
_ALWAYS_MARKS = {"glyph", "dash", "#"}
_LONGEST_TITLE = 64
"""Characters; a platform card holds no more, and hardly any headline needs them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a title, a paragraph, an entry, a heading or a section's name."""

    role: Role
    lines: tuple[Line, ...]
    index: int
    """Position of its first line in the body; two pieces of one printed line share their number."""

    @property
    def at(self) -> int:
        """The number of its first line in the source."""
        return self.lines[0].at

    @property
    def text(self) -> str:
        """Its lines, joined."""
        return join([line.text for line in self.lines])


@dataclass(slots=True)
class Built:
    """What came of a body."""

    sections: list[ParsedSection] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def blocks(lines: Sequence[Line], roles: Sequence[Role]) -> Iterator[Block]:
    """The blocks that lines with these roles form, in order."""
    starts = [i for i, role in enumerate(roles) if BLOCK[role] is role]
    for start, end in pairwise([*starts, len(roles)]):
        yield Block(roles[start], tuple(lines[start:end]), start)


def build(body: Sequence[Block], names: Mapping[int, str], doubtful: Set[int]) -> Built:
    """Sections and articles from the blocks of a body.

    `names` gives the sections' names by position; `doubtful` are the positions of lines that may as well
    be a title, or no title.
    """
    built = Built()
    _report_doubts(built, body, doubtful)
    numbering = _title_numbering(body)
    articles: list[ParsedArticle] = []
    section: Block | None = None
    index = 0
    while index < len(body):
        block = body[index]
        inside = index + 1
        while inside < len(body) and body[inside].role not in {Role.TITLE, Role.SECTION}:
            inside += 1
        if block.role is Role.SECTION:
            _close(built, section, articles, names)
            section, articles = block, []
            _leave_out(built, body[index + 1 : inside])
        elif block.role is Role.TITLE:
            articles.append(_article(built, block, body[index + 1 : inside], numbering))
        else:
            _leave_out(built, body[index:inside])
        index = inside
    _close(built, section, articles, names)
    _report_repeats(built)
    return built


def _report_doubts(built: Built, body: Sequence[Block], doubtful: Set[int]) -> None:
    """Say of which blocks it is not sure whether they are titles, once each."""
    for block in body:
        if not doubtful.isdisjoint(range(block.index, block.index + len(block.lines))):
            taken = "标题" if block.role is Role.TITLE else "正文"
            built.problems.append(
                Problem(block.at, f"拿不准这里是标题还是正文，按{taken}处理：{block.text[:30]}")
            )


def _close(
    built: Built, heading: Block | None, articles: list[ParsedArticle], names: Mapping[int, str]
) -> None:
    """Take in a section that ends; what stands before the first heading has a section without a name."""
    if heading is None:
        if articles:
            built.sections.append(ParsedSection("", tuple(articles)))
        return
    name = names[heading.index]
    # Brackets around a name are how a heading is written, as `#` is; a number before it is text left out.
    before, _, after = _BLANK.sub("", heading.text).partition(_BLANK.sub("", name))
    if number := (before + after).translate(_NO_BRACKETS):
        built.dropped.append(Dropped(heading.at, number, SECTION_MARK))
    if not articles:
        built.problems.append(Problem(heading.at, f"栏目“{name}”下没有文章"))
    built.sections.append(ParsedSection(name, tuple(articles)))


def _leave_out(built: Built, body: Sequence[Block]) -> None:
    """Text that no title stands above: reported, since nobody can be sent an article without a title."""
    if not body:
        return
    built.problems.append(Problem(body[0].at, f"这段文字上面没有标题，未收入：{body[0].text[:30]}"))
    built.dropped += [Dropped(line.at, line.text, UNTITLED) for block in body for line in block.lines]


def _title_numbering(body: Sequence[Block]) -> set[str]:
    """The styles of numbers that stand before titles in this bulletin and are no part of them."""
    titles = [block for block in body if block.role is Role.TITLE]
    kinds = Counter(line_features.mark(title.text).kind for title in titles)
    styles = {kind for kind, count in kinds.items() if kind in _ALWAYS_MARKS or count * 2 >= len(titles)}
    return styles | {_COUNT} if _are_counted([title.text for title in titles]) else styles


def _are_counted(titles: Sequence[str]) -> bool:
    """Whether numbers before most titles count them: each is one more than the last, or begins anew."""
    numbers = [int(found["sign"]) for title in titles if (found := _COUNTED.fullmatch(title))]
    steps = sum(after in {before + 1, 1} for before, after in pairwise(numbers))
    return len(numbers) >= max(_FEWEST_COUNTED, len(titles) / 2) and steps == len(numbers) - 1


def _article(built: Built, title: Block, body: Sequence[Block], numbering: set[str]) -> ParsedArticle:
    """One article; what looks wrong about it is reported."""
    paragraphs = tuple(_paragraph(block) for block in body)
    lines = [*title.lines, *(line for block in body for line in block.lines)]
    printed = tuple(url for text in paragraphs for url in _URL.findall(text))
    links = (*(url for line in lines for url in line.links), *printed)
    images = tuple(url for line in lines for url in line.images)
    name = _title(built, title, numbering)
    _check_article(built, title, name, body)
    return ParsedArticle(name, paragraphs, tuple(dict.fromkeys(links)), images)


def _title(built: Built, block: Block, numbering: set[str]) -> str:
    """A title without the mark before it, which is reported as dropped."""
    text = block.text
    found = line_features.mark(text)
    anchor = block.lines[0].anchor
    if anchor and found.kind == "dash" and anchor in text:
        # An entry of a list of links: its title is what the link says.
        around = [part.strip() for part in text.split(anchor, 1)]
        built.dropped += [Dropped(block.at, part, TITLE_MARK) for part in around if part]
        return close_up(anchor)
    if found.sign and found.kind in numbering:
        built.dropped.append(Dropped(block.at, found.sign, TITLE_MARK))
        text = found.rest
    elif _COUNT in numbering and (counted := _COUNTED.fullmatch(text)):
        built.dropped.append(Dropped(block.at, counted["sign"], TITLE_MARK))
        text = counted["rest"]
    if inside := line_features.bracketed(text):
        before, _, after = text.partition(inside)
        built.dropped.append(Dropped(block.at, f"{before.strip()}{after.strip()}", TITLE_MARK))
        text = inside
    return close_up(text)


def _paragraph(block: Block) -> str:
    """A block of an article's text as one string."""
    text = block.text
    if block.role is Role.HEADING:
        found = line_features.mark(text)
        levelled = found.kind == "#" or block.lines[0].level > 0
        return f"## {found.rest.lstrip('#').strip() if found.kind == '#' else text}" if levelled else text
    return text


def _check_article(built: Built, title: Block, name: str, body: Sequence[Block]) -> None:
    """Report what an editor should look at in one article."""
    if not body:
        built.problems.append(Problem(title.at, f"文章“{name[:30]}”没有正文"))
    if line_features.end(name) in {End.COMMA, End.SEMI} or line_features.opens(name):
        built.problems.append(Problem(title.at, f"标题好像没有完：{name[:30]}"))
    if len(name) > _LONGEST_TITLE:
        built.problems.append(Problem(title.at, f"标题有 {len(name)} 个字，可能混入了正文"))
    for block in body:
        text = block.text
        ends = line_features.end(text)
        if text.startswith("```"):
            continue
        if block.role is Role.TEXT and ends in {End.NONE, End.COMMA} and not text.endswith(("）", ")")):
            built.problems.append(
                Problem(block.lines[-1].at, f"这一段没有句末标点，可能不完整：…{text[-20:]}")
            )


def _report_repeats(built: Built) -> None:
    """Two articles of one title are often one article taken twice."""
    titles = Counter(article.title for section in built.sections for article in section.articles)
    built.problems += [
        Problem(1, f"标题“{title[:30]}”出现了 {count} 次") for title, count in titles.items() if count > 1
    ]
