"""Find the numbers, periods and months that mastheads print: 第5、6期合刊, 总第301期, 增刊第2期, 第43周, （1.20-1.26）.

All functions work on text in the form of `fold`, which keeps every position: a match can be cut out of the text
as printed.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from wxbot import numbers
from wxbot.numbers import NUMERAL, parse_number

__all__ = [
    "FoundDate",
    "Period",
    "PrintedNumber",
    "find_day",
    "find_days",
    "find_half_month",
    "find_month",
    "find_number",
    "find_period",
    "find_supplement",
    "find_total",
    "find_week",
    "find_year",
    "fold",
]

_WIDE = str.maketrans(
    "０１２３４５６７８９．／（）：，＃　ＮＯｎｏＶＬｖｌ＆＋［］~～〜－―–—−‐‑",
    "0123456789./():,# NOnoVLvl&+[]----------",
)
_YEAR_OF_ZEROS = re.compile(r"[一二][一二三四五六七八九〇○◯零OoＯ0]{3}(?=\s*年)")
_ZEROS = str.maketrans("○◯零OoＯ0", "〇〇〇〇〇〇〇")


def fold(text: str) -> str:
    """Return a text of the same length with half-width digits and signs, `-` for every dash, and 1月 for 元月."""
    folded = text.translate(_WIDE).replace("元月", "1月")
    return _YEAR_OF_ZEROS.sub(lambda found: found[0].translate(_ZEROS), folded)


def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern: `~` stands for optional blanks, D for a numeral, C for counts, Y for a year, T for 至."""
    year = r"(?:(?<![0-9])[12][0-9]{3}(?![0-9])|[一二][〇一二三四五六七八九]{3}"
    year += r"|[壹贰貳][零〇壹贰貳叁叄肆伍陆陸柒捌玖]{3})"
    count = f"{NUMERAL}{{1,6}}"
    to = r"(?:[、,/&+至和与及]|--?)"
    counts = rf"{count}(?:(?:~{to}~第?|~[期号]~{to}~第)~{count}){{0,11}}"
    text = text.replace("Y", year).replace("C", counts).replace("D", count)
    return re.compile(text.replace("T", "~(?:--?|至|到|→)~").replace("~", r"\s*"), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number in a text: its position, its counts, and the year where it is printed with them."""

    start: int
    end: int
    counts: tuple[int, ...]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A period in a text, with its first and its last day as (year or None, month, day)."""

    start: int
    end: int
    first: tuple[int | None, int, int]
    last: tuple[int | None, int, int]

    @property
    def year(self) -> int | None:
        """The year that is printed with the period, that of its last day."""
        crosses = self.first[1:] > self.last[1:]
        return self.last[0] or (self.first[0] + crosses if self.first[0] else None)

    def days(self, year: int | None) -> tuple[dt.date, dt.date] | None:
        """Return its two days; `year` is that of the last one where none is printed. None for impossible days."""
        end_year = self.year or year
        if end_year is None:
            return None
        start_year = self.first[0] or end_year - (self.first[1:] > self.last[1:])
        try:
            found = dt.date(start_year, *self.first[1:]), dt.date(end_year, *self.last[1:])
        except ValueError:
            return None
        return found if found[0] <= found[1] else None


# What follows the number of something else, as in 第10期培训班, 第3号台风, 二期工程.
_OTHER = (
    r"(?!~(?:培训|学员|研修|工程|项目|讲座|讲堂|沙龙|债券|基金|建设|学习|进修|轮训|干部|读书班|训练|集训|募投|厂房|开工|投产|竣工"
    r"|文件|台风|公告|机组|选手|种子|问题|以来|发表|直播|节目|体验|志愿|活动|会议|论坛|比赛)"
    # Behind a blank these begin another word, as in 第5期 上海市文联.
    r"|[债班营课款付楼线令馆院矿井门车内中上的刊所征])"
)
_ENDING = rf"[期号號]{_OTHER}~(?:合刊|合订本|[(]~合刊~[)])?"
_NUMBERS = tuple(
    _pattern(text)
    for text in (
        r"期[号號]~:~(?:第~)?(?:(?P<year>Y)~(?:年|[-/.])~第?~)?(?P<counts>C)~期?",
        rf"[(【\[]?~第?~(?P<year>Y)~(?:年~度?|[-/.])~[·,]?~第?~(?P<counts>C)~{_ENDING}~[)】\]]?",
        rf"(?P<year>Y)~第~(?P<counts>C)~{_ENDING}",
        rf"[〔\[(【]~(?P<year>Y)~年?~[〕\])】]~第?~(?P<counts>C)~{_ENDING}",
        rf"(?P<year>Y)~年~[·]?~[(【\[]~第?~(?P<counts>C)~{_ENDING}~[)】\]]?",
        rf"[(【\[]?~第~[(]?~(?P<counts>C)~[)]?~{_ENDING}~[)】\]]?",
        r"(?<![a-z])vol~\.?~D~[,·]?~(?:no|issue)~\.?~(?P<counts>D)",
        r"(?<![a-z])no~[.:]~(?P<counts>[0-9]{1,6})",
        r"(?<![a-z])issue~(?:no\.?|\#)?~(?P<counts>[0-9]{1,5})(?![0-9])",
        r"\#~(?P<counts>[0-9]{1,5})(?![0-9])",
        r"(?<![a-z])vol~[.]?~(?P<counts>D)",
        rf"(?<![0-9年.第])(?P<counts>[0-9]{{1,4}})~期{_OTHER}",
        r"(?P<year>Y)~年~(?:度~)?第?~(?P<counts>[一二三四1-4])~季(?:度|刊|号)?",
    )
)
_SEASON = _pattern(r"(?P<year>Y)~年?~[·]?~[(]?(?P<season>[春夏秋冬])[季之]?[刊号卷][)]?")
_FIRST_ISSUE = _pattern(r"[(【]?~创刊号~[)】]?")
_RUN_TOGETHER = re.compile(r"[一二三四五六七八九]{2}")
_SEPARATOR = re.compile(r"\s*[期号]?\s*([、,/&+至和与及]|--?)\s*第?\s*")
_TOTAL = _pattern(r"[(【\[]?~[,]?~[总總]~(?:期~[号號]|第|no\.?)?~:?~第?~(?P<counts>C)~[期号號]?~[)】\]]?")
_SUPPLEMENT = _pattern(
    r"[(【\[]?~(?:(?P<year>Y)~年~度?~)?[·]?~(?:第~(?P<before>D)~[期号]~)?[·(]?~(?P<kind>增刊|号外|特刊|专刊|特别号)~[)]?"
    r"~(?:(?:第~|[(]~|no\.?~)?(?P<after>D)(?![0-9〇零一二三四五六七八九十]|~[年月./-])~[期号]?~[)]?)?~[)】\]]?"
)
_ALWAYS_SUPPLEMENT = {"增刊", "号外"}
_WEEK = _pattern(
    r"[(【\[]?~(?:(?P<year>Y)~年?~度?~[·]?~)?(?:(?P<month>D)~月~份?~)?第~(?P<week>D)~(?:[周週](?![年刊报報岁末])|星期)~[)】\]]?"
    r"|[(【\[]?~(?P<year2>Y)~年?~[-·]?~w(?:eek)?~(?P<week2>[0-9]{1,2})(?![0-9])~[)】\]]?"
)
_MONTH = _pattern(
    r"[(【\[]?~(?P<year>Y)~年~[·]?~(?P<month>D)~月(?!~D~[日号])(?:~[上中下]~旬|上半月|下半月|份|号|刊)?(?!至今|以来|[起底初末])~[)】\]]?"
    r"|[(【\[]~(?P<year2>Y)~[-./]~(?P<month2>0?[1-9]|1[0-2])~[)】\]]"
    r"|(?<![0-9./年-])(?P<year3>(?:19|20)[0-9]{2})~[-./]~(?P<month3>0?[1-9]|1[0-2])(?![0-9]|~[-./期第])"
    r"|[(【\[]?(?P<month4>D)~月~(?:[号刊]|[上中下]旬)(?!外)~[)】\]]?"
    r"|[(【\[]~(?P<month5>D)~月~份?~[)】\]]|(?<=[·•・|｜-])~(?P<month6>D)~月~[上中下]?旬?~$|^~(?P<month7>D)~月~$"
)
_YEAR = _pattern(r"(?P<year>Y)~年~度?")
_FORMAL = "壹贰貳叁叄肆伍陆陸柒捌玖拾"
_MONTH_NUMBER = f"[0-9]{{1,2}}|[一二三四五六七八九十{_FORMAL}]{{1,3}}"
_DAY_NUMBER = f"[0-9]{{1,2}}|[一二三四五六七八九十廿卅{_FORMAL}]{{1,3}}"
_COMPACT = "(?P<{0}m>0[1-9]|1[0-2])(?P<{0}d>0[1-9]|[12][0-9]|3[01])"
_PERIODS = tuple(
    _pattern(rf"[(【\[]?~{text}~[)】\]]?")
    for text in (
        # 2025.1.14-2025.1.20, 2025-01-14 ~ 01-20, 1.14-1.20, 3月3日至3月9日, 3月3日—9日
        rf"(?<![0-9.])(?:(?P<ay>Y)~(?:[-./]|年)~)?(?P<am>{_MONTH_NUMBER})~(?:[-./]|月)~(?P<ad>{_DAY_NUMBER})(?![0-9])~[日号]?"
        rf"T(?:(?P<by>Y)~(?:[-./]|年)~)?(?:(?P<bm>{_MONTH_NUMBER})~(?:[-./]|月)~)?(?P<bd>{_DAY_NUMBER})(?![0-9.])~[日号]?",
        rf"(?<![0-9])(?P<ay>(?:19|20)[0-9]{{2}}){_COMPACT.format('a')}T(?P<by>(?:19|20)[0-9]{{2}})?{_COMPACT.format('b')}(?![0-9])",
        rf"(?<![0-9]){_COMPACT.format('a')}T{_COMPACT.format('b')}(?![0-9])",
    )
)
_HALF_MONTH = _pattern(rf"[・·•‧|-]~(?:{_MONTH_NUMBER})~月~[上中下](?:旬|半月)?~$")
_DAY_WITHOUT_YEAR = _pattern(rf"(?<![0-9年])(?P<m>{_MONTH_NUMBER})~月~(?P<d>{_DAY_NUMBER})~[日号]")
_REPUBLIC = re.compile(r"(?<![0-9.])(?P<y>1[0-4][0-9])[./](?P<m>[0-9]{1,2})[./](?P<d>[0-9]{1,2})(?![0-9.])")
_COMPACT_DAY = _pattern(rf"[(【\[]?(?<![0-9]){_COMPACT.format('')}(?![0-9])[)】\]]?~$")


def find_total(text: str) -> PrintedNumber | None:
    """Find a running number, as in 总第301期."""
    found = _TOTAL.search(text)
    counts = _counts(found["counts"]) if found else ()
    return PrintedNumber(found.start(), found.end(), counts) if found and counts else None


def find_number(text: str) -> PrintedNumber | None:
    """Find an issue number, by the most specific pattern."""
    for pattern in _NUMBERS:
        for found in pattern.finditer(text):
            counts = _counts(found["counts"], combined="合" in found[0])
            if counts:
                year = _year(found.groupdict().get("year"))
                return PrintedNumber(*found.span(), counts, year)
    if season := _SEASON.search(text):
        return PrintedNumber(*season.span(), ("春夏秋冬".index(season["season"]) + 1,), _year(season["year"]))
    first = _FIRST_ISSUE.search(text)
    return PrintedNumber(*first.span(), (1,)) if first else None


def find_supplement(text: str) -> PrintedNumber | None:
    """Find a supplement or special issue; without counts where it is not numbered.

    特刊 and 专刊 that end a name, as in 清源特刊, are the name and no supplement.
    """
    for found in _SUPPLEMENT.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        stands_alone = (
            found["year"]
            or found["before"]
            or found[0][0] in "(【["
            or not before.strip()
            or before[-1].isspace()
        )
        if found["kind"] not in _ALWAYS_SUPPLEMENT and not stands_alone:
            continue
        if after[:1] and ("\u4e00" <= after[0] <= "\u9fff") and not found[0][-1].isspace():
            continue  # 增刊审批办法
        written = found["after"] or found["before"] or ""
        counts = _counts(written) if written else ()
        return PrintedNumber(*found.span(), counts, _year(found["year"]))
    return None


def find_week(text: str) -> tuple[PrintedNumber, int | None] | None:
    """Find a week: 第43周, 2026-W43; with the month whose week it is, as in 3月第1周, else None."""
    for found in _WEEK.finditer(text):
        parts = found.groupdict()
        week = parse_number(parts["week"] or parts["week2"] or "") or 0
        if 1 <= week <= 53:
            month = parse_number(parts["month"] or "")
            return PrintedNumber(*found.span(), (week,), _year(parts["year"] or parts["year2"])), month
    return None


def find_month(text: str) -> PrintedNumber | None:
    """Find a month: 2024年11月, 11月号, （2024.11）; a date is none."""
    for found in _MONTH.finditer(text):
        parts = found.groupdict()
        month = next(filter(None, (parts[f"month{suffix}"] for suffix in ("", 2, 3, 4, 5, 6, 7))), "")
        value = parse_number(month) or 0
        if 1 <= value <= 12:
            year = parts["year"] or parts["year2"] or parts["year3"]
            return PrintedNumber(*found.span(), (value,), _year(year))
    return None


def find_half_month(text: str) -> PrintedNumber | None:
    """Find the half of a month at the end of a title, as in 安记冰室・二月上, which gives neither year nor number."""
    found = _HALF_MONTH.search(text)
    return PrintedNumber(*found.span(), ()) if found else None


def find_year(text: str) -> PrintedNumber | None:
    """Find a year, as in 2025年度."""
    found = _YEAR.search(text)
    return PrintedNumber(*found.span(), (), _year(found["year"])) if found else None


def find_period(text: str) -> Period | None:
    """Find a period, as in 2025.1.14-1.20 or 10月19日至10月25日."""
    for pattern in _PERIODS:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            first = _year(parts.get("ay")), parse_number(parts["am"]) or 0, parse_number(parts["ad"]) or 0
            month = parse_number(parts["bm"]) if parts["bm"] else first[1]
            last = _year(parts.get("by")), month or 0, parse_number(parts["bd"]) or 0
            if all(1 <= m <= 12 and 1 <= d <= 31 for _, m, d in (first, last)):
                return Period(*found.span(), first, last)
    return None


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text; `day` is None for one that no calendar has."""

    start: int
    end: int
    day: dt.date | None


def find_days(text: str) -> Iterator[FoundDate]:
    """Find every date with a year; 114.10.20 is one of the Republic of China."""
    dates = numbers.find_dates(text)
    for found, day in dates:
        yield FoundDate(*found.span(), day)
    for found in _REPUBLIC.finditer(text) if not dates else ():
        try:
            day = dt.date(int(found["y"]) + 1911, int(found["m"]), int(found["d"]))
        except ValueError:
            continue
        yield FoundDate(*found.span(), day)


def find_day(text: str, year: int, *, compact: bool = False) -> FoundDate | None:
    """Find a day without a year, as in 3月10日; with `compact` also a text's last digits, as in 0310."""
    found = _DAY_WITHOUT_YEAR.search(text) or (_COMPACT_DAY.search(text) if compact else None)
    if found is None:
        return None
    try:
        day = dt.date(year, parse_number(found["m"]) or 0, parse_number(found["d"]) or 0)
    except ValueError:
        return None
    return FoundDate(*found.span(), day)


def _year(written: str | None) -> int | None:
    """Return the value of a year."""
    return parse_number(written) if written else None


def _counts(written: str, *, combined: bool = False) -> tuple[int, ...]:
    """Return the counts in a text such as 7、8 or 10-12; () where they are none."""
    parts = _SEPARATOR.split(written.strip())
    values = [parse_number(part) for part in parts[::2]]
    if combined and len(values) == 1 and _RUN_TOGETHER.fullmatch(parts[0]):
        values = [parse_number(char) for char in parts[0]]  # 第七八期合刊
    counts = [value for value in values if value is not None]
    if len(counts) != len(values) or any(after <= before for before, after in pairwise(counts)):
        return ()
    is_range = len(parts) == 3 and parts[1] in {"-", "--", "至"}
    if is_range and counts[1] - counts[0] < 12:
        return tuple(range(counts[0], counts[1] + 1))
    return tuple(counts) if counts[-1] - counts[0] < 12 else ()
