"""Tokenise articles for the index; for many of them a second process takes a part of the work.

The second process is this module run as a program: a JSON line with articles in, their fields and words out. It needs
no care when it ends early: what it has not answered is tokenised here.
"""

import dataclasses
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from queue import SimpleQueue
from typing import IO, Final, cast

from wxbot.search import tokenizer
from wxbot.search.field_tokens import CutText, field_tokens
from wxbot.search.index_schema import IndexedDocument, publication_term
from wxbot.search.vocabulary import ArticleVocabulary

__all__ = ["TokenisedBatch", "tokenise", "tokenise_all"]

# An article that is twenty years older scores half: enough to order equal matches, and too little to lift a weak match
# above a strong one. Only ratios matter, so the day from which age is counted is arbitrary.
HALF_LIFE_DAYS = 20 * 365.25
FIRST_DAY = dt.date(2000, 1, 1).toordinal()

BATCH = 100  # articles that are tokenised together
SHARED_AFTER = 2000  # articles; for fewer a second process takes longer to start than it saves
ORDERED = 2  # batches that the second process has at a time, so that it never waits for the next one
END_SECONDS = 5.0

PROGRAM: Final = "from wxbot.search.tokenizing import main; main()"

_values = attrgetter(*(each.name for each in dataclasses.fields(IndexedDocument)))


@dataclass
class TokenisedBatch:
    """The engine's fields of some articles as JSON, by the ids of the articles, and the words of all of them."""

    articles: list[tuple[str, str]] = field(default_factory=list)
    vocabulary: ArticleVocabulary = field(default_factory=ArticleVocabulary)


def tokenise(documents: Iterable[IndexedDocument]) -> TokenisedBatch:
    """Tokenise some articles."""
    batch = TokenisedBatch()
    for each in documents:
        title, body = CutText.of(each.title), CutText.of(each.body)
        batch.articles.append((each.id, json.dumps(_fields(each, title, body), ensure_ascii=False)))
        batch.vocabulary.add(title, body, each.body)
    return batch


def _fields(document: IndexedDocument, title: CutText, body: CutText) -> dict[str, object]:
    """Return the engine's fields of an article."""
    title_tokens = field_tokens(title)
    section_tokens, section_key = _section_tokens(document.section)
    fields: dict[str, object] = {
        "id": document.id,
        "title": title_tokens,
        "section": section_tokens,
        "text": f"{title_tokens} {field_tokens(body)}",
        "in_publication": publication_term(document.number) if document.number else "",
        "in_section": section_key,
        "in_issue": document.number or "",
        "in_day": document.date or "",
        "shown_title": document.title,
        "shown_section": document.section,
        "digest": document.digest,
        "freshness": _freshness(document.date),
    }
    optional = {"number": document.number, "n": document.n, "date": document.date, "url": document.url}
    return fields | {name: value for name, value in optional.items() if value is not None}


@lru_cache(maxsize=1_000)
def _section_tokens(section: str) -> tuple[str, str]:
    """Return the tokens of a section's name and its key; few sections have many articles."""
    return field_tokens(CutText.of(section)), tokenizer.key(section)


def tokenise_all(documents: Iterable[IndexedDocument], program: str = PROGRAM) -> Iterator[TokenisedBatch]:
    """Tokenise articles in batches, many of them with a second process where there is a processor for it.

    Their order changes, so no id may occur twice. `program` is the Python text of the second process.
    """
    rest = iter(documents)
    yield from map(tokenise, _batches(islice(rest, SHARED_AFTER)))
    batches = _batches(rest)
    following = next(batches, None)
    if following is None:
        return
    yield tokenise(following)
    if _processors() < 2:
        yield from map(tokenise, batches)
    else:
        yield from _tokenise_shared(batches, program)


def _batches(documents: Iterator[IndexedDocument]) -> Iterator[list[IndexedDocument]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tokenise_shared(batches: Iterator[list[IndexedDocument]], program: str) -> Iterator[TokenisedBatch]:
    """Tokenise batches here and in a second process at the same time."""
    with _SecondProcess(program) as second:
        for batch in batches:
            yield from second.answers()
            if not second.order(batch):
                yield tokenise(batch)
        yield from second.answers(wait=True)
        yield from map(tokenise, second.ordered)  # empty, unless the second process has ended early


class _SecondProcess:
    """This module run as a program; it ends with its input, that is, with this process at the latest.

    `ordered` are the batches that it has not answered.
    """

    def __init__(self, program: str) -> None:
        self.ordered: deque[list[IndexedDocument]] = deque()
        self._program = program
        self._has_ended = False
        self._answers: SimpleQueue[TokenisedBatch | None] = SimpleQueue()

    def __enter__(self) -> "_SecondProcess":
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-P", "-c", self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the second
        )
        self._process = process
        self._input, self._output = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        # Answers are read as soon as they come: two processes that both write to a full pipe would wait for ever.
        self._reader = threading.Thread(target=self._read_answers, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it has ended, and with it the pipe
            self._input.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._output.close()

    def order(self, batch: list[IndexedDocument]) -> bool:
        """Order a batch; return False if the process has enough to do or has ended."""
        if self._has_ended or len(self.ordered) >= ORDERED:
            return False
        try:
            self._input.write(_json_line(list(map(_values, batch))))
            self._input.flush()
        except OSError:
            self._has_ended = True
            return False
        self.ordered.append(batch)
        return True

    def answers(self, *, wait: bool = False) -> Iterator[TokenisedBatch]:
        """Yield the answers that are there; with `wait` those to all orders, unless the process ends."""
        while self.ordered and not self._has_ended and (wait or not self._answers.empty()):
            answer = self._answers.get()
            if answer is None:
                self._has_ended = True
                return
            self.ordered.popleft()
            yield answer

    def _read_answers(self) -> None:
        """Queue each answer, and None when the process has ended."""
        while (answer := _read_answer(self._output)) is not None:
            self._answers.put(answer)
        self._answers.put(None)


def _read_answer(output: IO[bytes]) -> TokenisedBatch | None:
    """Return the next answer of a second process; None if it has ended."""
    head = output.readline()
    if not head.endswith(b"\n"):
        return None
    ids, *words = json.loads(head)
    lines = [output.readline() for _ in ids]
    if lines and not lines[-1].endswith(b"\n"):
        return None
    articles = zip(ids, (line.decode() for line in lines), strict=True)
    return TokenisedBatch(list(articles), ArticleVocabulary(*map(set, words)))


def main() -> None:
    """Answer orders from standard input until it ends: a line with ids and words, then a line for each article."""
    orders: SimpleQueue[bytes] = SimpleQueue()
    # Orders are read as soon as they come, or the other process would wait until the order before is answered.
    threading.Thread(target=_read_orders, args=(orders,), daemon=True).start()
    for line in iter(orders.get, b""):
        batch = tokenise(IndexedDocument(*values) for values in json.loads(line))
        found = batch.vocabulary
        words = (found.names, found.words, found.definitions)
        sys.stdout.buffer.write(_json_line([[id_ for id_, _ in batch.articles], *map(list, words)]))
        sys.stdout.buffer.writelines(f"{fields}\n".encode() for _, fields in batch.articles)
        sys.stdout.buffer.flush()


def _read_orders(orders: SimpleQueue[bytes]) -> None:
    """Queue each line of standard input, and an empty one at its end."""
    for line in sys.stdin.buffer:
        orders.put(line)
    orders.put(b"")


def _json_line(value: Sequence[object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _freshness(day: str | None) -> float:
    """Return the factor by which an article's date multiplies its score."""
    try:
        days = dt.date.fromisoformat(day or "").toordinal() - FIRST_DAY
    except ValueError:
        days = 0
    return float(2.0 ** (days / HALF_LIFE_DAYS))
