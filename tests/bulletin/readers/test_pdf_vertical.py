"""A fact about vertical type in a PDF: columns are read from the right, each from the top."""

from tests.bulletin.printing import Set, pdf
from wxbot.bulletin.model import Source
from wxbot.bulletin.readers.pdf import document

COLUMNS = ("竹溪诗讯二〇二五年第二期", "四月十二日，诗社在竹溪边举行雅集，", "到会二十三人，得诗三十一首。")


def test_columns_of_vertical_type_are_lines() -> None:
    """The first line is the column at the right, and no character changes its place in the text."""
    page = [
        Set(char, 500 - 24 * column, 780 - 12 * at)
        for column, text in enumerate(COLUMNS)
        for at, char in enumerate(text)
    ]

    assert list(COLUMNS) == [line.text for line in document(Source("x.pdf", pdf(page))).lines]
