"""Facts about fuzzing: a seed makes the same inputs again, and inputs that once did harm do none."""

import random
from pathlib import Path

import pytest

from tests.fuzz.mutations import mutate, mutate_docx
from tests.fuzz.readers import ReadersTarget
from tests.fuzz.simulator import SimulatorTarget
from tests.fuzz.targets import Target
from tests.fuzz.webhook import WebhookTarget

FOUND = Path(__file__).parent / "found"
WORD_FILE = Path(__file__).parent.parent / "bulletin" / "cases" / "reported" / "layout-table.docx"
SUFFIXES: dict[type[Target], set[str]] = {
    WebhookTarget: {".webhook"},
    SimulatorTarget: {".seed"},
    ReadersTarget: {".docx", ".pdf", ".html", ".md", ".txt", ".jsonl"},
}


def test_a_seed_makes_the_same_inputs_again() -> None:
    """The same seed finds again what a run of fuzzing found, and another seed does not."""
    first, again, other = (
        [mutate(b"<xml>1</xml>" * 9, chance), mutate_docx(WORD_FILE.read_bytes(), chance, (b"<w:p>",))]
        for chance in map(random.Random, (1, 1, 2))
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("target", SUFFIXES, ids=lambda target: target.__name__)
def test_what_once_did_harm_does_none(target: type[Target]) -> None:
    """Each input that fuzzing found is answered, refused or read."""
    kept = sorted(each for each in FOUND.iterdir() if each.suffix in SUFFIXES[target])
    if not kept:
        return
    with target(1) as opened:
        harm = [(each.name, opened.replay(each.read_bytes(), each.suffix)) for each in kept]
    assert [] == [each for each in harm if each[1]]
