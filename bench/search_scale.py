"""Benchmark of search at scale: build an index of a generated archive and time queries, beside other search engines.

    python -m bench.search_scale [SIZE...]              (default: 20,000 and 200,000 articles)
    python -m bench.search_scale --only ENGINE SIZE     (one row, as JSON)

Every engine has a process of its own for every size, so that its memory can be told. Queries are the judged ones of
`tests/search/queries`, each asked once, so that no cache of results answers. Processor time is printed beside
wall-clock time (in brackets), for machines with other load. Memory is that of the process and of those it starts,
without files that are mapped.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jieba
import tantivy
from jieba.analyse import ChineseAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import MultifieldParser, OrGroup

from bench.large_archive import CORPUS, large_archive
from wxbot.search import Index, IndexedDocument
from wxbot.search.evaluate import read_queries

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
QUERIES = ROOT / "tests" / "search" / "queries"
SIZES = (20_000, 200_000)
HITS = 10
WARMING = 50  # queries before the timed ones
MOST_SECONDS = 900  # for one engine and size
SEEN_EVERY = 0.2  # seconds between two looks at the memory
COLUMNS = (
    "引擎",
    "篇数",
    "建索引 s",
    "处理器 s",
    "内存 MB",
    "p50 ms",
    "p99 ms",
    "有结果 p99",
    "没有结果 p99",
)

Count = Callable[[str], int]  # searches for a text, and returns the number of hits


def main(arguments: Sequence[str] = ()) -> None:
    """Print a row for each engine and size, or measure one."""
    if arguments[:1] == ["--only"]:
        print(json.dumps(_measure(arguments[1], int(arguments[2])), ensure_ascii=False))
        return
    if not CORPUS.exists():
        print("../shared/corpus 不在这里，跳过")
        return
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for size in [int(argument) for argument in arguments] or SIZES:
        for engine in ENGINES:
            print(f"| {engine} | {size:,} | {_row(engine, size)} |", flush=True)


def _row(engine: str, size: int) -> str:
    """Return the measured cells of one row, from a process of its own."""
    command = [sys.executable, "-m", "bench.search_scale", "--only", engine, str(size)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=MOST_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return f"{MOST_SECONDS} 秒内没有做完"
    return " | ".join(json.loads(done.stdout))


def _measure(engine: str, size: int) -> list[str]:
    """Return the cells of one row."""
    jieba.setLogLevel(60)
    began = time.perf_counter(), sum(os.times()[:4])
    for _ in large_archive(size):  # its cost is not that of an engine
        pass
    made = time.perf_counter() - began[0], sum(os.times()[:4]) - began[1]
    with _Memory() as memory:
        began = time.perf_counter(), sum(os.times()[:4])
        count = ENGINES[engine](large_archive(size))
        built = time.perf_counter() - began[0] - made[0], sum(os.times()[:4]) - began[1] - made[1]
    queries = [judged.query for file in sorted(QUERIES.glob("*.jsonl")) for judged in read_queries(file)]
    queries = list(dict.fromkeys(queries))
    for query in queries[:WARMING]:
        count(query)
    timed = list(_time_queries(count, queries[WARMING:]))
    wall = sorted(each[0] for each in timed)
    halves = [sorted(cpu for _, cpu, found in timed if bool(found) is having) for having in (True, False)]
    everything = sorted(cpu for _, cpu, _ in timed)
    return [
        f"{built[0]:.0f}",
        f"{built[1]:.0f}",
        f"{memory.peak:.0f}",
        f"{_at(wall, 0.5)}（{_at(everything, 0.5)}）",
        f"{_at(wall, 0.99)}（{_at(everything, 0.99)}）",
        *(_at(each, 0.99) for each in halves),
    ]


def _time_queries(count: Count, queries: Sequence[str]) -> Iterator[tuple[float, float, int]]:
    """Yield the wall-clock time, the processor time and the number of hits of each query."""
    for query in queries:
        at, cpu = time.perf_counter(), time.thread_time()
        found = count(query)
        yield time.perf_counter() - at, time.thread_time() - cpu, found


def _at(in_order: Sequence[float], share: float) -> str:
    """Return a quantile in milliseconds."""
    return f"{in_order[int(len(in_order) * share)] * 1e3:.1f}" if in_order else "–"


class _Memory:
    """Peak of the anonymous memory of this process and its children, in MB, looked at now and then."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Memory":
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        me = os.getpid()
        while not self._ended.wait(SEEN_EVERY):
            children = Path(f"/proc/{me}/task/{me}/children").read_text().split()
            self.peak = max(self.peak, sum(map(_anonymous, [str(me), *children])))


def _anonymous(process: str) -> float:
    """Return the anonymous memory of a process in MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("RssAnon"))


def _wxbot(articles: Iterator[IndexedDocument]) -> Count:
    """Return a search with our own index."""
    index = Index.open(Path(tempfile.mkdtemp()) / "index", ROOT / "content" / "synonyms.txt")
    index.update(articles, [], 1)
    return lambda query: len(index.search(query, HITS).hits)


def _tantivy(articles: Iterator[IndexedDocument]) -> Count:
    """Return a search with the bare engine over jieba's words, any of which may match."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "section", "body"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    schema = builder.build()
    engine = tantivy.Index(schema, path=tempfile.mkdtemp())
    writer = engine.writer()
    for each in articles:
        texts = {"title": each.title, "section": each.section, "body": each.body}
        fields = {name: " ".join(_words(text)) for name, text in texts.items()}
        writer.add_document(tantivy.Document.from_dict({"id": each.id, **fields}, schema))
    writer.commit()
    writer.wait_merging_threads()
    engine.reload()
    searcher = engine.searcher()

    def count(query: str) -> int:
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, name, word))
            for word in _words(query)
            for name in ("title", "section", "body")
        ]
        return len(searcher.search(tantivy.Query.boolean_query(wanted), limit=HITS).hits) if wanted else 0

    return count


def _fts5(articles: Iterator[IndexedDocument]) -> Count:
    """Return a search with SQLite's FTS5 and its trigrams."""
    db = sqlite3.connect(Path(tempfile.mkdtemp()) / "fts5.db")
    db.execute("CREATE VIRTUAL TABLE a USING fts5 (id UNINDEXED, title, section, body, tokenize='trigram')")
    rows = ((each.id, each.title, each.section, each.body) for each in articles)
    db.executemany("INSERT INTO a VALUES (?, ?, ?, ?)", rows)
    db.commit()
    ranked = f"SELECT id FROM a WHERE a MATCH ? ORDER BY bm25(a, 0, 3, 1.5, 1) LIMIT {HITS}"  # noqa: S608  a constant

    def count(query: str) -> int:
        words = " ".join(f'"{word}"' for word in query.replace('"', " ").split())
        return len(db.execute(ranked, (words,)).fetchall()) if words else 0

    return count


def _whoosh(articles: Iterator[IndexedDocument]) -> Count:
    """Return a search with Whoosh and jieba's analyzer."""
    text = TEXT(analyzer=ChineseAnalyzer())
    index = create_in(tempfile.mkdtemp(), Schema(id=ID(stored=True), title=text, section=text, body=text))
    writer = index.writer(limitmb=256)
    for each in articles:
        writer.add_document(id=each.id, title=each.title, section=each.section, body=each.body)
    writer.commit()
    parser = MultifieldParser(["title", "section", "body"], index.schema, group=OrGroup)
    searcher = index.searcher()
    return lambda query: len(searcher.search(parser.parse(query), limit=HITS))


def _words(text: str) -> list[str]:
    return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]


ENGINES: dict[str, Callable[[Iterator[IndexedDocument]], Count]] = {
    "wxbot": _wxbot,
    "tantivy": _tantivy,
    "FTS5": _fts5,
    "Whoosh": _whoosh,
}


if __name__ == "__main__":
    main(sys.argv[1:])
