"""Tokenise articles for the index; for many of them a second process takes a part of the work.

The second process is this module run as a program: a JSON line with articles in, a JSON line with their fields out. It
needs no care when it ends early: what it has not answered is tokenised here.
"""

import dataclasses
import datetime as dt
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final, cast

from wxbot.search import tokenizer
from wxbot.search.index_schema import IndexedDocument, publication_term
from wxbot.search.vocabulary import ArticleVocabulary, article_vocabulary

__all__ = ["TokenisedArticle", "tokenise", "tokenise_all"]

# An article that is twenty years older scores half: enough to order equal matches, and too little to lift a weak match
# above a strong one. Only ratios matter, so the day from which age is counted is arbitrary.
HALF_LIFE_DAYS = 20 * 365.25
FIRST_DAY = dt.date(2000, 1, 1).toordinal()

SHARED_AFTER = 2000  # articles; for fewer a second process takes longer to start than it saves
SHARED = 200  # articles in one order to the second process
END_SECONDS = 5.0

PROGRAM: Final = "from wxbot.search.tokenizing import main; main()"

Fields = dict[str, object]


@dataclass(frozen=True)
class TokenisedArticle:
    """The engine's fields of an article, and its words for the vocabulary."""

    id: str
    fields: Fields
    vocabulary: ArticleVocabulary


def tokenise(document: IndexedDocument) -> TokenisedArticle:
    """Tokenise one article."""
    title, section, body = (
        tokenizer.segments(tokenizer.fold(text)) for text in (document.title, document.section, document.body)
    )
    title_tokens = tokenizer.field_tokens(title)
    fields: Fields = {
        "id": document.id,
        "title": title_tokens,
        "section": tokenizer.field_tokens(section),
        "text": f"{title_tokens} {tokenizer.field_tokens(body)}",
        "in_publication": publication_term(document.number) if document.number else "",
        "in_section": tokenizer.key(document.section),
        "in_issue": document.number or "",
        "in_day": document.date or "",
        "shown_title": document.title,
        "shown_section": document.section,
        "digest": document.digest,
        "freshness": _freshness(document.date),
    }
    optional = {"number": document.number, "n": document.n, "date": document.date, "url": document.url}
    fields.update({name: value for name, value in optional.items() if value is not None})
    return TokenisedArticle(document.id, fields, article_vocabulary(title, body, document.body))


def tokenise_all(documents: Iterable[IndexedDocument], program: str = PROGRAM) -> Iterator[TokenisedArticle]:
    """Tokenise articles, many of them with a second process where there is a processor for it.

    Their order changes, so no id may occur twice. `program` is the Python text of the second process.
    """
    rest = iter(documents)
    yield from map(tokenise, islice(rest, SHARED_AFTER))
    following = next(rest, None)
    if following is None:
        return
    yield tokenise(following)
    if _processors() < 2:
        yield from map(tokenise, rest)
        return
    yield from _tokenise_shared(rest, program)


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tokenise_shared(rest: Iterator[IndexedDocument], program: str) -> Iterator[TokenisedArticle]:
    """Tokenise articles here and in a second process at the same time."""
    with _SecondProcess(program) as second:
        order = list(islice(rest, SHARED))
        while order and second.send(order):
            for document in rest:
                yield tokenise(document)
                if second.has_answered():
                    break
            answer = second.receive()
            if answer is None:
                break
            yield from answer
            order = list(islice(rest, SHARED))
    yield from map(tokenise, order)  # empty, unless the second process has ended early
    yield from map(tokenise, rest)


class _SecondProcess:
    """This module run as a program; it ends with its input, that is, with this process at the latest."""

    def __init__(self, program: str) -> None:
        self._program = program

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
        self._orders, self._answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self._orders, self._answers):
            with suppress(OSError):  # it has ended, and with it the pipe
                stream.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def send(self, documents: list[IndexedDocument]) -> bool:
        """Order articles; return False if the process has ended."""
        try:
            self._orders.write(json.dumps([dataclasses.asdict(each) for each in documents]).encode() + b"\n")
            self._orders.flush()
        except OSError:
            return False
        return True

    def has_answered(self) -> bool:
        """Tell if an answer, or the end of the process, can be read without waiting."""
        return bool(select.select([self._answers], [], [], 0)[0])

    def receive(self) -> list[TokenisedArticle] | None:
        """Return the ordered articles, waiting for them; None if the process has ended."""
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            return None
        return [
            TokenisedArticle(id_, fields, ArticleVocabulary(*words))
            for id_, fields, words in json.loads(line)
        ]


def main() -> None:
    """Answer orders from standard input until it ends."""
    for line in sys.stdin.buffer:
        found = [tokenise(IndexedDocument(**each)) for each in json.loads(line)]
        answer = [(each.id, each.fields, dataclasses.astuple(each.vocabulary)) for each in found]
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _freshness(day: str | None) -> float:
    """Return the factor by which an article's date multiplies its score."""
    try:
        days = dt.date.fromisoformat(day or "").toordinal() - FIRST_DAY
    except ValueError:
        days = 0
    return float(2.0 ** (days / HALF_LIFE_DAYS))
