"""Facts about tracing the lines of a source to their places in the issue."""

from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.bulletin import Document, Line, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph, Picture
from wxbot.bulletin.source_map import PlaceKind, trace_lines

CORPUS = Path(__file__).parent / "corpus" / "known"


def kinds(document: Document, parsed: ParsedIssue) -> list[str]:
    """Return the kinds of the places of each line, joined by +."""
    return ["+".join(place.kind for place in traced.places) for traced in trace_lines(document, parsed)]


def test_a_line_with_title_and_text_has_both_places() -> None:
    """A title whose text runs on in the same line is traced to title and text."""
    article = ParsedArticle("山中来信", (Paragraph.of("一位邮递员三十年的见闻。"),))
    document = Document((Line(1, "小说"), Line(2, "山中来信：一位邮递员三十年的见闻。")))
    assert ["section", "title+text"] == kinds(
        document, ParsedIssue(sections=(ParsedSection("小说", (article,)),))
    )


def test_a_picture_is_traced_by_its_bytes() -> None:
    """A picture line leads to the article that shows the picture."""
    picture = Picture(digest="ab")
    article = ParsedArticle("会场", (picture,))
    document = Document((Line(1, "会场"), Line(2, "", block=picture)))
    (_, traced) = trace_lines(document, ParsedIssue(sections=(ParsedSection("", (article,)),)))
    assert [(PlaceKind.PICTURE, 1)] == [(place.kind, place.article) for place in traced.places]


def test_a_lost_line_is_traced_to_nowhere() -> None:
    """A line that stands nowhere in the issue has no place, so that an editor sees it."""
    assert ["section", ""] == kinds(
        Document((Line(1, "要闻"), Line(2, "丢失的一行"))), ParsedIssue(sections=(ParsedSection("要闻"),))
    )


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_line_of_a_text_is_traced(file: Path) -> None:
    """No line of a plain text is traced to nowhere, however it is laid out."""
    document = bulletin.read(file)
    traced = trace_lines(document, bulletin.parse(document))
    assert [] == [one.line.text for one in traced if not one.places]
