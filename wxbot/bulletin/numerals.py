"""Numbers and dates as Chinese bulletins print them: ２, 二, 十一, 二〇二一, 2021 年 1 月 15 日."""

import re
from datetime import date

__all__ = ["DIGITS", "dates", "issue_number", "number", "real_date"]

_DIGIT = {
    **{d: i for i, d in enumerate("0123456789")},
    **{d: i for i, d in enumerate("０１２３４５６７８９")},
}
_DIGIT |= {d: i for i, d in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0, "两": 2, "兩": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}

DIGITS = "[0-9０-９〇零○一二三四五六七八九十百千两兩廿卅]"
"""The characters that `number` reads, as a class of a regular expression."""

_LONGEST = 20
"""Characters of the longest figure that can count something here."""

_BEFORE_REPUBLIC = 1911
"""What years of the Republic, as Taiwan counts them, are short of the common ones."""

_ISSUE = re.compile(r"\s*([0-9]{4})[^0-9]{0,4}([0-9]{1,3})(?:[^0-9]*)")
_YMD = re.compile(
    rf"(?P<y>{DIGITS}{{4}})\s*年\s*(?P<m>{DIGITS}{{1,3}})\s*月\s*(?P<d>{DIGITS}{{1,3}})\s*[日号號]"
    rf"|民[國国]\s*(?P<y4>{DIGITS}{{1,4}})\s*年\s*(?P<m4>{DIGITS}{{1,3}})\s*月\s*(?P<d4>{DIGITS}{{1,3}})\s*日"
    r"|(?<![\d.])(?P<y2>[12１２][0-9０-９]{3})\s*(?P<sep>[-./．／－])\s*(?P<m2>[0-9０-９]{1,2})\s*(?P=sep)\s*(?P<d2>[0-9０-９]{1,2})(?![\d])"
    r"|(?<!\d)(?P<y3>(?:19|20)\d{2})(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?!\d)"
)


def number(text: str) -> int | None:
    """The value of a number in any of the ways it is written; None when it is none.

    Digits stand in a row (２０２１, 二〇二一) or with their units (十一, 一百二十).
    """
    if not 0 < len(text) <= _LONGEST or any(char not in _DIGIT and char not in _UNIT for char in text):
        return None
    if not any(char in _UNIT for char in text):
        return int("".join(str(_DIGIT[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _DIGIT:
            digit = _DIGIT[char]
        else:
            unit = _UNIT[char]
            total += unit if unit in {20, 30} else (1 if digit is None else digit) * unit
            digit = None
    return total + (digit or 0)


def issue_number(text: str) -> str:
    """The number of an issue as the shelf writes it: 2021-03 for 2021-3, 2021/03 and 2021年第3期; else as it is."""
    match = _ISSUE.fullmatch(text)
    return f"{match[1]}-{int(match[2]):02d}" if match else text


def real_date(year: str, month: str, day: str) -> date | None:
    """The date that three printed numbers name; None when the calendar has no such day."""
    values = number(year), number(month), number(day)
    if None in values:
        return None
    try:
        return date(*values)  # type: ignore[arg-type]  # None is excluded just above
    except ValueError:
        return None


def dates(text: str) -> list[tuple[re.Match[str], date | None]]:
    """Every printed day in a text, with what it means; None for a day that the calendar has not."""
    found = []
    for match in _YMD.finditer(text):
        parts = match.groupdict()
        year, month, day = (parts[k] or parts[f"{k}2"] or parts[f"{k}3"] or parts[f"{k}4"] for k in "ymd")
        if parts["y4"]:
            year = str((number(year) or 0) + _BEFORE_REPUBLIC)
        found.append((match, real_date(year, month, day)))
    return found
