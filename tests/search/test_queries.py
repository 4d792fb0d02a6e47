"""The judged queries: how often the right article comes first, and how often nothing is rightly found.

`*-tune.jsonl` is what ranking was tuned on; `*-report.jsonl` is only reported.
"""

import datetime as dt
import json
from pathlib import Path

import pytest

from wxbot.db import Database
from wxbot.search import Document, Index, catch_up
from wxbot.search.evaluate import ALL, Judged, Report, Search, evaluate, read

QUERIES = Path(__file__).parent / "queries"
ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "articles.jsonl"
GOOD = 0.90


def searching(index: Index) -> Search:
    """A search of this index, as `evaluate` wants it."""

    def search(judged: Judged) -> list[str]:
        now = dt.datetime.combine(judged.now, dt.time(12), dt.UTC) if judged.now else None
        return [hit.id for hit in index.search(judged.query, now=now).hits]

    return search


def measured(index: Index, name: str) -> Report:
    """What this index is worth on one file of queries."""
    return evaluate(searching(index), read(QUERIES / name))


@pytest.fixture
def bulletin(shelved: Database, folder: Path) -> Index:
    """The sample bulletin, shelved and indexed, with the shipped synonyms."""
    index = Index.open(folder, ROOT / "content" / "synonyms.txt")
    catch_up(index, shelved)
    return index


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The archive of 4,000 news items."""
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")
    index = Index.open(tmp_path_factory.mktemp("corpus") / "index", ROOT / "content" / "synonyms.txt")
    with CORPUS.open(encoding="utf-8") as lines:
        articles = (json.loads(line) for line in lines)
        index.update((as_document(article) for article in articles), [], 1)
    return index


def as_document(article: dict[str, str]) -> Document:
    """A line of the archive as it is indexed."""
    return Document(
        id=article["id"],
        title=article["title"],
        section=article["section"],
        body=article["body"],
        number=None,
        n=None,
        date=article["date"],
        digest="",
        url=None,
    )


@pytest.mark.parametrize("half", ["tune", "report"])
def test_the_right_article_of_the_bulletin_comes_first(bulletin: Index, half: str) -> None:
    """On a library of one bulletin nine queries in ten have the right article first, and the rest rightly nothing."""
    whole = measured(bulletin, f"bulletin-{half}.jsonl").kinds[ALL]

    assert whole["success@1"].mean >= GOOD
    assert whole["right nothing"].mean >= GOOD


@pytest.mark.parametrize("half", ["tune", "report"])
def test_the_right_article_of_a_large_archive_comes_first(corpus: Index, half: str) -> None:
    """The same among thousands of articles."""
    whole = measured(corpus, f"corpus-{half}.jsonl").kinds[ALL]

    assert whole["success@1"].mean >= GOOD
    assert whole["right nothing"].mean >= GOOD


def test_the_queries_are_many_and_of_all_kinds() -> None:
    """At least two hundred, none of them in both halves, and each kind in both."""
    halves = [
        [judged for name in ("bulletin", "corpus") for judged in read(QUERIES / f"{name}-{half}.jsonl")]
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
