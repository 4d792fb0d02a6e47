"""Word vectors: how near Chinese words are in meaning, from a table that is shipped with the product.

`word_vectors.txt` holds the words, one a line, and `word_vectors.bin` a row of bytes for each: the word's vector of
length 1 as signed bytes, then the word's weight, high for rare words. `bench/word_vectors.py` makes the table, and
`word_vectors_licence.txt` names the model and its licence. The table is mapped into memory, so that all processes of a
machine share it, and read when a query first needs it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Table = NDArray[np.int8]
else:
    np = LazyModule("numpy")

__all__ = ["DIMENSIONS", "FULL_SCALE", "TABLE", "WORDS", "TextVectors", "WordVectors", "shipped_vectors"]

WORDS: Final = "word_vectors.txt"
TABLE: Final = "word_vectors.bin"

DIMENSIONS: Final = 128
_ROW: Final = DIMENSIONS + 1  # the last byte is the weight
FULL_SCALE: Final = 127.0  # the byte of the value 1
# Rows that are turned into floats at a time. With more of them the product is computed in several threads, which on a
# busy machine wait for each other longer than they save.
_CHUNK = 2048
_CACHED: Final = 500  # words whose nearest words are kept
_CACHED_VECTORS: Final = 5_000
_UNKNOWN_WEIGHT: Final = 1.0  # of a word that the table lacks: it is rare


@dataclass(frozen=True)
class TextVectors:
    """The words of a text as vectors of length 1, one a row, and their weights from 0 to 1."""

    vectors: "Matrix"
    weights: "Matrix"

    @cached_property
    def direction(self) -> "Matrix":
        """The weighted sum of the vectors, of length 1: what the text as a whole is about."""
        total = self.weights @ self.vectors
        return total / max(float(np.linalg.norm(total)), 1e-9)

    def cosine(self, other: "TextVectors") -> float:
        """Return how near two texts are as a whole, from -1 to 1."""
        return float(self.direction @ other.direction)


class WordVectors:
    """The table of word vectors. It does not change while the program runs."""

    def __init__(self, words: Sequence[str], table: "Table") -> None:
        self._words = words
        self._rows = {word: at for at, word in enumerate(words)}
        self._table = table.reshape(len(words), _ROW)

    def text(self, words: Iterable[str]) -> TextVectors | None:
        """Return the vectors of a text's words, each once; None if the table has none of them.

        A word that the table lacks counts as its characters together.
        """
        found = [each for word in dict.fromkeys(words) if (each := self._vector(word)) is not None]
        if not found:
            return None
        vectors, weights = zip(*found, strict=True)
        return TextVectors(np.array(vectors), np.array(weights, dtype="float32"))

    def __contains__(self, word: str) -> bool:
        """Return whether the table has the word."""
        return word in self._rows

    @lru_cache(_CACHED_VECTORS)  # noqa: B019  there is one table, which lives as long as the program
    def _vector(self, word: str) -> "tuple[Matrix, float] | None":
        at = self._rows.get(word)
        if at is not None:
            row = self._table[at]
            return row[:DIMENSIONS] / np.float32(FULL_SCALE), float(row[DIMENSIONS]) / FULL_SCALE
        characters = [self._rows[each] for each in word if each in self._rows] if len(word) > 1 else []
        if not characters:
            return None
        total = self._table[characters, :DIMENSIONS].sum(axis=0, dtype="float32")
        return total / np.float32(max(float(np.linalg.norm(total)), 1e-9)), _UNKNOWN_WEIGHT

    def nearest(self, text: TextVectors, limit: int) -> list[list[tuple[str, float]]]:
        """Return for each word of a text the `limit` words of the table nearest to it, with their cosines."""
        return [self._nearest(vector.tobytes(), limit) for vector in text.vectors]

    @lru_cache(_CACHED)  # noqa: B019  there is one table, which lives as long as the program
    def _nearest(self, vector: bytes, limit: int) -> list[tuple[str, float]]:
        """Return the words nearest to a vector; members ask with the same few words."""
        sought = np.frombuffer(vector, "float32")
        cosines = np.concatenate(
            [
                self._table[start : start + _CHUNK, :DIMENSIONS].astype("float32") @ sought
                for start in range(0, len(self._words), _CHUNK)
            ]
        ) / np.float32(FULL_SCALE)
        best = np.argpartition(-cosines, limit)[:limit]
        found = [(self._words[at], float(cosines[at])) for at in best]
        return sorted(found, key=lambda each: (-each[1], each[0]))


@cache
def shipped_vectors() -> WordVectors:
    """Return the table that is shipped."""
    folder = resources.files("wxbot.search")
    words = (folder / WORDS).read_text("utf-8").splitlines()
    with resources.as_file(folder / TABLE) as path:
        return WordVectors(words, np.asarray(np.memmap(path, dtype="int8", mode="r")))
