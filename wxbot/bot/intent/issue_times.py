"""Times by which members name issues: 去年, 25年, 10月份, 年底, 上个月, 上周, 9月15日."""

import datetime as dt
import re
from typing import NamedTuple

from wxbot.numbers import NUMERAL, parse_number

__all__ = ["IssueTime", "absolute_years", "read_time", "spell_out_years"]

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)
_RELATIVE_YEARS = {"今": 0, "本": 0, "当": 0, "去": -1, "前": -2, "大前": -3}
_CHINESE_YEAR = re.compile(
    "(?<![一二三四五六七八九〇零○])([一二][〇零○一二三四五六七八九]{3}|[〇零○一二三][〇零○一二三四五六七八九])(?=年)"
)
_SHORT_YEAR = re.compile("(?<![0-9])['‘’]?([0-9]{2})(?=年)")
_SHORT_NUMBER = re.compile("^['‘’]?([0-9]{2})[-./](?=[0-9]{1,3}期)")
_RELATIVE_YEAR = re.compile("(大前|[今本当去前])年(?:度)?")
_BARE_YEAR = re.compile("^((?:19|20)[0-9]{2})(?=第|[0-9]{1,2}月|年?的)(?!年)")
_YEAR_BESIDE_WORDS = re.compile(r"(?<![\d.a-z-])((?:19|20)[0-9]{2})(?=\s|[\u4e00-\u9fff]|$)(?!\s*[年第\d])")
_RECENT_SHORT_YEAR = re.compile("(?<![0-9.])([0-9]{2})年(?![期度代级来前后间内底初末龄会]|以)")
_YEAR_EDGE = re.compile("(?:((?:19|20)[0-9]{2})年年?|年)([初底末尾])(?!月)")
_RECENT = 10  # years in which 25年 is a year, not a span of time
_MONTH = rf"(?P<month>{NUMERAL}{{1,2}}|元|腊)月份?"
_TIME = re.compile(
    rf"(?:(?P<year>(?:19|20)[0-9]{{2}})年度?的?)?(?:{_MONTH}(?:的?(?P<day>{NUMERAL}{{1,3}})[日号])?)?"
)
_EXACT_DAYS = re.compile(r"(?P<since>[0-9]{4}-[0-9]{2}-[0-9]{2})~(?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2})")


class IssueTime(NamedTuple):
    """The year, the month, or the first and last day in which an issue appeared; None for any."""

    year: int | None = None
    month: int | None = None
    days: tuple[dt.date, dt.date] | None = None


def absolute_years(words: str, today: dt.date) -> str:
    """Return compact words with years, and months and days that depend on `today`, in figures: 2025年, 2026年10月."""
    words = _CHINESE_YEAR.sub(lambda found: str(parse_number(found[1])), words)
    words = _SHORT_YEAR.sub(lambda found: _long_year(found[1], today), words)
    words = _SHORT_NUMBER.sub(lambda found: f"{_long_year(found[1], today)}年", words)
    words = _RELATIVE_YEAR.sub(lambda found: f"{today.year + _RELATIVE_YEARS[found[1]]}年", words)
    words = _BARE_YEAR.sub(r"\1年", words)
    words = _YEAR_EDGE.sub(_first_or_last_month, words)
    for pattern, read in _RELATIVE_TIMES:
        words = pattern.sub(lambda found: read(found[0], today), words)  # noqa: B023  called at once
    return words


def spell_out_years(text: str, today: dt.date) -> str:
    """Return a question with its bare and short years as a search understands them: 2025 芯片 becomes 2025年 芯片."""
    text = _YEAR_BESIDE_WORDS.sub(r"\1年", text)
    return _RECENT_SHORT_YEAR.sub(
        lambda found: (
            f"{_long_year(found[1], today)}年"
            if abs(int(found[1]) - today.year % 100) < _RECENT
            else found[0]
        ),
        text,
    )


def read_time(words: str) -> IssueTime | None:
    """Return the time that words name, as `absolute_years` writes it; None for any others."""
    if match := _EXACT_DAYS.fullmatch(words):
        return IssueTime(days=(dt.date.fromisoformat(match["since"]), dt.date.fromisoformat(match["until"])))
    match = _TIME.fullmatch(words)
    if match is None or not (match["year"] or match["month"]):
        return None
    year = int(match["year"]) if match["year"] else None
    month = {"元": 1, "腊": 12}.get(match["month"] or "") or parse_number(match["month"] or "")
    if match["month"] and not (month and 1 <= month <= 12):
        return None
    if not match["day"]:
        return IssueTime(year, month)
    try:
        # A day without a year is looked for by the month and the day alone.
        day = dt.date(year or 4, month or 0, parse_number(match["day"]) or 0)
    except ValueError:
        return None
    return IssueTime(days=(day, day)) if year else IssueTime(month=month)


def _long_year(written: str, today: dt.date) -> str:
    """Return the year of this century or the last that two figures mean; a year to come is none of an issue's."""
    year = today.year // 100 * 100 + int(written)
    return str(year if year <= today.year + 1 else year - 100)


def _first_or_last_month(found: re.Match[str]) -> str:
    """Return the month that 年初 and 年底 mean."""
    return f"{found[1] + '年' if found[1] else ''}{1 if found[2] == '初' else 12}月"


def _month(words: str, today: dt.date) -> str:
    first = today.replace(day=1)
    for _ in range(words.count("上")):
        first = (first - _DAY).replace(day=1)
    return f"{first.year}年{first.month}月"


def _week(words: str, today: dt.date) -> str:
    monday = today - dt.timedelta(days=today.weekday()) - _WEEK * words.count("上")
    return f"{monday}~{monday + _WEEK - _DAY}"


def _day(words: str, today: dt.date) -> str:
    day = today - _DAY * {"昨": 1, "前": 2}[words[0]]
    return f"{day}~{day}"


_RELATIVE_TIMES = (
    (re.compile("上+个?月份?"), _month),
    (re.compile("(?:这个?|本|当)月份?"), _month),
    (re.compile("上+(?:个?星期|个?礼拜|周)"), _week),
    (re.compile("(?:这个?星期|这个?礼拜|本星期|这周|本周)"), _week),
    (re.compile("[昨前][天日]"), _day),
)
