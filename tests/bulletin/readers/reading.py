"""Read texts as files of a format, and count what a document holds."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from wxbot.bulletin import Document, Line
from wxbot.bulletin.blocks import paragraphs
from wxbot.bulletin.model import Source

Reader = Callable[[Source], Document]


def read_text(reader: Reader, text: str, file: str = "a", folder: Path | None = None) -> Document:
    """Return the document that a reader makes of a text."""
    return reader(Source(file, text.encode(), folder))


def published(document: Document) -> list[Line]:
    """Return the lines that the reader does not leave out."""
    return [line for line in document.lines if not line.drop_reason]


def left_out(document: Document) -> list[tuple[str, str]]:
    """Return text and reason of the lines that the reader leaves out."""
    return [(line.text, line.drop_reason) for line in document.lines if line.drop_reason]


def characters(document: Document) -> Counter[str]:
    """Count the characters of a document without blanks: lines, those left out, and notes."""
    texts = [line.text for line in document.lines]
    texts += [text for blocks in document.notes.values() for text in paragraphs(blocks)]
    return Counter(char for text in texts for char in text if not char.isspace())
