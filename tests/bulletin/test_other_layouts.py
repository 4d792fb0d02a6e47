"""Tests on real periodicals of other layouts, which lie beside the checkout and are not part of it."""

import json
from pathlib import Path

import pytest

from wxbot import bulletin

OTHERS = Path(__file__).parents[3] / "shared" / "bulletins" / "other-layouts"
EXPECTED = sorted(OTHERS.glob("*.expected.json"))


def source(expected: Path) -> Path | None:
    """Return the document of an expectation; None if no reader exists for its format."""
    stem = expected.name.removesuffix(".expected.json")
    return next((path for path in bulletin.find_files([OTHERS]) if path.stem == stem), None)


@pytest.mark.skipif(not EXPECTED, reason="the periodicals of other layouts are not beside this checkout")
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_real_periodicals_are_read_as_a_careful_reader_does(expected: Path) -> None:
    """Name, number, date, editor, sections and titles are as expected."""
    document = source(expected)
    if document is None:
        pytest.skip(f"no reader for the document of {expected.name} yet")
    wanted = json.loads(expected.read_text(encoding="utf-8"))

    found = bulletin.to_json("", bulletin.parse(bulletin.read(document)), "dry-run")

    found["sections"] = [
        {
            "name": section["name"],
            # Running text below a section's name is an article of that name, and has no title of its own.
            "articles": [a["title"] for a in section["articles"] if a["title"] != section["name"]],
        }
        for section in found["sections"]
    ]
    assert wanted == {key: found[key] for key in wanted}
