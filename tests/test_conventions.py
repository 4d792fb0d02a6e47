"""The check of naming and docstring conventions finds each kind, and nothing in this repository."""

import pytest

from tests.conventions import ALLOWED, check, unused_exceptions


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("participles", "def _written(): ..."),
        ("participles", "def counted(): ..."),
        ("docstrings", '"""What this module does."""'),
        ("docstrings", 'def count():\n    """Whether anything is counted."""'),
        ("imports", "\n".join(f"import wxbot.m{number}" for number in range(15))),
    ],
)
def test_each_kind_is_found(rule: str, source: str) -> None:
    """A bare participle, a relative clause and a fifteenth import are findings."""
    assert [finding.rule for finding in check({"wxbot/a.py": source})] == [rule]


def test_a_class_name_in_two_modules_is_found() -> None:
    """Two classes of one name are one finding that names both places."""
    (finding,) = check({"wxbot/a.py": "class Rule: ...", "wechat_simulator/b.py": "\nclass Rule: ..."})

    assert "wxbot/a.py:1, wechat_simulator/b.py:2" in finding.says


def test_verbs_and_results_are_no_findings() -> None:
    """Verbs that end in -ed, names of several words and plain docstrings pass."""
    assert not check({"wxbot/a.py": '"""Count things."""\ndef exceed(): ...\ndef count_written(): ...'})


def test_tests_may_name_fixtures_by_participles() -> None:
    """Names are checked in the product only: a fixture is named for what it prepares."""
    assert not check({"tests/a.py": "def ingested(): ..."})


def test_an_exception_that_nothing_needs_is_found() -> None:
    """An entry for a name that no source has any more is told."""
    assert unused_exceptions({"wxbot/a.py": "x = 1"}, {("classes", "Gone"): "reason"}) == [
        ("classes", "Gone")
    ]


def test_every_exception_gives_its_reason() -> None:
    """An entry of the exceptions has a reason; `make lint` checks this repository."""
    assert all(ALLOWED.values())
