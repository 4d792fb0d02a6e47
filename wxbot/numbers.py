"""Numbers and dates as Chinese texts print them: ２, 二, 十一, 叁, 二〇二一, 2021 年 1 月 15 日.

The only place that knows Chinese numerals; the parser of bulletins, the bot and the search use it.
"""

import re
from datetime import date

__all__ = ["NUMERAL", "chinese_numeral", "find_dates", "normalise_issue_number", "parse_number"]

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_DIGIT = {
    **{d: i for i, d in enumerate("0123456789")},
    **{d: i for i, d in enumerate("０１２３４５６７８９")},
    **{d: i for i, d in enumerate(_DIGITS)},
    **{d: i for i, d in enumerate(_FORMAL)},
    "○": 0,
    "Ｏ": 0,
    "两": 2,
    "兩": 2,
    "貳": 2,
    "叄": 3,
    "陸": 6,
}
_UNIT = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
_TENS = {20, 30}
"""Units that are a number of their own: 廿五 is 25, not 廿 times something."""

NUMERAL = "[0-9０-９〇零○一二三四五六七八九十百千两兩廿卅壹贰貳叁叄肆伍陆陸柒捌玖拾佰仟]"
"""Regular expression of one character that `parse_number` reads."""

_MAX_LENGTH = 20
"""Characters of the longest numeral that counts something in a bulletin or a message."""

_REPUBLIC_OFFSET = 1911
"""Difference between a common year and the same year of the Republic of China (民國)."""

_ISSUE = re.compile(r"\s*([0-9]{4})[^0-9]{0,4}([0-9]{1,3})(?:[^0-9]*)")
_DATE = re.compile(
    rf"(?P<y>{NUMERAL}{{4}})\s*年\s*(?P<m>{NUMERAL}{{1,3}})\s*月\s*(?P<d>{NUMERAL}{{1,3}})\s*[日号號]"
    rf"|民[國国]\s*(?P<y4>{NUMERAL}{{1,6}})\s*年\s*(?P<m4>{NUMERAL}{{1,3}})\s*月\s*(?P<d4>{NUMERAL}{{1,3}})\s*日"
    r"|(?<![\d.])(?P<y2>[12１２][0-9０-９]{3})\s*(?P<sep>[-./．／－])\s*(?P<m2>[0-9０-９]{1,2})\s*(?P=sep)\s*(?P<d2>[0-9０-９]{1,2})(?![\d])"
    r"|(?<!\d)(?P<y3>(?:19|20)\d{2})(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?!\d)"
)


def parse_number(text: str) -> int | None:
    """Return the value of a numeral in Arabic, full-width or Chinese digits; None for any other text.

    Digits stand in a row (２０２１, 二〇二一) or with their units (十一, 一百二十, 贰拾叁).
    """
    if not 0 < len(text) <= _MAX_LENGTH or any(char not in _DIGIT and char not in _UNIT for char in text):
        return None
    if not any(char in _UNIT for char in text):
        return int("".join(str(_DIGIT[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _DIGIT:
            digit = _DIGIT[char]
        else:
            unit = _UNIT[char]
            total += unit if unit in _TENS else (1 if digit is None else digit) * unit
            digit = None
    return total + (digit or 0)


def chinese_numeral(value: int) -> str:
    """Return a number from 0 to 99 as Chinese counts it (21 is 二十一); larger numbers in Arabic digits."""
    if value >= 100:
        return str(value)
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "") or _DIGITS[0]


def normalise_issue_number(text: str) -> str:
    """Return an issue number in the library's form: 2021-03 for 2021-3, 2021/03 and 2021年第3期.

    A text without a year and a count is returned unchanged.
    """
    match = _ISSUE.fullmatch(text)
    return f"{match[1]}-{int(match[2]):02d}" if match else text


def find_dates(text: str) -> list[tuple[re.Match[str], date | None]]:
    """Find every printed date in a text, in order; None stands for a day that is not in the calendar."""
    found = []
    for match in _DATE.finditer(text):
        parts = match.groupdict()
        year, month, day = (parts[k] or parts[f"{k}2"] or parts[f"{k}3"] or parts[f"{k}4"] for k in "ymd")
        if parts["y4"]:
            year = str((parse_number(year) or 0) + _REPUBLIC_OFFSET)
        found.append((match, _date(year, month, day)))
    return found


def _date(year: str, month: str, day: str) -> date | None:
    """Return the date that three numerals name; None for a day that is not in the calendar."""
    values = parse_number(year), parse_number(month), parse_number(day)
    if None in values:
        return None
    try:
        return date(*values)  # type: ignore[arg-type]  # None is excluded just above
    except ValueError:
        return None
