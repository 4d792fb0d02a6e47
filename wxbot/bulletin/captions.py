"""Recognise captions of pictures and tables, and lines that label the text around them.

A caption stands directly below a picture, or directly above or below a table. Without that neighbour the same words
are text: 图1显示 … may begin a sentence.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from wxbot.bulletin import masthead_words as words
from wxbot.bulletin.blocks import Picture, Table
from wxbot.bulletin.line_text import LineEnd, bracket_content, columns, line_end
from wxbot.bulletin.model import Line

__all__ = ["captioned_lines", "is_author", "is_byline", "organisation_bylines"]

_DAY = re.compile(r"(?:(?:19|20)\d{2}|[一二][〇零○一二三四五六七八九]{3})\s*年.{1,4}月.{1,4}日")
_MAX_CAPTION = 100
"""Columns of a caption, at most."""

_MAX_SMALL = 60
"""Columns of a caption known only by its small or centred type, at most."""

_MIN_TITLE = 16
"""Columns of a title above an organisation that wrote the text, at least."""

_SMALL = 0.95
"""Size of type relative to the body below which a line is set smaller than text."""

_FIGURE = re.compile(
    r"(?:[▲△↑⬆]\s*\S.*|[（(]?图[为中是]\S.*|(?:附?图|图片|照片|插图|Fig(?:ure)?\.?)\s*[0-9０-９一二三四五六七八九十]{1,3}(?![0-9年月日期]).*)"
)
_CREDIT = re.compile(
    r".*[（(]\s*(?:(?:图片?|照片)?(?:来源|源自|摄影|供图|拍摄|图源|摄)\s*[：:/／].{1,30}"
    r"|.{1,12}\s*(?:摄影?|供图|提供|图))\s*[）)]"
    r"|(?:图片?|照片)?(?:来源|摄影|供图|图源)\s*[：:/／].{1,40}|.{2,12}[/／\s](?:摄影?|供图|图)"
)
_TABLE = re.compile(
    r"(?:附|续)?表\s*[0-9０-９一二三四五六七八九十]{0,3}(?:[-－.][0-9]{1,2})?(?:[\s：:、.]|[^\s0-9]).*"
)
_PERSON = re.compile(r"[\u3400-\u9fff]{2,3}|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff]{1,6}")
_BYLINE = re.compile(
    r"[（(]?\s*(?:(?:本[报刊网社台]|特约|见习|实习|学生|校园|小|新华社|通讯)\s*)*(?:记者|通讯员|特约撰稿人?|撰稿人?|评论员)\s*[：:]?\s*\S[^，。；]{0,40}[）)]?"
    r"|(?:原创\s+)?\S{1,20}\s+\S{1,20}\s+20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s+\d{1,2}:\d{2})?(?:\s+\S{2,6})?"
    r"|(?:文|图|文图|图文|作者|撰文|供稿|来源|供图|摄影|编译|整理)\s*[|｜/／丨]\s*\S.{0,40}"
)

_COURTESY = re.compile(
    r"(?:各位|尊敬的|敬爱的|亲爱的|亲爱|您好|你好|大家好)\S{0,20}\s*[：:，,！!]|此致|敬礼[！!]?|(?:顺颂|顺祝|祝|敬颂|即颂)\S{1,6}[！!]?"
)
"""Address and close of a letter."""


def is_byline(text: str) -> bool:
    """Tell if a line names the author of the text below it, such as 本刊记者 李某某, or is the courtesy of a letter."""
    return columns(text) <= _MAX_SMALL and (_BYLINE.fullmatch(text) or _COURTESY.fullmatch(text)) is not None


def is_author(text: str) -> bool:
    """Tell if a line below a title is an organisation or class and the names of persons in it: 水文站 周平 罗敏."""
    where, *names = text.split()
    return (
        bool(names)
        and (words.is_organisation(where) or where.isascii() or where[-1] in "班级系村员工师者")
        and all(_PERSON.fullmatch(name) for name in names)
    )


def organisation_bylines(lines: Sequence[Line]) -> set[int]:
    """Return the positions of organisations that name the author of a text: below it, or between it and its title."""
    return _signed_lines(lines) | _author_organisations(lines) | _named_authors(lines)


def _named_authors(lines: Sequence[Line]) -> set[int]:
    """Return the positions of organisations and persons in them between a title and its text."""
    return {
        index + 1
        for index, (above, line) in enumerate(pairwise(lines))
        if line.block is None
        and not (line.level or line.item or line.bold or line.run_in)
        and above.block is None
        and line_end(above.text) in {LineEnd.NONE, LineEnd.ASK}
        and columns(above.text) >= 6
        and is_author(line.text)
    }


def _signed_lines(lines: Sequence[Line]) -> set[int]:
    """Return the positions of organisations that sign a text: above a line with only a date, or below 敬礼."""
    return {
        index
        for index, (line, below) in enumerate(pairwise(lines))
        if not line.level
        and line.block is None
        and below.block is None
        and (_DAY.fullmatch(below.text) or (index and _COURTESY.fullmatch(lines[index - 1].text)))
        and words.is_organisation(line.text)
    }


def _author_organisations(lines: Sequence[Line]) -> set[int]:
    """Return the positions of organisations alone on a line between a title and its text, as authors stand there.

    Where one of them stands below a sentence too, they are titles themselves: a digest is divided by organisations.
    """
    found = [
        index
        for index, line in enumerate(lines)
        if index + 1 < len(lines)
        and line.block is None
        and not (line.level or line.item or line.bold or line.run_in)
        and words.is_organisation(line.text)
        and line_end(lines[index + 1].text) is LineEnd.STOP
    ]
    below_text = any(index and line_end(lines[index - 1].text) is not LineEnd.NONE for index in found)
    return set() if below_text else {i for i in found if i and _may_be_title_above(lines[i - 1], lines[i])}


def _may_be_title_above(line: Line, author: Line) -> bool:
    """Tell if a line may be the title of a text by an organisation below it, and not the name of its section."""
    return (
        line.block is None
        and bracket_content(line.text) is None
        and columns(line.text) > max(_MIN_TITLE, columns(author.text))
        and not words.is_organisation(line.text)
    )


def captioned_lines(lines: Sequence[Line]) -> dict[int, int]:
    """Return the position of the picture or table by the position of its caption."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for index, line in enumerate(lines):
        if not isinstance(line.block, Picture | Table) or line.block.caption:
            continue
        for beside in (index + 1, index - 1) if isinstance(line.block, Picture) else (index - 1, index + 1):
            if not 0 <= beside < len(lines) or beside in found or index in taken:
                continue
            if _is_caption(lines[beside], line.block, below=beside > index):
                found[beside] = index
                taken.add(index)
    return found


def _is_caption(line: Line, content: Picture | Table, *, below: bool) -> bool:
    """Tell if a line beside a picture or table is its caption."""
    if isinstance(content, Picture):
        return _may_be_picture_caption(line, content.alt, below=below)
    return _may_be_table_caption(line, below=below)


def _may_be_picture_caption(line: Line, alt: str, *, below: bool) -> bool:
    """Tell if a line beside a picture is its caption; above it only a numbered one is."""
    if not _may_be_caption(line):
        return False
    if _FIGURE.fullmatch(line.text):
        return below or line.text[:1] not in "▲△↑⬆"
    if not below:
        return False
    if line.text == alt:
        return True
    small = 0 < line.size < _SMALL or (line.align == "center" and line.size <= 1.0 and not line.bold)
    return _CREDIT.fullmatch(line.text) is not None or (small and columns(line.text) <= _MAX_SMALL)


def _may_be_table_caption(line: Line, *, below: bool) -> bool:
    """Tell if a line beside a table is its caption; below it only a numbered one is."""
    if not _may_be_caption(line) or not _TABLE.fullmatch(line.text):
        return False
    return not below or line.text.lstrip("附续表 ")[:1].isdigit()


def _may_be_caption(line: Line) -> bool:
    """Tell if a line is short text of its own, and not a heading, an entry or a sentence."""
    return (
        bool(line.text)
        and line.block is None
        and line.level == 0
        and line.item is None
        and columns(line.text) <= _MAX_CAPTION
        and line_end(line.text) not in {LineEnd.STOP, LineEnd.COMMA, LineEnd.COLON}
    )
