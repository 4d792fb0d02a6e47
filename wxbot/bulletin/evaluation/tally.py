"""Measures of parsed bulletins: tallies that add up, the score of one file, and sums by format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ALL", "FileScore", "Tally", "measures_json", "sum_by_format"]

ALL = "all"
"""Name under which `sum_by_format` returns the sums over all formats."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one measure: things found that were wanted, things found, things wanted."""

    hits: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.hits + other.hits, self.found + other.found, self.wanted + other.wanted)

    @property
    def share(self) -> float | None:
        """Harmonic mean of precision and recall (F1), which is the share of the wanted where nothing else is found.

        None where there is nothing to count.
        """
        both = self.found + self.wanted
        return 2 * self.hits / both if both else None

    @classmethod
    def of(cls, hits: int, wanted: int) -> "Tally":
        """Return the tally of a share: `hits` of `wanted`."""
        return cls(hits, wanted, wanted)


@dataclass(frozen=True, slots=True)
class FileScore:
    """Measures of one bulletin by name, its differences from the expected result, and its doubts, in Chinese."""

    file: str
    format: str
    measures: Mapping[str, Tally]
    differences: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    apart: Mapping[str, int] = field(default_factory=dict)
    """Number of characters set apart, by reason."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON line of this file."""
        return {
            "file": self.file,
            "format": self.format,
            **measures_json(self.measures),
            "differences": list(self.differences),
            "doubts": list(self.doubts),
            "apart_by_reason": dict(self.apart),
        }


def measures_json(measures: Mapping[str, Tally]) -> dict[str, Any]:
    """Return measures as JSON: share, hits, found and wanted of each."""
    return {
        name: {
            "share": None if tally.share is None else round(tally.share, 4),
            "hits": tally.hits,
            "found": tally.found,
            "wanted": tally.wanted,
        }
        for name, tally in measures.items()
    }


def sum_by_format(scores: Iterable[FileScore]) -> dict[str, tuple[int, dict[str, Tally]]]:
    """Return for each format, and for `ALL`, the number of files and the sum of each measure."""
    sums: dict[str, tuple[int, dict[str, Tally]]] = {}
    for score in scores:
        for name in (score.format, ALL):
            count, measures = sums.setdefault(name, (0, {}))
            for measure, tally in score.measures.items():
                measures[measure] = measures.get(measure, Tally()) + tally
            sums[name] = (count + 1, measures)
    return {name: sums[name] for name in sorted(sums, key=lambda name: (name == ALL, name))}
