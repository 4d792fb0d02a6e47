"""Facts about the bookmarks of a PDF: they state the levels of headings, where they name lines of its text."""

from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.pdf.bookmarks import Bookmark, set_levels

TEXTS = (
    "团务",
    "音乐会曲目确定",
    "团务",
    "音乐会曲目",
    "确定",
    "经讨论，音乐会定于十一月举行。",
    "乐器",
    "怎样换弦",
)
LINES = tuple(Line(at, text, level=1 if text == "乐器" else 0) for at, text in enumerate(TEXTS, start=1))


def test_bookmarks_state_levels_and_join_wrapped_titles() -> None:
    """The lines further down count, not those of the contents above; a title on two lines becomes one."""
    named = [Bookmark(1, "团务"), Bookmark(2, "音乐会曲目确定"), Bookmark(1, "乐器"), Bookmark(2, "怎样换弦")]

    assert [
        ("团务", 0),
        ("音乐会曲目确定", 0),
        ("团务", 1),
        ("音乐会曲目确定", 2),
        ("经讨论，音乐会定于十一月举行。", 0),
        ("乐器", 1),
        ("怎样换弦", 2),
    ] == [(line.text, line.level) for line in set_levels(LINES, named)]


def test_bookmarks_that_name_pages_change_nothing() -> None:
    """Bookmarks such as 第1页 name no line, and levels stay what type and place suggest."""
    assert LINES == set_levels(LINES, [Bookmark(1, f"第{page}页") for page in range(9)])
