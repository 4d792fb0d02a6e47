"""Facts about the parser on bulletins with expected results: the shared cases, and bulletins of our own.

The floors are figures that the parser has reached; raise them when it improves.
"""

from functools import cache
from pathlib import Path

import pytest

from wxbot.bulletin.evaluation import ALL, FileScore, Tally, evaluate_folder, sum_by_format

HERE = Path(__file__).parent
CASES, KNOWN, UNSEEN = HERE / "cases", HERE / "corpus" / "known", HERE / "corpus" / "unseen"

FLOORS = {
    "masthead": 0.60,
    "sections": 0.60,
    "titles": 0.60,
    "placed": 0.60,
    "paragraphs": 0.80,
    "pictures": 0.70,
    "content": 0.80,
}


@cache
def scores(folder: Path) -> tuple[FileScore, ...]:
    """Return the scores of a folder; each folder is read once."""
    return tuple(evaluate_folder(folder))


def share(measure: str, *folders: Path) -> float:
    """Return a measure over all files of folders."""
    _, measures = sum_by_format(score for folder in folders for score in scores(folder))[ALL]
    return measures.get(measure, Tally()).share or 0.0


@pytest.mark.parametrize("measure", FLOORS)
def test_known_bulletins_are_read_as_well_as_before(measure: str) -> None:
    """Over the cases and the known bulletins, no measure falls below what the parser has reached."""
    assert share(measure, CASES, KNOWN) >= FLOORS[measure]


@pytest.mark.parametrize("folder", [CASES, KNOWN, UNSEEN], ids=lambda folder: folder.name)
def test_no_character_of_a_source_is_lost(folder: Path) -> None:
    """Every character that a reader delivers is published, in the masthead, or set apart with a reason."""
    assert {} == {
        score.file: score.differences
        for score in scores(folder)
        if any("丢失" in difference for difference in score.differences)
    }
