"""Tests of the plain text reader: encodings, indents, gaps, table rows."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin.readers import txt
from wxbot.errors import BulletinError

TEXT = "云海联盟简报\n2021 年第 2 期\n近日，云海新码头正式开港，首批两条航线同日开通。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_reads_the_same_in_each_encoding(encoding: str) -> None:
    """UTF-8, GB18030, GBK and UTF-16, with or without a byte order mark, give the same text."""
    assert TEXT == txt.decode(TEXT.encode(encoding), "简报.txt")


def test_a_few_damaged_bytes_do_not_make_a_text_another_encoding() -> None:
    """A file that ends in the middle of a character is still UTF-8, with U+FFFD at its end."""
    cut = (TEXT * 3).encode()[:-3]

    text = txt.decode(cut, "简报.txt")

    assert text.startswith(TEXT * 2)
    assert text.endswith("\ufffd")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空文件"),
        (b" \r\n\t ", "空文件"),
        (b"\x00\x01\x02\x03", "二进制"),
        (bytes(range(128, 256)) * 9, "无法识别"),
        (b"\x01\x02\x03 abc", "无法识别"),
    ],
)
def test_files_without_text_are_refused(data: bytes, says: str) -> None:
    """Empty and binary files are refused with reason, file and remedy."""
    with pytest.raises(BulletinError, match=says) as refused:
        txt.decode(data, "简报.txt")

    assert "简报.txt" == refused.value.file
    assert refused.value.remedy


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_refused(data: bytes) -> None:
    """Any bytes give lines or a BulletinError."""
    with contextlib.suppress(BulletinError):  # the only thing that may come out beside lines
        assert all(line.at > 0 for line in txt.lines(txt.decode(data, "x.txt")))


def test_lines_have_number_indent_and_gap() -> None:
    """Number, indent in columns (a full-width space is two) and empty lines before are recorded."""
    lines = txt.lines("题目\n\n\n 一格\n　　两字\n\t制表\n")

    assert [(1, 0, 0), (4, 1, 2), (5, 4, 0), (6, 4, 0)] == [
        (line.at, line.indent, line.gap) for line in lines
    ]
    assert ["题目", "一格", "两字", "制表"] == [line.text for line in lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_count_the_same(end: str) -> None:
    """Unix, Windows and old Macintosh line ends give the same lines."""
    assert txt.lines("一\n\n二\n") == txt.lines(f"一{end}{end}二{end}")


def test_a_form_feed_starts_a_page() -> None:
    """A form feed, before text, after text or alone, starts a page."""
    lines = txt.lines("一\f\n\f二\n三\f四\n")

    assert [("一", False), ("", True), ("二", True), ("三", False), ("四", True)] == [
        (line.text, line.page_start) for line in lines
    ]


def rows(text: str) -> list[str]:
    """Return the lines of a text that are table rows."""
    return [line.text for line in txt.lines(text) if line.table_row]


def test_wide_blanks_inside_lines_make_rows_of_a_table() -> None:
    """Three cells make a row, two only beside another row; a row is a complete line."""
    text = "上文\n区县    降水量    距平\n临江区  51.2  +38%\n合计    99.0\n下文\n"

    assert ["区县 降水量 距平", "临江区 51.2 +38%", "合计 99.0"] == rows(text)
    assert all(line.complete for line in txt.lines(text) if line.table_row)


@pytest.mark.parametrize(
    "text",
    ["长　　河　　商　　会\n", "秘书处编    2024年3月1日\n正文\n", "提供了支持，  有助于\n人才，  融入\n"],
)
def test_other_wide_blanks_make_none(text: str) -> None:
    """Letter-spaced names, mastheads of two parts and blanks after a comma are not tables."""
    assert [] == rows(text)


def test_traditional_characters_in_big5_are_read() -> None:
    """Big5 text is detected and decoded."""
    text = "聯盟簡報\n第 4 期\n本會於三月九日舉行研討會，共有一百二十人參加，會中發表論文十五篇。\n"

    assert text == txt.decode(text.encode("big5"), "a.txt")


def test_a_null_byte_in_a_text_is_a_damaged_place() -> None:
    """A stray null byte becomes U+FFFD, and the rest is read."""
    text = "云海联盟简报\n新桥通车了，往来的人很多。\n" * 20

    assert f"\ufffd{text}" == txt.decode(b"\0" + text.encode(), "a.txt")
