"""Tests of the words of a text."""

from wxbot.words import keep_words


def test_lines_end_between_words() -> None:
    """A heading may be broken between words, never within one or within a short name in quotation marks."""
    title = "人工智能数据解决方案提供商“曼孚科技”获千万元级天使轮融资"
    pieces = keep_words(title)

    assert title == "".join(pieces)
    assert {"“曼孚科技”", "提供商", "融资", "人工智能"} <= {*pieces}
