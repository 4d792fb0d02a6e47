"""Strip numbers, markers and brackets from titles and from names of sections; what is stripped is reported."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from wxbot.bulletin import line_text
from wxbot.bulletin.blocks import Spans
from wxbot.bulletin.line_text import remove_letterspacing
from wxbot.bulletin.model import Dropped, Role
from wxbot.bulletin.typed_blocks import LineBlock, block_spans

__all__ = [
    "TITLE_MARK",
    "ParsedTitle",
    "decimal_number",
    "read_title",
    "section_name",
    "text_without_notes",
    "title_numbering",
    "without_day",
]

TITLE_MARK = "title mark"

_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十0-9]{1,3}(?:部分|篇|章|版|单元|板块)[\s、：:]*"
    r"|(?:part|PART|Part)\s*\.?\s*\d{1,2}[\s.、：:]*|0\d\s+|\d{1,2}\s*[、．.，,](?!\d))\s*"
)
_COUNTED = re.compile(r"(?P<sign>[0-9]{1,3})\s+(?P<rest>\S.*)")
_DECIMALS = re.compile(r"(?P<sign>(?P<outer>\d{1,2})[.．](?P<inner>\d{1,2}))\s+(?P<rest>\S.*)")
_ZERO_COUNTED = re.compile(r"(?P<sign>0[0-9])\s*(?P<rest>[^\s0-9.:/%年月日时点-].*)")
_REMARK = re.compile(r"(?P<title>.*\S)\s*(?P<remark>[（(][^（()）]{1,6}[)）])")
"""A title that is a link, with a remark behind the link, such as （英文）."""

_SOURCE = re.compile(
    r"(?P<title>\S.{3,}?)\s*(?P<source>[（(](?=[^（()）]*(?:[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}[-./][0-9]{1,2}|来源|來源|载自|摘自|转自|据|综合《|本[报刊网][讯记]))"
    r"[^（()）]{2,40}[)）]|\s(?:(?:信息|消息|稿件)?来源|來源)[：:].{2,40})"
)
"""A title with its source or its day of publication behind it, as in 价格止跌（本报讯，4月24日）."""

_DAY = (
    r"(?:(?:(?:19|20)\d{2}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]?|(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./]\d{1,2}(?=\D))"
    r"(?:\s?[-—–~～至、]{1,2}\s?(?:\d{1,2}\s?月\s?)?\d{1,2}\s?[日号])?(?:[上下]午|晚)?"
)
_DATED = re.compile(
    rf"(?P<mark>[【\[［〔（(]\s?(?P<day>{_DAY})\s?[】\]］〕）)])\s*[：:|丨｜]?\s*(?P<title>\S.*)"
)
"""A title with the day of its event in brackets before it, as in 【3月5日】价格止跌."""

_DATED_BARE = re.compile(rf"(?P<mark>(?P<day>{_DAY})\s*(?:[|丨｜]\s*|\s))(?P<title>[^\d：:].*)")
"""A title with a day before it and no brackets; a sentence may begin so, and one such title proves nothing."""

_MIN_COUNTED = 3
"""Number of successive titles with a bare number before them, at least, for the numbers to count the titles."""

_COUNT = "count"
_DECIMAL = "decimal"
_SOURCED = "source"
_DAYS = "days"
_STARS = "stars"
_ALWAYS_MARKS = {"glyph", "dash", "#"}
_SECTION_MARKS = {"#", "glyph", "①", "❶", "⑴", "第一", "1.1"}
"""Kinds of markers before a section's name that are no part of it."""


@dataclass(frozen=True, slots=True)
class ParsedTitle:
    """A title without its marks, its styled text, the address of the link that it is, and the marks.

    `source` is the source or day of publication that stands behind the title; it is text of the article.
    """

    text: str
    spans: Spans
    url: str
    dropped: tuple[Dropped, ...]
    source: str = ""


def section_name(text: str) -> str:
    """Return a section's name without letter-spacing, brackets, number, `#` and glyphs."""
    inside = remove_letterspacing(line_text.bracket_content(text) or text)
    found = line_text.leading_marker(inside)
    bare = found.rest if found.kind in _SECTION_MARKS else inside
    bare = _NUMBERING.sub("", bare).strip().rstrip("：:")
    return remove_letterspacing(line_text.bracket_content(bare) or bare) or inside


def title_numbering(body: Sequence[LineBlock]) -> set[str]:
    """Return the kinds of markers that count or mark titles in this bulletin and are not part of them."""
    titles = [block for block in body if block.role is Role.TITLE]
    markers = [line_text.leading_marker(title.text) for title in titles]
    kinds = Counter(marker.kind for marker in markers)
    values: dict[str, list[int]] = {}
    for marker in markers:
        if marker.value is not None:
            values.setdefault(marker.kind, []).append(marker.value)
    texts = [title.text for title in titles]
    styles = {
        kind
        for kind, count in kinds.items()
        if kind in _ALWAYS_MARKS or count * 2 >= len(titles) or _is_series(values.get(kind, []))
    }
    styles |= {_COUNT} if _are_counted(texts) else set()
    styles |= {_SOURCED} if sum(_SOURCE.fullmatch(text) is not None for text in texts) > 1 else set()
    rests = [marker.rest for marker in markers]
    dated = sum(_DATED_BARE.fullmatch(text) is not None for text in rests)
    styles |= {_DAYS} if dated > 1 and dated * 2 >= len(rests) else set()
    styles |= {_STARS} if sum(text[0] in "*＊" for text in texts) * 2 > len(texts) > 1 else set()
    return styles | ({_DECIMAL} if _are_decimals(texts) else set())


def _is_series(numbers: Sequence[int]) -> bool:
    """Tell if numbers count from 1, perhaps several times."""
    steps = all(after in {before + 1, 1} for before, after in pairwise(numbers))
    return len(numbers) > 1 and numbers[0] == 1 and steps


def _are_counted(titles: Sequence[str]) -> bool:
    """Tell if bare numbers count most of the titles: each is one more than the last, or restarts at 1."""
    numbers = [int(found["sign"]) for title in titles if (found := _COUNTED.fullmatch(title))]
    steps = sum(after in {before + 1, 1} for before, after in pairwise(numbers))
    return len(numbers) >= max(_MIN_COUNTED, len(titles) / 2) and steps == len(numbers) - 1


def decimal_number(title: str) -> tuple[int, int] | None:
    """Return the number such as 2.1 before a title, with a blank behind it; None for other titles."""
    found = _DECIMALS.fullmatch(title)
    return (int(found["outer"]), int(found["inner"])) if found else None


def _are_decimals(titles: Sequence[str]) -> bool:
    """Tell if numbers such as 1.1 and 2.1 stand before most of the titles, in ascending order."""
    numbers = [number for title in titles if (number := decimal_number(title))]
    ascend = all(after > before for before, after in pairwise(numbers))
    return len(numbers) >= max(2, len(titles) / 2) and ascend


def read_title(block: LineBlock, numbering: set[str]) -> ParsedTitle:
    """Return a title without its marks; `numbering` holds the kinds of markers that count titles."""
    spans = block_spans(block.lines)
    url = next((span.url for span in spans if span.url), "")
    anchor = "".join(span.text for span in spans if span.url).strip()
    text = text_without_notes(block)
    source = ""
    if _SOURCED in numbering and (sourced := _SOURCE.fullmatch(text)):
        text, source = sourced["title"], sourced["source"].strip()
    dropped: list[str] = []
    if _is_between_glyphs(text) and (inside := line_text.bracket_content(text)):
        # The same glyph stands before and behind the title.
        dropped.append(text.replace(inside, "", 1).strip())
        text = inside
    found = line_text.leading_marker(text)
    if anchor and found.kind == "dash" and anchor in text:
        # An entry of a list of links: the title is the text of the link.
        dropped += [part for part in map(str.strip, text.split(anchor, 1)) if part]
        text = anchor
    elif found.sign and found.kind in numbering:
        dropped.append(found.sign)
        text = found.rest
        inner = line_text.leading_marker(text)
        if found.kind in {"glyph", "#"} and inner.value is not None:
            # A glyph and a number together, as in ▶ 1. or ## 1、.
            dropped.append(inner.sign)
            text = inner.rest
    elif _STARS in numbering and (bare := text.lstrip("*＊ ")) != text:
        dropped.append(text[: len(text) - len(bare)].strip())
        text = bare
    elif counted := _count_before(text, numbering):
        dropped.append(counted["sign"])
        text = counted["rest"]
    dated = _DATED.fullmatch(text) or (_DATED_BARE.fullmatch(text) if _DAYS in numbering else None)
    if dated:
        dropped.append(dated["mark"].replace(dated["day"], "").strip())
        source, text = f"{dated['day']} {source}".strip(), dated["title"]
    if anchor and (remark := _REMARK.fullmatch(text)) and remark["title"] == anchor:
        dropped.append(remark["remark"])
        text = anchor
    text = _strip_ends(text, dropped, run_in=block.lines[0].run_in)
    marks = tuple(Dropped(block.at, sign, TITLE_MARK) for sign in dropped)
    return ParsedTitle(remove_letterspacing(text), spans, url, marks, source)


def _strip_ends(text: str, dropped: list[str], *, run_in: bool) -> str:
    """Return a title without the brackets around it, and without the sign before the text of its line."""
    if run_in and (bare := text.rstrip("：:。—–- ")) and bare != text:
        dropped.append(text[len(bare) :].strip())
        text = bare
    if inside := line_text.bracket_content(text):
        before, _, after = text.partition(inside)
        dropped.append(f"{before.strip()}{after.strip()}")
        text = inside
    return text


def without_day(text: str) -> str:
    """Return a heading without the day in brackets before it (【3月5日】价格止跌); "" where none stands there."""
    found = _DATED.fullmatch(line_text.leading_marker(text).rest)
    return found["title"] if found else ""


def text_without_notes(block: LineBlock) -> str:
    """Return the text of a title or section's name without the marks of its notes, such as ¹ or [1]."""
    if not any(span.note for line in block.lines for span in line.spans):
        return block.text
    return line_text.join_lines(
        [
            "".join(span.text for span in line.spans if not span.note).strip() if line.spans else line.text
            for line in block.lines
        ]
    )


def _is_between_glyphs(text: str) -> bool:
    """Tell if a text begins and ends with the same glyph."""
    return text[:1] == text[-1:] and (text[0] in "*＊" or line_text.leading_marker(text).kind == "glyph")


def _count_before(text: str, numbering: set[str]) -> re.Match[str] | None:
    """Match the bare number that counts a title: any where most titles are counted, else one such as 01."""
    if _DECIMAL in numbering and (found := _DECIMALS.fullmatch(text)):
        return found
    return _COUNTED.fullmatch(text) if _COUNT in numbering else _ZERO_COUNTED.fullmatch(text)
