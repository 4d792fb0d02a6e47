"""Tests for the evaluation measures, on results of known quality."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wxbot.errors import UsageError
from wxbot.search.evaluate import ALL, JudgedQuery, evaluate, read_queries


def search_returning(*ids: str) -> Callable[[JudgedQuery], list[str]]:
    """Return a search that always gives these ids."""
    return lambda _: list(ids)


def test_a_right_first_answer_has_full_marks() -> None:
    """The only relevant article at rank 1 scores 1 in every measure."""
    row = evaluate(search_returning("a", "x"), [JudgedQuery("q", "word", {"a": 3})]).kinds[ALL]

    assert {"mrr@10": 1, "ndcg@10": 1, "success@1": 1, "success@5": 1, "zero hits": 0} == {
        name: measure.mean for name, measure in row.items()
    }


def test_a_late_answer_counts_by_its_rank() -> None:
    """At rank 6 the reciprocal rank is 1/6 and success@5 is 0; at rank 11 all measures are 0."""
    late = [JudgedQuery("q", "word", {"a": 1})]
    sixth = evaluate(search_returning(*"12345", "a"), late).kinds["word"]
    eleventh = evaluate(search_returning(*"1234567890", "a"), late).kinds["word"]

    assert (1 / 6, 0.0, 0.0) == (sixth["mrr@10"].mean, sixth["success@1"].mean, sixth["success@5"].mean)
    assert pytest.approx(0.3562, abs=1e-4) == sixth["ndcg@10"].mean
    assert 0.0 == eleventh["mrr@10"].mean


def test_grades_order_the_right_answers() -> None:
    """If the better of two relevant articles is at rank 2, only nDCG decreases."""
    row = evaluate(search_returning("b", "a"), [JudgedQuery("q", "", {"a": 3, "b": 1})]).kinds[ALL]

    assert 1.0 == row["mrr@10"].mean
    assert pytest.approx((1 + 7 / 1.58496) / (7 + 1 / 1.58496), abs=1e-4) == row["ndcg@10"].mean


def test_a_query_without_relevant_articles_should_have_no_hits() -> None:
    """A query without relevant articles has one measure: whether the result has no hits."""
    queries = [JudgedQuery("q", "nothing", {}), JudgedQuery("r", "nothing", {})]

    assert {"right nothing"} == set(evaluate(search_returning(), queries).kinds["nothing"])
    assert 1.0 == evaluate(search_returning(), queries).kinds["nothing"]["right nothing"].mean
    assert 0.0 == evaluate(search_returning("a"), queries).kinds["nothing"]["right nothing"].mean


def test_intervals_hold_the_mean_and_repeat() -> None:
    """The interval contains the mean, is narrower with more queries, and is reproducible."""

    def half(judged: JudgedQuery) -> list[str]:
        return ["a"] if int(judged.query) % 2 else ["x"]

    few, many = ([JudgedQuery(str(n), "", {"a": 1}) for n in range(size)] for size in (10, 200))
    small, large = (evaluate(half, queries).kinds[ALL]["success@1"] for queries in (few, many))

    assert small.low <= small.mean <= small.high
    assert large.high - large.low < small.high - small.low
    assert large == evaluate(half, many).kinds[ALL]["success@1"]


def test_the_report_has_a_line_for_each_kind_and_the_whole() -> None:
    """The table lists each kind once and the total last; the report is available as JSON, too."""
    report = evaluate(
        search_returning("a"), [JudgedQuery("q", "word", {"a": 1}), JudgedQuery("r", "nothing", {})]
    )

    assert ["kind", "nothing", "word", ALL] == [line.split()[0] for line in report.lines()]
    assert 1 == json.loads(json.dumps(report.as_json()))["word"]["mrr@10"]["count"]


def test_a_file_of_queries_is_read(tmp_path: Path) -> None:
    """A file may give grades or a list, may omit kind and now, and may contain blank lines."""
    path = tmp_path / "queries.jsonl"
    path.write_text(
        '{"query": "甲", "kind": "word", "relevant": {"a": 3}, "now": "2021-02-10"}\n\n'
        '{"query": "乙", "relevant": ["b"]}\n',
        "utf-8",
    )

    first, second = read_queries(path)
    assert ("甲", {"a": 3}, "2021-02-10") == (first.query, first.relevant, str(first.now))
    assert JudgedQuery("乙", "", {"b": 1}) == second


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"query": "甲"}', '{"query": "甲", "relevant": {"a": "x"}}', "7"]
)
def test_a_line_that_is_no_query_is_named(tmp_path: Path, line: str) -> None:
    """The error names the file and the line."""
    path = tmp_path / "queries.jsonl"
    path.write_text('{"query": "甲", "relevant": {}}\n' + line, "utf-8")

    with pytest.raises(UsageError, match=r"queries\.jsonl 第 2 行"):
        read_queries(path)
