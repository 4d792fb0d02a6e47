"""A fact about vertical type in a PDF: columns are read from the right, each from the top."""

from itertools import groupby

from wxbot.bulletin.readers.pdf.printed import Box, CharacterRun, Graphics, PrintedPage, Typeface
from wxbot.bulletin.readers.pdf.vertical_type import turn_vertical_type

COLUMNS = ("竹溪诗讯二〇二五年第二期", "四月十二日，诗社在竹溪边举行雅集，", "到会二十三人，得诗三十一首。")


def test_columns_of_vertical_type_become_lines() -> None:
    """The column at the right is the first line, and a sign that stands aside in its column stays in the line."""
    runs = []
    for column, text in enumerate(COLUMNS):
        for at, char in enumerate(text):
            left, base = 500.0 - 24 * column + 5 * (char in "，。"), 780.0 - 12 * at
            runs.append(
                CharacterRun(char, [left], [left + 12], base, base - 2, base + 10, 12.0, Typeface("Song"))
            )

    turned = turn_vertical_type(PrintedPage(0, Box(0, 0, 595, 842), runs, Graphics())).runs

    in_order = sorted(turned, key=lambda run: (-run.base, run.left_edge))
    lines = ["".join(run.text for run in line) for _, line in groupby(in_order, key=lambda run: run.base)]
    assert list(COLUMNS) == lines
