"""Tests for filters: recognised words, the remaining text, and words that are not filters."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.articles import ARTICLES, article
from wxbot.search import Index
from wxbot.search.filters import Filters, FilterValues, extract_filters

NOW = dt.datetime(2022, 5, 10, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Tuesday
TODAY = NOW.date()
KNOWN = FilterValues(
    sections=("企业讯", "投资汇", "要闻"),
    numbers=("2021-12", "2022-03", "2022-04"),
    days=("2021-12-15", "2022-03-15", "2022-04-15"),
)


def day(text: str) -> dt.date:
    """Return the date of an ISO text."""
    return dt.date.fromisoformat(text)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_relative_days_of_a_search_are_whole_periods(today: dt.date) -> None:
    """去年, 上个月 and 上周 end before this year, month or week begins; 本月 is the month of today."""
    spans = {
        word: extract_filters(word, KNOWN, today)[0] for word in ("去年", "上个月", "上周", "本月", "本周")
    }
    monday = today - dt.timedelta(days=today.weekday())
    first_days = {"去年": today.replace(month=1, day=1), "上个月": today.replace(day=1), "上周": monday}
    last = {word: first - dt.timedelta(days=1) for word, first in first_days.items()}
    this_month = spans["本月"]

    assert last == {word: spans[word].until for word in last}
    assert (spans["去年"].since, spans["上周"].since) == (
        dt.date(today.year - 1, 1, 1),
        monday - dt.timedelta(days=7),
    )
    assert spans["上个月"].since == last["上个月"].replace(day=1)
    assert this_month.since == today.replace(day=1)
    assert this_month.until is not None
    assert (this_month.until + dt.timedelta(days=1)).day == 1
    assert (this_month.until.year, this_month.until.month) == (today.year, today.month)
    assert spans["本周"].since == monday


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("2022年第3期", "2022-03", ""),
        ("2022 年第 03 期 芯片", "2022-03", "芯片"),
        ("2022年3期", "2022-03", ""),
        ("第三期", "2022-03", ""),
        ("第12期的年会", "2021-12", "的年会"),
        ("第九期 芯片", "2022-09", "芯片"),
        ("2022-04", "2022-04", ""),
        ("最新一期", "2022-04", ""),
        ("最新的一期有什么", "2022-04", "有什么"),
        ("本期 融资", "2022-04", "融资"),
        ("上一期", "2022-03", ""),
        ("上期 融资", "2022-03", "融资"),
        ("第3、4期合刊 融资", "2022-03", "融资"),
    ],
)
def test_issues_are_asked_for_by_number_or_by_place(text: str, number: str, rest: str) -> None:
    """An issue is recognised by 第几期 with or without year, and by 最新一期 and 上一期."""
    wanted, left = extract_filters(text, KNOWN, TODAY)

    assert Filters(number=number, loose=False) == wanted
    assert rest == left.strip()


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2022年", "2022-01-01", "2022-12-31"),
        ("二〇二一年", "2021-01-01", "2021-12-31"),
        ("今年", "2022-01-01", "2022-12-31"),
        ("去年", "2021-01-01", "2021-12-31"),
        ("前年", "2020-01-01", "2020-12-31"),
        ("2022年2月", "2022-02-01", "2022-02-28"),
        ("2022-02", "2022-02-01", "2022-02-28"),
        ("去年十二月", "2021-12-01", "2021-12-31"),
        ("三月", "2022-03-01", "2022-03-31"),
        ("3月份", "2022-03-01", "2022-03-31"),
        ("12月", "2021-12-01", "2021-12-31"),
        ("十一月", "2022-11-01", "2022-11-30"),
        ("3月15日", "2022-03-15", "2022-03-15"),
        ("3月十五号", "2022-03-15", "2022-03-15"),
        ("2022/3/15", "2022-03-15", "2022-03-15"),
        ("今天", "2022-05-10", "2022-05-10"),
        ("昨天", "2022-05-09", "2022-05-09"),
        ("上周", "2022-05-02", "2022-05-08"),
        ("这个星期", "2022-05-09", "2022-05-15"),
        ("上个月", "2022-04-01", "2022-04-30"),
        ("本月", "2022-05-01", "2022-05-31"),
    ],
)
def test_times_are_asked_for_in_plain_words(text: str, since: str, until: str) -> None:
    """Absolute and relative years, months and days are recognised; a month means its latest year with articles."""
    wanted, left = extract_filters(f"{text} 芯片", KNOWN, TODAY)

    assert (day(since), day(until)) == (wanted.since, wanted.until)
    assert "芯片" == left.strip()


@pytest.mark.parametrize(
    "text",
    [
        "芯片",
        "2022 芯片",
        "5g",
        "2022年度报告",
        "十四五",
        "一期工程",
        "3个月",
        "2月31日",
        "总第5期",
        "13月",
        "2021-2025",
    ],
)
def test_what_only_looks_like_a_filter_stays_a_word(text: str) -> None:
    """Numbers, years inside other words, impossible dates and running issue numbers remain words."""
    wanted, left = extract_filters(text, KNOWN, TODAY)

    assert not wanted
    assert text == left


def test_without_now_nothing_relative_is_understood() -> None:
    """Without `today` 去年 is a word, while an absolute date is still a filter."""
    assert not extract_filters("去年 昨天", KNOWN, None)[0]
    assert day("2021-01-01") == extract_filters("2021年", KNOWN, None)[0].since
    assert day("2021-12-01") == extract_filters("12月", KNOWN, None)[0].since


def test_sections_are_known_by_name() -> None:
    """A section's name is a filter alone, beside other words, and with the spaces of the printed bulletin."""
    assert (Filters(section="投资汇"), "融资") == (extract_filters("投资汇 融资", KNOWN, TODAY)[0], "融资")
    assert "投资汇" == extract_filters("投 资 汇", KNOWN, TODAY)[0].section
    assert (
        Filters(section="企业讯", number="2022-03", loose=False)
        == extract_filters("第3期企业讯", KNOWN, TODAY)[0]
    )


@given(st.text(alphabet="第期年月日号上一二十零〇0123456789- /.今去前昨天周星本个最新要闻", max_size=20))
def test_no_text_is_an_error(text: str) -> None:
    """Any text is accepted, and no period begins after its end."""
    wanted, _ = extract_filters(text, KNOWN, TODAY)

    assert (wanted.since is None) == (wanted.until is None)
    if wanted.since and wanted.until:
        assert wanted.since <= wanted.until


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("第4期", ["2022-04/1", "2022-04/2"]),
        ("三月的芯片", ["2022-03/8"]),
        ("四月 芯片", ["2022-04/1"]),
        ("投资汇 青松创投", ["2022-03/7", "2022-03/6"]),
        ("2022年第4期有什么新闻", ["2022-04/1", "2022-04/2"]),
        ("去年的芯片", []),
        ("第9期", []),
        ("上一期 白皮书", ["2022-03/1"]),
    ],
)
def test_filters_and_words_work_together(index: Index, query: str, ids: list[str]) -> None:
    """Words are searched inside the filter; a filter alone returns all its articles; nothing outside it matches."""
    assert set(ids) == {hit.id for hit in index.search(query, now=NOW).hits}
    assert len(ids) == index.search(query, now=NOW).total


def test_a_year_may_be_what_an_article_is_about(index: Index) -> None:
    """If no article is from a year, the year is searched in the texts."""
    assert ["2022-03/2"] == [hit.id for hit in index.search("2025年 数字乡村", now=NOW).hits]


def test_a_filter_alone_is_newest_first(index: Index) -> None:
    """A filter for a year returns the newest issue first, and each issue in its printed order."""
    index.update([article("b/1", "新春", date="2022-01-05")], [], 2)

    dates = [hit.date for hit in index.search("2022年", 20, now=NOW).hits]
    assert len(ARTICLES) + 1 == len(dates)
    assert sorted(dates, key=str, reverse=True) == dates


def test_issues_of_other_publications_are_known_by_their_slug() -> None:
    """A number means the default publication's issue if it has one; the index knows the newest of all."""
    known = FilterValues(
        numbers=("2022-03", "2022-04", "wx/2022-03", "wx/2022-05", "wx/2022-s1"), latest="wx/2022-05"
    )
    asked = {"第3期": "2022-03", "第5期": "wx/2022-05", "2022-05": "wx/2022-05", "增刊": "wx/2022-s1"}

    assert asked == {each: extract_filters(each, known, TODAY)[0].number for each in asked}
    assert "wx/2022-05" == extract_filters("最新一期", known, TODAY)[0].number
    assert "wx/2022-03" == extract_filters("第3期", known.of_publication("wx"), TODAY)[0].number
