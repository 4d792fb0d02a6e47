"""Read the masthead of a bulletin: its name, number, date and editor, in any order."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wxbot import numbers
from wxbot.bulletin import contents, line_text
from wxbot.bulletin.line_text import LineEnd, columns, remove_letterspacing
from wxbot.bulletin.model import Line, Problem

__all__ = ["Masthead", "complete", "find", "is_periodical_name", "report_problems"]


@dataclass(slots=True)
class Masthead:
    """Values of a masthead; `lines` holds the positions of its lines, `end` the position where the body begins."""

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
    """Compile a pattern in which `~` stands for optional blanks, D for a number and Y for a year."""
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
_EVENT = re.compile("召开|举[行办]|成立|发布|走进|当选|启动|完成|参加|赴|访|荣获|入选|通过|揭牌|迎来")
_CLASSIFICATION = re.compile(
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
_MAX_MOTTO = 40
"""Columns of the longest masthead line without any value, such as a motto."""

_MAX_LINES = 15
"""Lines of a masthead, at most; a number or date further down belongs to the news."""


def find(lines: Sequence[Line]) -> Masthead:
    """Read the masthead from a bulletin's first lines.

    Where it has no number, a number on a line of its own further down is taken, and reported as a problem.
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
    """Fill in a missing date or editor from a bulletin's last lines, such as 某某办公室 2024年3月10日印发."""
    days = [day for text in tail for _, day in numbers.find_dates(text) if day]
    if head.date is None and len(days) == 1 and head.year in {None, days[0].year}:
        head.date, head.year = days[0], days[0].year
    if head.editor is None:
        head.editor = next(filter(None, map(editor_in, tail)), None)


def _end(head: Masthead, lines: Sequence[Line], region: int) -> int:
    """Return where the body begins; short lines before the first section, such as a motto, join the masthead."""
    end = max(head.lines, default=-1) + 1
    rest = range(end, region)
    stray = all(
        columns(lines[index].text) <= _MAX_MOTTO
        and not lines[index].level
        and not contents.is_toc_heading(lines[index])
        for index in rest
    )
    if end and region < min(len(lines), _MAX_LINES) and _opens_section(lines[region]) and stray:
        head.lines.update(rest)
        return region
    return end


def _opens_section(line: Line) -> bool:
    """Tell if a line has the marker of a section's name."""
    return (
        line_text.bracket_content(line.text) is not None
        or line_text.leading_marker(line.text).kind in {"一、", "#"}
        or line.level > 1
    )


def _region(lines: Sequence[Line]) -> int:
    """Return the number of lines that may belong to the masthead: up to the first section, title or sentence."""
    for index, line in enumerate(lines[:_MAX_LINES]):
        inside = line_text.bracket_content(line.text)
        if inside is not None and not _match_number(inside) and not numbers.find_dates(inside) and index:
            return index
        if line_text.leading_marker(line.text).kind in _FIRST_MARKS or (
            line.level > 1 and not _has_value(line.text)
        ):
            return index
        if index and line_text.leading_marker(line.text).kind == "#":
            return index
        if index and _is_text(line.text):
            return index
    return min(len(lines), _MAX_LINES)


def _has_value(text: str) -> bool:
    """Tell if a line in large type prints a number, a date or an editor, as lines of a masthead may."""
    value = _match_number(text) or numbers.find_dates(text) or editor_in(text)
    return bool(value) and not _is_prose(text)


def _is_text(text: str) -> bool:
    """Tell if a line is a sentence, or too long for a masthead without printing a number or date."""
    if _match_number(text) or numbers.find_dates(text):
        return columns(text) > 90 or _is_prose(text)
    return columns(text) > 60 or (
        columns(text) > _MAX_MOTTO and line_text.line_end(text) in {LineEnd.STOP, LineEnd.COMMA}
    )


def _is_prose(text: str) -> bool:
    """Tell if a text with a date in it is a sentence; quoted parts, such as a motto, are ignored."""
    return len(text) > 20 and any(sign in _QUOTED.sub("", text) for sign in "，。；")


def _match_number(text: str) -> re.Match[str] | None:
    """Match the issue number in a text, by the most specific pattern."""
    found = (pattern.search(_TOTAL.sub(" ", text)) for pattern in _NUMBERS)
    return next((match for match in found if match), None) or _TOTAL.search(text)


def _take_number(head: Masthead, rests: dict[int, str]) -> None:
    """Take number and running number, each from the first line that prints one."""
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
    """Take the date of publication; from a period only the year is taken."""
    for index, rest in rests.items():
        found = numbers.find_dates(rest)
        if not found:
            continue
        if head.date is not None and index > max(head.lines):
            return  # a date further down belongs to the news
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
    """Take a year that is printed with a week or a month, or alone."""
    for index, rest in rests.items():
        week = _WEEK.search(rest)
        if week and not _is_prose(rest) and columns(rest) <= 2 * _MAX_MOTTO:
            left = _cut(rest, week).strip(_LOOSE)
            if (
                week["alone"]
                and left
                and index not in head.lines
                and not (is_periodical_name(left) or _UNIT.fullmatch(left))
            ):
                continue  # a year in a headline
            rests[index] = _cut(rest, week)
            head.lines.add(index)
            head.year = head.year or numbers.parse_number(week["year"] or week["alone"])


def _take_editor(head: Masthead, lines: Sequence[Line], rests: dict[int, str]) -> None:
    """Take the editor: `编辑：…`, `…编`, or the organisation beside number or date."""
    for index, rest in rests.items():
        # A number or date that was cut out of a line left two blanks between the parts on its sides.
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
    """Tell if a line names an organisation and is not a title: no text stands below it."""
    text = lines[index].text
    if columns(text) > _MAX_MOTTO or not _UNIT.fullmatch(text) or _EVENT.search(text):
        return False
    return index + 1 < len(lines) and not _is_text(lines[index + 1].text)


def is_periodical_name(title: str) -> bool:
    """Tell if a title ends as names of periodicals do: …简报, …通讯, …动态."""
    return _NAME.search(title) is not None


def editor_in(text: str) -> str | None:
    """Return the editor that a line names, as in `编辑：张三` or `某某秘书处编`; None for other lines."""
    if label := _LABEL.search(text):
        return label["who"].strip(" []\"'")
    without_dates = text
    for match, _ in reversed(numbers.find_dates(text)):
        without_dates = _cut(without_dates, match)
    by = _BY.fullmatch(without_dates.strip(_LOOSE))
    return (
        remove_letterspacing(by["who"].strip()) if by and line_text.line_end(text) is LineEnd.NONE else None
    )


def _is_classification(text: str) -> bool:
    """Tell if a masthead line states how confidential or of which kind the bulletin is, and is not its name."""
    return bool(_CLASSIFICATION.fullmatch(text) or _KIND.fullmatch(text))


def _take_title(head: Masthead, lines: Sequence[Line], rests: dict[int, str]) -> None:
    """Take the bulletin's name: the line with the highest score for its ending, letter-spacing, level and position."""
    first_number = min(head.lines, default=None)
    best, best_score = None, 0.0
    for index, rest in rests.items():
        name = remove_letterspacing(rest.strip(_LOOSE))
        if not name or _is_classification(name.replace(" ", "")) or columns(name) > 80:
            continue
        score = 1.0 - index * 0.1
        score += 3.0 if _NAME.search(name) else 0.0
        score += 2.0 if name != rest.strip(_LOOSE) else 0.0
        score += 2.0 if lines[index].level == 1 else 0.0
        score += 1.0 if first_number is not None and index in {first_number, first_number - 1} else 0.0
        score -= (
            3.0
            if line_text.line_end(name) in {LineEnd.STOP, LineEnd.COMMA} or line_text.bracket_content(name)
            else 0.0
        )
        if score > best_score:
            best, best_score = index, score
    if best is not None and (head.lines or best_score >= 2.0):
        head.title = remove_letterspacing(_MONTH.sub("", rests[best]).lstrip("#").strip(_LOOSE))
        head.lines.add(best)


def _take_number_elsewhere(head: Masthead, lines: Sequence[Line]) -> None:
    """Take a number on a line of its own below the masthead, as some bulletins print it at the end."""
    for index, line in enumerate(lines):
        match = _match_number(line.text)
        if match and columns(_cut(line.text, match)) <= 40 and line_text.line_end(line.text) is LineEnd.NONE:
            parts = match.groupdict()
            head.issue = numbers.parse_number(parts.get("issue") or parts.get("total") or "")
            head.year = head.year or numbers.parse_number(parts.get("year") or "")
            head.lines.add(index)
            head.problems.append(Problem(line.at, f"期号不在报头，取自这一行：{line.text[:40]}"))
            return


def report_problems(head: Masthead, lines: Sequence[Line]) -> None:
    """Report missing values of the masthead, and a number and date of different years."""
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
    """Return a text without the part that a pattern matched."""
    return f"{text[: match.start()]} {text[match.end() :]}".strip()
