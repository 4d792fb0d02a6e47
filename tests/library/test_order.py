"""Tests of issues without year or count: how they are ordered, and how people find them."""

import datetime as dt
from collections.abc import Iterable

import pytest

from wxbot import library
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.issue_number import IssueNumber, IssueReference, NumberKind
from wxbot.db import Database
from wxbot.library.content import content_from_json, content_to_json

ISSUES = {
    "2021-01": dt.date(2021, 1, 10),
    "2021-02": dt.date(2021, 2, 10),
    "2021-07+08": dt.date(2021, 8, 10),
    "2021-s1": dt.date(2021, 5, 1),
    "2020-12": dt.date(2020, 12, 10),
    "no111": None,
}


def store(
    db: Database, numbers: Iterable[tuple[str, dt.date | None]], now: dt.datetime, total: int | None = None
) -> None:
    """Store an issue under each number."""
    for number, date in numbers:
        identity = IssueNumber.parse(number)
        parsed = ParsedIssue(
            "简报",
            date=date,
            total=total,
            identity=identity,
            sections=(ParsedSection("一", (ParsedArticle("文"),)),),
        )
        with db.begin() as session:
            library.save_issue(session, parsed, f"{number}.txt", now)


def test_issues_stand_in_the_order_of_number_and_day(db: Database, now: dt.datetime) -> None:
    """A supplement stands between the counted issues of its time, whichever was stored first."""
    store(db, ISSUES.items(), now)

    with db.read() as session:
        ordered = [issue.number for issue in library.issues(session)]
        supplement = library.issue(session, "2021-s1")
        assert supplement is not None
        before, after = library.neighbours(session, supplement)

    assert ["2021-07+08", "2021-s1", "2021-02", "2021-01", "2020-12", "no111"] == ordered
    assert before is not None
    assert after is not None
    assert ("2021-02", "2021-07+08") == (before.number, after.number)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (IssueReference(7), "2021-07+08"),
        (IssueReference(8, 2021), "2021-07+08"),
        (IssueReference(12), "2020-12"),
        (IssueReference(111, kind=NumberKind.RUNNING), "no111"),
        (IssueReference(0, kind=NumberKind.SUPPLEMENT), "2021-s1"),
        (IssueReference(9), None),
    ],
)
def test_people_find_an_issue_by_a_part_of_its_number(
    db: Database, now: dt.datetime, wanted: IssueReference, number: str | None
) -> None:
    """第7期 and 第8期 lead to the combined issue, 总第111期 and 增刊 to theirs."""
    store(db, ISSUES.items(), now)

    with db.read() as session:
        found = library.find(session, wanted)

    assert number == (found.number if found else None)


def test_both_running_numbers_of_an_issue_find_it(db: Database, now: dt.datetime) -> None:
    """总第107期 and 总第108期 lead to the issue that prints 总第107-108期, and a revision keeps both."""
    section = ParsedSection("一", (ParsedArticle("文"),))
    identity = IssueNumber.parse("2021-07+08")
    parsed = ParsedIssue("简报", total=107, total_last=108, identity=identity, sections=(section,))
    with db.begin() as session:
        library.save_issue(session, parsed, "a.txt", now)

    with db.read() as session:
        found = [
            library.find(session, IssueReference(n, kind=NumberKind.RUNNING)) for n in (106, 107, 108, 109)
        ]
        read_back = content_from_json(content_to_json(parsed), "2021-07+08", [])

    assert [None, "2021-07+08", "2021-07+08", None] == [one.number if one else None for one in found]
    assert (107, 108) == (read_back.total, read_back.total_last)


def test_weeks_days_and_months_are_kept_apart_and_in_order(db: Database, now: dt.datetime) -> None:
    """A publication without numbers is ordered by its periods."""
    store(db, [("2026-w43", None), ("2026-01-15", None), ("2026-m03", None)], now)

    with db.read() as session:
        assert ["2026-w43", "2026-m03", "2026-01-15"] == [issue.number for issue in library.issues(session)]
        named = [
            library.issue_by_name(session, text)
            for text in ("第43周", "3月号", "latest", "2026-01-15", "第43期")
        ]

    assert ["2026-w43", "2026-m03", "2026-w43", "2026-01-15", None] == [
        one.number if one else None for one in named
    ]


def test_a_running_number_stands_in_its_printed_year(db: Database, now: dt.datetime) -> None:
    """总第140期 of 2021 without a day stands after the issues of 2020, and 2021年第140期 finds it."""
    identity = IssueNumber.parse("no140")
    article = ParsedArticle("文")
    parsed = ParsedIssue(
        "简报", year=2021, total=140, identity=identity, sections=(ParsedSection("一", (article,)),)
    )
    store(db, [("2020-12", dt.date(2020, 12, 10))], now)
    with db.begin() as session:
        library.save_issue(session, parsed, "no140.txt", now)

    with db.read() as session:
        found = library.find(session, IssueReference(140, 2021))
        ordered = [issue.number for issue in library.issues(session)]

    assert ["no140", "2020-12"] == ordered
    assert found is not None
    assert "no140" == found.number
