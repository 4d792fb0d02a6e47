"""Estimate how sure the reading of a whole bulletin is, from what the steps of the parser report."""

from collections.abc import Iterable, Sequence

from wxbot.bulletin import contents
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import ParsedSection, Problem

__all__ = ["estimate_confidence", "unmatched_entries"]

_PER_DOUBT = 0.85
"""Factor for each doubtful place."""

_MOST_DOUBTS = 12
"""Doubtful places that lower the confidence; more of them change nothing."""

_PER_MISSING_VALUE = 0.7
"""Factor for each value without which an issue cannot be identified: its name, its date or number."""


def estimate_confidence(
    head: Masthead, certainty: float, problems: Sequence[Problem], articles: int
) -> float:
    """Return the confidence in a reading, from 0 to 1.

    `certainty` is that of the structure. The doubts of a thick bulletin weigh less than those of a thin one.
    """
    missing = (head.title is None) + (head.date is None and not head.is_numbered) + (articles == 0) * 2
    weight = min(1.0, 8 / max(1, articles))
    doubts = min(_MOST_DOUBTS, len(problems)) * weight
    found = (0.4 + 0.6 * certainty) * _PER_DOUBT**doubts * _PER_MISSING_VALUE**missing
    return round(float(max(0.0, min(1.0, found))), 2)


def unmatched_entries(entries: Iterable[str], sections: Sequence[ParsedSection]) -> list[str]:
    """Return the entries of the table of contents that the body repeats but that became neither title nor section."""
    names = [section.name for section in sections]
    names += [article.title for section in sections for article in section.articles]
    text = "\n".join(contents.key(name) for name in names if name)
    return [entry for entry in entries if entry not in text]
