"""Settle how a source is read: turn each decision of an editor into fixes that later readings find again.

The command line and the console call the same functions. Each returns the fixes with one more decision, and raises
BulletinError where a decision does not fit the reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wxbot.bulletin.blocks import Block, Picture, pictures
from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fixes import Fixes, LineFix, PictureFix
from wxbot.bulletin.model import LineUse, ParsedIssue, Source
from wxbot.bulletin.reader_pool import ReaderPool
from wxbot.bulletin.settled_pictures import LEAD_NAME
from wxbot.bulletin.source_map import TracedLine
from wxbot.errors import BulletinError

__all__ = [
    "Reading",
    "forget_line",
    "forget_picture",
    "read_with_lines",
    "settle_line",
    "settle_picture",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of one source.

    Attributes
    ----------
    parsed : the issue, with all fixes applied
    traced : the lines of the source, split as the fixes say, each with what it became
    printed : the issue as read with the fixes of lines alone; other fixes name what they change by it
    fixes : the fixes that were applied
    """

    parsed: ParsedIssue
    traced: tuple[TracedLine, ...]
    printed: ParsedIssue
    fixes: Fixes


def read_with_lines(readers: ReaderPool, source: Source, fixes: Fixes, **options: Any) -> Reading:
    """Read a source with these fixes, and its lines; `options` go to the parser.

    Raises BulletinError for a file that cannot be read, ReaderStopped if its process died or exceeded a limit.
    """
    parsed, traced = readers.trace(source, fixes=fixes, **options)
    of_lines = replace(fixes, articles=(), sections=(), order=(), pictures=())
    printed = parsed if of_lines == fixes else readers.trace(source, fixes=of_lines, **options)[0]
    return Reading(parsed, traced, printed, fixes)


def settle_line(reading: Reading, index: int, use: LineUse, begins: str = "") -> Fixes:
    """Return the fixes with the use of one line; a split begins its new line with the text `begins`."""
    line = reading.traced[index].line
    if not line.text.strip():
        raise BulletinError("这一处不是一行文字", remedy="请选有文字的一行。")
    if use is LineUse.SPLIT:
        return _split_line(reading, index, begins.strip())
    if use is LineUse.JOIN and index == 0:
        raise BulletinError("这是第一行，前面没有可以接上的", remedy="请选别的读法。")
    text, nth = TextIndex([one.line.text for one in reading.traced]).name(index)
    return reading.fixes.with_line(LineFix(text, use, nth))


def forget_line(reading: Reading, index: int) -> Fixes:
    """Return the fixes without what is settled about one line: its use, and the splits of its whole line."""
    text, nth = TextIndex([one.line.text for one in reading.traced]).name(index)
    whole = _whole_line(reading, index)
    forgotten = {(match_key(text), nth), (match_key(text), None), whole.key if whole else None}
    kept = tuple(fix for fix in reading.fixes.lines if fix.key not in forgotten)
    return replace(reading.fixes, lines=kept)


def _split_line(reading: Reading, index: int, begins: str) -> Fixes:
    """Return the fixes with a line split where a text begins; a part of a split line is split once more."""
    text = reading.traced[index].line.text
    bare, begin = match_key(text), match_key(begins)
    if not begin or bare.find(begin, 1) < 0:
        shown = begins[:20]
        raise BulletinError(
            f"这一行里没有可以拆开的“{shown}”" if shown else "没有写新的一行从哪几个字开始",
            remedy="请照这一行写出新的一行开头的几个字，不要从第一个字起。",
            field="begins",
        )
    whole = _whole_line(reading, index)
    if whole is not None:
        parts = _parts(reading, index)
        key = "".join(match_key(reading.traced[part].line.text) for part in parts)
        before = sum(len(match_key(reading.traced[part].line.text)) for part in parts if part < index)
        places = {key.find(match_key(each), 1): each for each in whole.at}
        places[before + bare.find(begin, 1)] = begins
        return reading.fixes.with_line(replace(whole, at=tuple(places[at] for at in sorted(places))))
    name, nth = TextIndex([joined for joined, _ in _whole_texts(reading)]).name(
        next(at for at, (_, parts) in enumerate(_whole_texts(reading)) if index in parts)
    )
    return reading.fixes.with_line(LineFix(name, LineUse.SPLIT, nth, (begins,)))


def _whole_line(reading: Reading, index: int) -> LineFix | None:
    """Return the fix that splits the line of which this one is a part; None for a whole line."""
    parts = _parts(reading, index)
    if len(parts) == 1:
        return None
    texts = _whole_texts(reading)
    lines = TextIndex([joined for joined, _ in texts])
    here = next(at for at, (_, found) in enumerate(texts) if index in found)
    for fix in reading.fixes.lines:
        positions = lines.find(fix.text) if fix.use is LineUse.SPLIT else []
        if here in (positions if fix.nth is None else positions[fix.nth - 1 : fix.nth]):
            return fix
    return None


def _parts(reading: Reading, index: int) -> range:
    """Return the positions of the lines into which one line of the source was split."""
    return next(parts for _, parts in _whole_texts(reading) if index in parts)


def _whole_texts(reading: Reading) -> list[tuple[str, range]]:
    """Return the text of each line before it was split, and the positions of its parts."""
    return list(_join_parts(reading.traced, [fix for fix in reading.fixes.lines if fix.at]))


def _join_parts(traced: Sequence[TracedLine], splits: Sequence[LineFix]) -> Iterator[tuple[str, range]]:
    """Yield lines with the parts of a split one as one again."""
    index = 0
    while index < len(traced):
        end = index + 1
        while end < len(traced) and traced[end].line.at == traced[index].line.at:
            end += 1
        joined = "".join(one.line.text for one in traced[index:end])
        if end - index > 1 and any(TextIndex([joined]).find(fix.text) for fix in splits):
            yield joined, range(index, end)
        else:
            yield from ((traced[at].line.text, range(at, at + 1)) for at in range(index, end))
        index = end


def settle_picture(
    reading: Reading, index: int, *, is_left_out: bool = False, caption: str = "", article: str = ""
) -> Fixes:
    """Return the fixes with a picture left out, with another caption, or in the article of that printed title."""
    named = _name_picture(reading, index)
    if is_left_out:
        return reading.fixes.with_picture(replace(named, is_left_out=True, caption="", article=""))
    changed = replace(
        named, is_left_out=False, caption=caption or named.caption, article=article or named.article
    )
    if not (changed.caption or changed.article):
        raise BulletinError(
            "没有写图注，也没有选文章", remedy="请写图注，或选这张图归哪一篇。", field="caption"
        )
    return reading.fixes.with_picture(changed)


def forget_picture(reading: Reading, index: int) -> Fixes:
    """Return the fixes without what is settled about a picture."""
    named = _name_picture(reading, index)
    kept = tuple(fix for fix in reading.fixes.pictures if fix.key != named.key)
    return replace(reading.fixes, pictures=kept)


def _name_picture(reading: Reading, index: int) -> PictureFix:
    """Return what is settled about the picture on a line, else a fix that names it and settles nothing yet.

    The same picture may stand several times in an issue: its copies have one order in source and issue.
    """
    block = reading.traced[index].line.block
    if not isinstance(block, Picture):
        raise BulletinError("这一处不是图片", remedy="请选一张单独成行的图片。")
    key = block.digest or block.url
    copies_above = sum(_shows(one.line.block, key) for one in reading.traced[:index])
    shown = [(name, picture) for name, held in _picture_holders(reading.printed) for picture in held]
    copies = [at for at, (_, picture) in enumerate(shown) if _shows(picture, key)]
    if copies_above >= len(copies):
        raise BulletinError("这张图不在读出的内容里，不能单独改", remedy="请先把它旁边的几行定为正文。")
    name = shown[copies[copies_above]][0]
    within = [at for at, (other, _) in enumerate(shown) if match_key(other) == match_key(name)]
    nth = within.index(copies[copies_above]) + 1
    new = PictureFix(of=name, nth=nth if len(within) > 1 else None)
    return next((fix for fix in reading.fixes.pictures if fix.key == new.key), new)


def _shows(block: Block | None, key: str) -> bool:
    """Tell if a block is the picture of this digest or address."""
    return isinstance(block, Picture) and (block.digest or block.url) == key


def _picture_holders(printed: ParsedIssue) -> Iterator[tuple[str, list[Picture]]]:
    """Yield the names of the parts of an issue, in printed order, each with its pictures."""
    yield LEAD_NAME, list(pictures(printed.lead))
    for section in printed.sections:
        yield section.name, list(pictures(section.lead))
        yield from ((article.title, list(pictures(article.blocks))) for article in section.articles)
