"""Score one bulletin, or every bulletin of a folder, against its expected result."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from wxbot.bulletin.evaluation.content import (
    count_characters,
    count_letters,
    score_characters,
    score_kept,
    score_paragraphs,
)
from wxbot.bulletin.evaluation.expected import ExpectedIssue, find_expected, read_expected
from wxbot.bulletin.evaluation.structure import score_masthead, score_structure
from wxbot.bulletin.evaluation.tally import FileScore, Tally
from wxbot.bulletin.model import Document, ParsedIssue
from wxbot.bulletin.parser import parse, validate
from wxbot.bulletin.readers import find_files, read
from wxbot.errors import BulletinError

__all__ = ["evaluate_folder", "score_reading", "score_refusal"]


def evaluate_folder(folder: Path) -> Iterator[FileScore]:
    """Read, parse and score the bulletins of a folder and its sub-folders that have an expected result."""
    for file, bulletins in find_expected(folder):
        expected = read_expected(file)
        readable = set(find_files([file.parent]))
        for path in bulletins:
            if path in readable:
                yield _score_file(path, str(path.relative_to(folder)), expected)


def _score_file(path: Path, name: str, expected: ExpectedIssue) -> FileScore:
    """Read, parse and score one bulletin; a refusal is a score too."""
    kind = path.suffix.lower().removeprefix(".")
    try:
        document = read(path)
        parsed = validate(parse(document), name)
    except BulletinError as error:
        return score_refusal(name, kind, expected, error.message)
    except Exception as error:  # noqa: BLE001  a fault in one reader must not end the measurement of all
        return score_refusal(name, kind, expected, f"{type(error).__name__}: {error}")
    return score_reading(name, kind, expected, document, parsed)


def score_refusal(file: str, kind: str, expected: ExpectedIssue, says: str) -> FileScore:
    """Score a bulletin that was refused: nothing of it was found, and the refusal is its doubt."""
    titles = sum(len(section.titles) for section in expected.sections)
    names = sum(bool(section.name) for section in expected.sections)
    measures = {
        "masthead": Tally.of(0, len(expected.masthead)),
        "sections": Tally(wanted=names),
        "titles": Tally(wanted=titles),
        "titles_exact": Tally(wanted=titles),
        "placed": Tally.of(0, titles),
        **{name: Tally.of(0, count) for name, count in expected.counts.items()},
        "wrong_doubted": Tally.of(1, 1),
    }
    if expected.paragraphs is not None:
        measures["paragraphs"] = Tally(wanted=len(expected.paragraphs))
        size = count_letters(expected.paragraphs).total()
        measures["content"] = Tally.of(0, size)
    return FileScore(file, kind, measures, (f"没有收下：{says}",), (says,))


def score_reading(
    file: str, kind: str, expected: ExpectedIssue, document: Document, parsed: ParsedIssue
) -> FileScore:
    """Score what became of a bulletin against its expected result and against the text of its source."""
    differences: list[str] = []
    measures = {
        "masthead": score_masthead(expected, parsed, differences),
        **score_structure(expected, parsed, differences),
        **score_kept(expected, document, parsed, differences),
    }
    if expected.paragraphs is not None:
        measures["paragraphs"] = score_paragraphs(expected.paragraphs, parsed)
    measures |= score_characters(expected, document, parsed, differences)
    doubted = bool(parsed.problems)
    if differences:
        measures["wrong_doubted"] = Tally.of(int(doubted), 1)
    else:
        measures["right_undoubted"] = Tally.of(int(not doubted), 1)
    apart = Counter[str]()
    for dropped in parsed.dropped:
        apart[dropped.why] += count_characters([dropped.text]).total()
    doubts = tuple(
        problem.says if problem.says.startswith("第 ") else f"第 {problem.line} 行：{problem.says}"
        for problem in parsed.problems
    )
    return FileScore(file, kind, measures, tuple(differences), doubts, apart)
