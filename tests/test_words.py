"""Tests of the words of a text."""

from wxbot.words import keep_words


def test_lines_end_between_words() -> None:
    """A heading may be broken between words, never within one or within a short name in quotation marks."""
    title = "人工智能数据解决方案提供商“曼孚科技”获千万元级天使轮融资"
    pieces = keep_words(title)

    assert title == "".join(pieces)
    assert {"“曼孚科技”", "提供商", "融资", "人工智能"} <= {*pieces}


def test_a_number_stays_with_its_unit() -> None:
    """No line ends between 300 and mm, or between 57.3 and 亿元; other words of a title are apart."""
    pieces = keep_words("在克罗勒建设 300 mm 晶圆厂，投资 57.3 亿元")

    assert {"300\u00a0mm", "晶圆厂，"} <= {*pieces}
    assert [piece for piece in pieces if piece.startswith("57.3\u00a0亿")]


def test_no_line_begins_or_ends_with_the_wrong_punctuation() -> None:
    """A bracket stays with what it holds, a joined name such as 5G+工业互联网 in one piece."""
    pieces = keep_words("工信部印发《工业互联网创新发展行动计划（2021-2023 年）》，5G+工业互联网")

    assert not [piece for piece in pieces if piece[-1] in "（《+" or piece[0] in "）》，+"]
    assert "5G+工业" in pieces
