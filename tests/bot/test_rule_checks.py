"""Problems that `wxbot rules check` finds."""

import datetime as dt

import pytest

from wxbot.bot import findings
from wxbot.db import Database


def rule(match: str, value: str, more: str = "") -> str:
    """Return one rule as TOML."""
    return f"[[rule]]\nmatch = '{match}'\nvalues = ['{value}']\ntext = '乙'\n{more}\n"


def kinds(db: Database, text: str, now: dt.datetime) -> list[tuple[int, str]]:
    """Return the position and the kind of each problem."""
    with db.read() as session:
        return [(finding.rule, finding.kind) for finding in findings(text, session, now)]


@pytest.mark.parametrize("pattern", [".*", "", "a*", "(?s).{0,9}", "^", "甲|"])
def test_a_pattern_for_anything_is_found(sample_db: Database, now: dt.datetime, pattern: str) -> None:
    """A pattern that matches everything is a problem, because no question would be searched any more."""
    if pattern:
        assert (1, "wide") in kinds(sample_db, rule("pattern", pattern), now)
    assert [] == kinds(sample_db, rule("pattern", f"甲{pattern}乙"), now)


@pytest.mark.parametrize("sign", ["？", "（", "Ａ", "…", "①"])
def test_a_sign_that_no_message_can_hold_is_found(sample_db: Database, now: dt.datetime, sign: str) -> None:
    """A full-width sign in a pattern never matches, because messages are compared in half width; capitals do."""
    assert [(1, "dead")] == kinds(sample_db, rule("pattern", f"甲{sign}"), now)
    assert [] == kinds(sample_db, rule("pattern", "甲A"), now)
    assert [] == kinds(sample_db, rule("exact", f"甲{sign}"), now)


NIGHTS = [
    ('weekdays = ["fri"]\nhours = [22, 6]', 'weekdays = ["sat"]\nhours = [5, 8]', True),
    ('weekdays = ["fri"]\nhours = [22, 6]', 'weekdays = ["fri"]\nhours = [5, 8]', False),
    ('weekdays = ["sun"]\nhours = [22, 6]', 'weekdays = ["mon"]\nhours = [0, 1]', True),
    ("hours = [22, 6]", "hours = [6, 22]", False),
]


@pytest.mark.parametrize(("one", "other", "both"), NIGHTS)
def test_two_rules_conflict_when_a_night_holds_both(
    sample_db: Database, now: dt.datetime, one: str, other: str, both: bool
) -> None:
    """Rules conflict where the night of one reaches into the other's day: Friday night into Saturday."""
    assert both is (
        (2, "conflict") in kinds(sample_db, rule("exact", "甲", one) + rule("exact", "甲", other), now)
    )


def test_examples_of_a_night_are_tried_in_it(sample_db: Database, now: dt.datetime) -> None:
    """Examples are tried at an hour at which the rule is valid, also after midnight of its last day."""
    night = 'hours = [24, 6]\nfrom = 2026-12-01\nuntil = 2026-12-01\nexamples = ["甲"]'
    assert [] == kinds(sample_db, rule("exact", "甲", night), now)
