"""Facts about the parser on bulletins with expected results: the shared cases, and bulletins of our own.

The floors are figures that the parser has reached; raise them when it improves.
"""

from functools import cache
from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.bulletin.evaluation import ALL, FileScore, Tally, evaluate_folder, sum_by_format

HERE = Path(__file__).parent
CASES, KNOWN, UNSEEN = HERE / "cases", HERE / "corpus" / "known", HERE / "corpus" / "unseen"

FLOORS = {
    "masthead": 0.99,
    "sections": 0.99,
    "titles": 0.99,
    "placed": 0.99,
    "paragraphs": 0.97,
    "content": 0.99,
    "pictures": 1.0,
    "tables": 1.0,
    "links": 1.0,
    "right_undoubted": 0.9,
}


@cache
def scores(folder: Path) -> tuple[FileScore, ...]:
    """Return the scores of a folder; each folder is read once."""
    return tuple(evaluate_folder(folder))


@cache
def structure(file: Path) -> list[tuple[str, list[str]]]:
    """Return the sections of a bulletin with their titles."""
    parsed = bulletin.parse(bulletin.read(file))
    return [(section.name, [article.title for article in section.articles]) for section in parsed.sections]


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


@pytest.mark.parametrize(
    "markdown", sorted((HERE / "corpus").glob("*/*-same-text-*.md")), ids=lambda path: path.stem
)
def test_the_same_text_in_every_format_has_the_same_structure(markdown: Path) -> None:
    """Word, PDF, HTML and Markdown of one text give the same sections with the same titles."""
    others = [markdown.with_suffix(suffix) for suffix in (".docx", ".pdf", ".html")]
    assert [structure(markdown)] * 3 == [structure(other) for other in others]
