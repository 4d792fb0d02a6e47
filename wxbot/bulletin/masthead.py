"""The head of a bulletin: its name, number, date and editor, in whatever order they are printed."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wxbot import numbers
from wxbot.bulletin import line_features, toc
from wxbot.bulletin.line_features import End
from wxbot.bulletin.model import Line, Problem
from wxbot.bulletin.typeset import close_up, width

__all__ = ["Masthead", "check", "complete", "find", "is_name"]


@dataclass(slots=True)
class Masthead:
    """What the head says; `lines` are the positions of the lines that say it, `end` where the body begins."""

    title: str | None = None
    year: int | None = None
    issue: int | None = None
    total: int | None = None
    date: dt.date | None = None
    editor: str | None = None
    lines: set[int] = field(default_factory=set)
    end: int = 0
    problems: list[Problem] = field(default_factory=list)


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern written with `~` for blanks that may be there, D for a number and Y for a year."""
    year = r"(?:[12１２][0-9０-９]{3}|[一二][〇零○一二三四五六七八九]{3})"
    text = text.replace("Y", year).replace("D", f"{numbers.NUMERAL}{{1,6}}")
    return re.compile(text.replace("~", r"\s*"), re.IGNORECASE)


_TOTAL = _pattern(r"[（(【]?~[总總]~(?:期号|第)?~[：:]?~(?P<total>D)~[期号號]~[)）】]?")
_NUMBERS = (
    _pattern(r"期[号號]~[：:]~(?:第~)?(?:(?P<year>Y)~(?:年|[-—–/.])~第?~)?(?P<issue>D)~期?"),
    _pattern(r"[（(【]?~第?~(?P<year>Y)~(?:年~度?|[-—–/.])~第?~(?P<issue>D)~[期号號]~[)）】]?"),
    _pattern(r"[〔［\[（(【]~(?P<year>Y)~年?~[〕］\]）)】]~第?~(?P<issue>D)~[期号號]"),
    _pattern(r"[（(【]?~第~[（(]?~(?P<issue>D)~[)）]?~[期号號]~[)）】]?"),
    _pattern(r"vol~\.?~D~[,，]?~no~\.?~(?P<issue>D)"),
    _pattern(r"(?<![a-z])no~[.．]~(?P<issue>D)"),
    _pattern(r"#(?P<issue>[0-9]{1,5})(?![0-9])"),
    _pattern(r"(?<![a-z])vol~\.?~(?P<issue>D)"),
    _pattern(r"(?<![0-9年])(?P<issue>[0-9]{1,4})~期"),
)
_WEEK = _pattern(r"(?P<year>Y)~年~第~D~[周週]|(?P<alone>Y)~年(?:~D~月)?")
_MONTH = re.compile(rf"\s*[・·|｜—–-]\s*{numbers.NUMERAL}{{1,3}}月[上中下]?旬?\s*$")
_PERIOD = re.compile(r"\s*(?:[-–—~～至到])\s*")
_LABEL = re.compile(
    r"(?:本期)?(?:责任编辑|責任編輯|责编|执行编辑|主编|編輯|编辑|编者|整理编集|编印单位|编印|编制单位|编制|编写|编辑部|编委会|主办单位|主办|主辦|[Aa]uthors?|[Ee]ditors?)"
    r"\s*[：:]\s*(?P<who>[^：:]+?)(?=\s+\S{2,6}\s*[：:]|$)"
)
_BY = re.compile(
    r"(?P<who>\S.{1,40}?)\s*(?:主编|编印|編印|编制|编发|编写|编辑|編輯|(?<![摘汇彙选選])[编編]|主办|主辦|印发|印發)"
)
_UNIT = re.compile(
    r"\S*(?:秘书处|秘書處|办公室|辦公室|中心|编辑部|編輯部|委员会|委員會|协会|協會|联盟|聯盟|研究院|研究所|集团|局|部|处|處|会|會|科|室|台|站|院|馆|館|社|委|所|校|大学|大學|学院|學院|公司|集团|团队|团委|实验室|街道|支部|商会)"
)
_DEED = re.compile("召开|举[行办]|成立|发布|走进|当选|启动|完成|参加|赴|访|荣获|入选|通过|揭牌|迎来")
_SECRET = re.compile(
    r"[秘机绝]密(?:★.*)?|内部(?:参阅|资料|刊物|文件)(?:注意保[存密])?|注意保[存密]|点击.*关注.*|编号[：:].*"
)
_NAME = re.compile(
    r"(?:[简簡]报|[简簡]報|周报|週報|月报|月報|日报|快报|快報|通讯|通訊|通报|动态|動態|专报|專報|要情|内参|周刊|週刊|月刊|季刊|学刊|信息|資訊|资讯|消息|参考|參考|文摘|速递|速遞|讯|訊|报|報|刊|[摘汇彙选選][编編]|(?i:newsletter|bulletin|digest|weekly|monthly|quarterly))$"
)
_KIND = re.compile(
    r"[（(【\[]?\s*(?:(?:半|双|雙)?[月季周週年旬]刊|[增特专專]刊|号外|试刊号?|创刊号|内部[刊资]\S{0,6}|(?:电子|网络)版|合刊|(?:星期|礼拜|周)[一二三四五六日天])\s*[)）】\]]?"
)
_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|『[^『』]*』")
_LOOSE = " \t|｜·•,，:：-—–()（）【】[]《》"
_FIRST_MARKS = {"一、", "（一）", "1.", "1、", "1．"}
_MOTTO = 40
"""Columns of the longest line of a head that says none of what is looked for."""

_REACH = 15
"""How many lines a head may have; further down a number or date belongs to the news."""


def find(lines: Sequence[Line]) -> Masthead:
    """Read the head from a bulletin's first lines.

    A number printed elsewhere, on a line of its own, is taken where the head has none, and reported.
    """
    head = Masthead()
    region = _region(lines)
    rests = {index: lines[index].text for index in range(region)}
    _take_number(head, rests)
    _take_date(head, lines, rests)
    _take_editor(head, lines, rests)
    _take_title(head, lines, rests)
    head.end = _end(head, lines, region)
    if head.issue is None:
        _take_number_elsewhere(head, lines)
    return head


def complete(head: Masthead, tail: Sequence[str]) -> None:
    """Take from a bulletin's last lines, such as 某某办公室 2024年3月10日印发, what its head leaves open."""
    days = [day for text in tail for _, day in numbers.find_dates(text) if day]
    if head.date is None and len(days) == 1 and head.year in {None, days[0].year}:
        head.date, head.year = days[0], days[0].year
    if head.editor is None:
        head.editor = next(filter(None, map(editor_in, tail)), None)


def _end(head: Masthead, lines: Sequence[Line], region: int) -> int:
    """Where the body begins; short lines between the head and the first section, such as a motto, are the head's."""
    end = max(head.lines, default=-1) + 1
    rest = range(end, region)
    stray = all(
        width(lines[index].text) <= _MOTTO and not lines[index].level and not toc.is_heading(lines[index])
        for index in rest
    )
    if end and region < min(len(lines), _REACH) and _opens_section(lines[region]) and stray:
        head.lines.update(rest)
        return region
    return end


def _opens_section(line: Line) -> bool:
    """Whether a line begins as sections' names do."""
    return (
        line_features.bracketed(line.text) is not None
        or line_features.mark(line.text).kind in {"一、", "#"}
        or line.level > 1
    )


def _region(lines: Sequence[Line]) -> int:
    """How many lines can be part of the head: up to the first section, title or sentence."""
    for index, line in enumerate(lines[:_REACH]):
        inside = line_features.bracketed(line.text)
        if inside is not None and not _numbered(inside) and not numbers.find_dates(inside) and index:
            return index
        if line_features.mark(line.text).kind in _FIRST_MARKS or (
            line.level > 1 and not _says_something(line.text)
        ):
            return index
        if index and line_features.mark(line.text).kind == "#":
            return index
        if index and _is_text(line.text):
            return index
    return min(len(lines), _REACH)


def _says_something(text: str) -> bool:
    """Whether a line that is set large, as lines of a head may be, prints a number, a day or an editor."""
    told = _numbered(text) or numbers.find_dates(text) or editor_in(text)
    return bool(told) and not _is_prose(text)


def _is_text(text: str) -> bool:
    """Whether a line is too long for a head and prints none of its figures, or is a sentence."""
    if _numbered(text) or numbers.find_dates(text):
        return width(text) > 90 or _is_prose(text)
    return width(text) > 60 or (width(text) > _MOTTO and line_features.end(text) in {End.STOP, End.COMMA})


def _is_prose(text: str) -> bool:
    """Whether a text with a date in it goes on as a sentence does; what it quotes, such as a motto, does not count."""
    return len(text) > 20 and any(sign in _QUOTED.sub("", text) for sign in "，。；")


def _numbered(text: str) -> re.Match[str] | None:
    """The issue number in a text, in the most telling of its forms."""
    found = (pattern.search(_TOTAL.sub(" ", text)) for pattern in _NUMBERS)
    return next((match for match in found if match), None) or _TOTAL.search(text)


def _take_number(head: Masthead, rests: dict[int, str]) -> None:
    """Number and running number, from the first line that prints one; each may stand on its own line."""
    for index, text in rests.items():
        rest = text
        if head.total is None and (total := _TOTAL.search(rest)):
            head.total = numbers.parse_number(total["total"])
            rest = _cut(rest, total)
        if head.issue is None and (match := next(filter(None, (p.search(rest) for p in _NUMBERS)), None)):
            head.issue = numbers.parse_number(match["issue"])
            head.year = numbers.parse_number(match.groupdict().get("year") or "")
            rest = _cut(rest, match)
        if rest != text:
            rests[index] = rest
            head.lines.add(index)
    if head.issue is None:
        head.issue = head.total


def _take_date(head: Masthead, lines: Sequence[Line], rests: dict[int, str]) -> None:
    """The day of publication; a period from day to day only tells the year."""
    for index, rest in rests.items():
        found = numbers.find_dates(rest)
        if not found:
            continue
        if head.date is not None and index > max(head.lines):
            return  # a day further down belongs to the news
        period = len(found) > 1 or _PERIOD.match(rest, found[0][0].end()) is not None
        for match, day in found:
            if day is None:
                head.problems.append(Problem(lines[index].at, f"“{match[0]}”不是日历上有的日期"))
                continue
            head.year = head.year or day.year
            if not period:
                head.date = head.date or day
        for match, _ in reversed(found):
            rests[index] = _cut(rests[index], match)
        head.lines.add(index)
    _take_year(head, rests)


def _take_year(head: Masthead, rests: dict[int, str]) -> None:
    """The year alone, with a week or a month or with nothing."""
    for index, rest in rests.items():
        week = _WEEK.search(rest)
        if week and not _is_prose(rest) and width(rest) <= 2 * _MOTTO:
            left = _cut(rest, week).strip(_LOOSE)
            if (
                week["alone"]
                and left
                and index not in head.lines
                and not (is_name(left) or _UNIT.fullmatch(left))
            ):
                continue  # a year in a headline
            rests[index] = _cut(rest, week)
            head.lines.add(index)
            head.year = head.year or numbers.parse_number(week["year"] or week["alone"])


def _take_editor(head: Masthead, lines: Sequence[Line], rests: dict[int, str]) -> None:
    """Who made the issue: `编辑：…`, `…编`, or the unit beside number or date."""
    for index, rest in rests.items():
        # Where a number or a day was taken out of a line, two blanks part what stood on its sides.
        parts = re.split(r"\s{2,}", rest)
        who, beside = next(((who, part) for part in parts if (who := editor_in(part))), (None, rest))
        if who is None and index in head.lines and _UNIT.fullmatch(rest.strip(_LOOSE)):
            who = rest.strip(_LOOSE)
        if who is None and index - 1 in head.lines and _stands_alone(lines, index):
            who = rest.strip(_LOOSE)
        if who is not None and head.editor is None:
            head.editor = who
            rests[index] = rest.replace(beside, "").strip()
            head.lines.add(index)


def _stands_alone(lines: Sequence[Line], index: int) -> bool:
    """Whether a line names a unit and no text stands below it, as it would below a title that ends so."""
    text = lines[index].text
    if width(text) > _MOTTO or not _UNIT.fullmatch(text) or _DEED.search(text):
        return False
    return index + 1 < len(lines) and not _is_text(lines[index + 1].text)


def is_name(title: str) -> bool:
    """Whether a title is one that periodicals bear: …简报, …通讯, …动态."""
    return _NAME.search(title) is not None


def editor_in(text: str) -> str | None:
    """The editor that a line names, as `编辑：张三` or `某某秘书处编`; None when it names none."""
    if label := _LABEL.search(text):
        return label["who"].strip(" []\"'")
    without_days = text
    for match, _ in reversed(numbers.find_dates(text)):
        without_days = _cut(without_days, match)
    by = _BY.fullmatch(without_days.strip(_LOOSE))
    return close_up(by["who"].strip()) if by and line_features.end(text) is End.NONE else None


def _is_no_name(text: str) -> bool:
    """Whether a line of a head is no name, but says how secret or of which kind the bulletin is."""
    return bool(_SECRET.fullmatch(text) or _KIND.fullmatch(text))


def _take_title(head: Masthead, lines: Sequence[Line], rests: dict[int, str]) -> None:
    """The bulletin's name: the line that ends like one, is set apart, or stands above the number."""
    first_number = min(head.lines, default=None)
    best, best_score = None, 0.0
    for index, rest in rests.items():
        name = close_up(rest.strip(_LOOSE))
        if not name or _is_no_name(name.replace(" ", "")) or width(name) > 80:
            continue
        score = 1.0 - index * 0.1
        score += 3.0 if _NAME.search(name) else 0.0
        score += 2.0 if name != rest.strip(_LOOSE) else 0.0
        score += 2.0 if lines[index].level == 1 else 0.0
        score += 1.0 if first_number is not None and index in {first_number, first_number - 1} else 0.0
        score -= (
            3.0 if line_features.end(name) in {End.STOP, End.COMMA} or line_features.bracketed(name) else 0.0
        )
        if score > best_score:
            best, best_score = index, score
    if best is not None and (head.lines or best_score >= 2.0):
        head.title = close_up(_MONTH.sub("", rests[best]).lstrip("#").strip(_LOOSE))
        head.lines.add(best)


def _take_number_elsewhere(head: Masthead, lines: Sequence[Line]) -> None:
    """A number on a line of its own below the head, as some print it at the end."""
    for index, line in enumerate(lines):
        match = _numbered(line.text)
        if match and width(_cut(line.text, match)) <= 40 and line_features.end(line.text) is End.NONE:
            parts = match.groupdict()
            head.issue = numbers.parse_number(parts.get("issue") or parts.get("total") or "")
            head.year = head.year or numbers.parse_number(parts.get("year") or "")
            head.lines.add(index)
            head.problems.append(Problem(line.at, f"期号不在报头，取自这一行：{line.text[:40]}"))
            return


def check(head: Masthead, lines: Sequence[Line]) -> None:
    """Say what the head lacks, or says against itself."""
    at = lines[min(head.lines)].at if head.lines else 1
    if head.issue is None:
        head.problems.append(Problem(at, "全文没有期号（如“2021 年第 2 期”）"))
    elif head.year is None:
        head.problems.append(Problem(at, "有期号，但没有年份"))
    if head.title is None:
        head.problems.append(Problem(at, "报头没有简报名称"))
    if head.date is not None and head.year is not None and abs(head.date.year - head.year) > 0:
        head.problems.append(
            Problem(at, f"期号的年份是 {head.year} 年，出版日期却是 {head.date.isoformat()}")
        )


def _cut(text: str, match: re.Match[str]) -> str:
    """A text without what a pattern found in it."""
    return f"{text[: match.start()]} {text[match.end() :]}".strip()
