"""Evaluation of search: rank measures over queries whose relevant articles people have judged.

A file of queries has one JSON object a line:

    {"query": "刀片", "kind": "short", "relevant": {"2021-02/20": 3}, "now": "2021-02-10"}

`relevant` maps relevant articles to grades above 0 (or lists them, each with grade 1); if it is empty, the right result
has no hits. `kind` and `now` are optional. Any search can be evaluated: it is a function from a query to ids.
"""

import datetime as dt
import json
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wxbot.errors import UsageError

__all__ = ["ALL", "EvaluationReport", "JudgedQuery", "Measure", "SearchFunction", "evaluate", "read_queries"]

DEPTH = 10
RESAMPLES = 1000
SEED = 20210115  # fixed, so that the same file gives the same report
ALL: Final = "all"

MEASURES: Final = ("mrr@10", "ndcg@10", "success@1", "success@5", "zero hits", "right nothing")


@dataclass(frozen=True)
class JudgedQuery:
    """A query and its relevant articles with grades; without any, the library does not answer it."""

    query: str
    kind: str
    relevant: dict[str, int]
    now: dt.date | None = None


@dataclass(frozen=True)
class Measure:
    """The mean of a measure over `count` queries, with its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class EvaluationReport:
    """The measures by name for each kind of query and for ALL; measures without values are left out."""

    kinds: dict[str, dict[str, Measure]]

    def lines(self) -> list[str]:
        """Return the report as the lines of a table: one row a kind, one column a measure."""
        heads = ["kind".ljust(12), "n".rjust(5), *(name.center(21) for name in MEASURES)]
        return [" ".join(heads).rstrip(), *(_line(kind, row) for kind, row in self.kinds.items())]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            kind: {name: vars(measure) for name, measure in measures.items()}
            for kind, measures in self.kinds.items()
        }


SearchFunction = Callable[[JudgedQuery], Sequence[str]]


def read_queries(path: Path) -> list[JudgedQuery]:
    """Read a file of judged queries. Raises UsageError with the line number of an invalid line."""
    lines = path.read_text("utf-8").splitlines()
    return [
        _parse_query(line, f"{path.name} 第 {at} 行")
        for at, line in enumerate(lines, start=1)
        if line.strip()
    ]


def evaluate(search: SearchFunction, queries: Iterable[JudgedQuery]) -> EvaluationReport:
    """Run every query and return the mean measures by kind."""
    kinds: dict[str, dict[str, list[float]]] = {}
    for judged in queries:
        for name, value in _measures(judged, search(judged)[:DEPTH]).items():
            for kind in (judged.kind, ALL):
                kinds.setdefault(kind, {}).setdefault(name, []).append(value)
    in_order = sorted(kinds, key=lambda kind: (kind == ALL, kind))
    return EvaluationReport(
        {kind: {name: _mean(values) for name, values in kinds[kind].items()} for kind in in_order}
    )


def _parse_query(line: str, where: str) -> JudgedQuery:
    """Parse one line of a query file. Raises UsageError for an invalid line; `where` names it."""
    try:
        given = json.loads(line)
        relevant = given["relevant"]
        grades = relevant if isinstance(relevant, dict) else dict.fromkeys(relevant, 1)
        now = dt.date.fromisoformat(given["now"]) if given.get("now") else None
        return JudgedQuery(
            str(given["query"]),
            str(given.get("kind", "")),
            {str(id_): int(g) for id_, g in grades.items()},
            now,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise UsageError(
            f"{where} 不是一条检索题：{wrong!r}", remedy='每行一个 {"query": …, "relevant": {…}}'
        ) from None


def _measures(judged: JudgedQuery, ids: Sequence[str]) -> dict[str, float]:
    """Return the measures of one result, each from 0 to 1."""
    if not judged.relevant:
        return {"right nothing": float(not ids)}
    ranks = [at for at, id_ in enumerate(ids, start=1) if judged.relevant.get(id_, 0) > 0]
    first = ranks[0] if ranks else math.inf
    return {
        "mrr@10": 1 / first,
        "ndcg@10": _ndcg(judged.relevant, ids),
        "success@1": float(first <= 1),
        "success@5": float(first <= 5),
        "zero hits": float(not ids),
    }


def _ndcg(relevant: dict[str, int], ids: Sequence[str]) -> float:
    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    return _gain([relevant.get(id_, 0) for id_ in ids]) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(at + 1) for at, grade in enumerate(grades, start=1))


def _mean(values: list[float]) -> Measure:
    """Return the mean and its 95 % confidence interval, by bootstrap resampling."""
    size = len(values)
    if min(values) == max(values):  # each resample is the same
        return Measure(values[0], values[0], values[0], size)
    generator = random.Random(SEED)  # noqa: S311  statistics, not secrets
    means = sorted(sum(generator.choices(values, k=size)) / size for _ in range(RESAMPLES))
    return Measure(sum(values) / size, means[int(RESAMPLES * 0.025)], means[int(RESAMPLES * 0.975) - 1], size)


def _line(kind: str, measures: dict[str, Measure]) -> str:
    count = sum(measures[name].count for name in ("success@1", "right nothing") if name in measures)
    cells = (str(measures[name]) if name in measures else "" for name in MEASURES)
    return " ".join([kind.ljust(12), str(count).rjust(5), *(cell.center(21) for cell in cells)]).rstrip()
