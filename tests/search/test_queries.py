"""Tests for search quality on judged queries: how often the relevant article ranks first.

What each file is and how it was made stands in `queries/README.md`.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wxbot.db import Database
from wxbot.search import Index, IndexedDocument, catch_up
from wxbot.search.evaluate import (
    ALL,
    EvaluationReport,
    JudgedQuery,
    Measure,
    SearchFunction,
    evaluate,
    read_queries,
)

QUERIES = Path(__file__).parent / "queries"
ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "articles.jsonl"
LONG_FORM = bool(os.environ.get("WXBOT_TEST_EVERY_LINE"))
GOOD = 0.90
OTHER_WORDS = 0.70
RIGHT_NOTHING = 0.95
MENDED_ON = ("health", "farm", "town", "law", "alum", "sport", "canal", "data")
MENDED_ON_TRIED = MENDED_ON if LONG_FORM else MENDED_ON[::3]
REPORTED = ("port", "temple")
FROZEN = ("care", "build", "trade", "school")


def search_in(index: Index) -> SearchFunction:
    """Return a search of this index for `evaluate`."""

    def search(judged: JudgedQuery) -> list[str]:
        now = dt.datetime.combine(judged.now, dt.time(12), dt.UTC) if judged.now else None
        return [hit.id for hit in index.search(judged.query, now=now).hits]

    return search


def evaluate_index(index: Index, name: str) -> EvaluationReport:
    """Return the evaluation of this index on one file of queries."""
    return evaluate(search_in(index), read_queries(QUERIES / name))


@pytest.fixture
def bulletin(sample_db: Database, folder: Path) -> Index:
    """Return an index of the sample bulletin with the shipped synonyms."""
    index = Index.open(folder, ROOT / "content" / "synonyms.txt")
    catch_up(index, sample_db)
    return index


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of the archive with 4,000 news items."""
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")
    index = Index.open(tmp_path_factory.mktemp("corpus") / "index", ROOT / "content" / "synonyms.txt")
    with CORPUS.open(encoding="utf-8") as lines:
        articles = (json.loads(line) for line in lines)
        index.update((as_document(article) for article in articles), [], 1)
    return index


def as_document(article: dict[str, Any]) -> IndexedDocument:
    """Return the document for a line of the archive."""
    return IndexedDocument(
        id=article["id"],
        title=article["title"],
        section=article["section"],
        body=article["body"],
        number=article["issue"],
        n=int(article["id"].rpartition("/")[2]) if article["issue"] else None,
        date=article["date"],
        digest="",
        url=None,
    )


@pytest.mark.parametrize("half", ["tune", "report"])
def test_the_right_article_of_the_bulletin_comes_first(bulletin: Index, half: str) -> None:
    """In a library of one bulletin nine queries in ten have the relevant article first or rightly no hits."""
    whole = evaluate_index(bulletin, f"bulletin-{half}.jsonl").kinds[ALL]

    assert whole["success@1"].mean >= GOOD
    assert whole["right nothing"].mean >= GOOD


def test_the_right_article_of_a_large_archive_comes_first(corpus: Index) -> None:
    """The quality is the same among thousands of articles, which contain nearly every word."""
    halves = [evaluate_index(corpus, f"corpus-{half}.jsonl").kinds[ALL] for half in ("tune", "report")]

    assert min(half["success@1"].mean for half in halves) >= GOOD
    assert overall(halves, "right nothing") >= GOOD


def overall(parts: list[dict[str, Measure]], name: str) -> float:
    """Return the mean of a measure over all queries of several reports."""
    measures = [part[name] for part in parts]
    return sum(each.mean * each.count for each in measures) / sum(each.count for each in measures)


@pytest.mark.parametrize("names", [MENDED_ON_TRIED, REPORTED], ids=["mended on", "only reported"])
def test_libraries_of_other_subjects_fare_as_well(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Bulletins of other subjects and authors reach the same quality."""
    reports = [evaluate_index(library(tmp_path / name, name), f"{name}.jsonl").kinds[ALL] for name in names]

    assert overall(reports, "success@1") >= GOOD
    assert overall(reports, "right nothing") >= GOOD
    assert min(report["right nothing"].mean for report in reports) >= GOOD


def test_other_words_find_the_article_and_invent_none(tmp_path: Path) -> None:
    """Two in three questions in other words find their article first, and what is not there finds nothing."""
    reports = [evaluate_index(library(tmp_path / name, name), f"{name}.jsonl").kinds for name in FROZEN]

    assert overall([report["other"] for report in reports], "success@1") >= OTHER_WORDS
    assert overall([report[ALL] for report in reports], "right nothing") >= RIGHT_NOTHING


def library(folder: Path, name: str) -> Index:
    """Return an index of one invented library with the shipped synonyms."""
    index = Index.open(folder, ROOT / "content" / "synonyms.txt")
    lines = (QUERIES / "libraries" / f"{name}.jsonl").read_text("utf-8").splitlines()
    index.update(map(as_document, map(json.loads, lines)), [], 1)
    return index


@pytest.mark.parametrize("name", [*MENDED_ON, *REPORTED, *FROZEN])
def test_each_judgement_names_an_article(name: str) -> None:
    """Relevant articles exist, each file has queries of many kinds, and a quarter has no relevant article."""
    lines = (QUERIES / "libraries" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    judged = read_queries(QUERIES / f"{name}.jsonl")

    assert {id_ for each in judged for id_ in each.relevant} <= ids
    assert len({each.kind for each in judged}) >= 18
    assert sum(not each.relevant for each in judged) >= len(judged) / 4


def test_the_queries_are_many_and_of_all_kinds() -> None:
    """There are at least two hundred queries, no query is in both halves, and each kind is in both."""
    halves = [
        [
            judged
            for name in ("bulletin", "corpus")
            for judged in read_queries(QUERIES / f"{name}-{half}.jsonl")
        ]
        for half in ("tune", "report")
    ]

    assert sum(map(len, halves)) >= 200
    kinds = [{judged.kind for judged in half} for half in halves]
    assert (
        kinds[0]
        == kinds[1]
        >= {"word", "words", "short", "latin", "script", "filler", "typo", "pinyin", "nothing"}
    )
    assert not set.intersection(*({(judged.query, judged.kind) for judged in half} for half in halves))
