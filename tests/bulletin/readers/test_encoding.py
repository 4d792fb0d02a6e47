"""Tests of the encodings of texts and pages."""

import pytest

from wxbot.bulletin.readers.encoding import declared_encoding, decode
from wxbot.errors import BulletinError

TEXT = "云海联盟简报\n2021 年第 2 期\n近日，云海新码头正式开港，首批两条航线同日开通。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_reads_the_same_in_each_encoding(encoding: str) -> None:
    """UTF-8, GB18030, GBK and UTF-16, with or without a byte order mark, give the same text."""
    assert TEXT == decode(TEXT.encode(encoding), "简报.txt")


def test_a_few_damaged_bytes_do_not_make_a_text_another_encoding() -> None:
    """A file that ends in the middle of a character is still UTF-8, with U+FFFD at its end."""
    cut = (TEXT * 3).encode()[:-3]

    text = decode(cut, "简报.txt")

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
        decode(data, "简报.txt")

    assert "简报.txt" == refused.value.file
    assert refused.value.remedy


def test_traditional_characters_in_big5_are_read() -> None:
    """Big5 text is detected and decoded."""
    text = "聯盟簡報\n第 4 期\n本會於三月九日舉行研討會，共有一百二十人參加，會中發表論文十五篇。\n"

    assert text == decode(text.encode("big5"), "a.txt")


def test_a_null_byte_in_a_text_is_a_damaged_place() -> None:
    """A stray null byte becomes U+FFFD, and the rest is read."""
    text = "云海联盟简报\n新桥通车了，往来的人很多。\n" * 20

    assert f"\ufffd{text}" == decode(b"\0" + text.encode(), "a.txt")


@pytest.mark.parametrize("name", ["gb2312", "GBK", "gb18030", "utf-8", "big5"])
def test_a_page_states_its_encoding(name: str) -> None:
    """The encoding that a page declares is taken where its bytes fit it."""
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={name}"><p>第四期，聯盟。</p>'
    data = page.encode("gb18030" if name.lower().startswith("gb") else name)

    assert page == decode(data, "a.html", declared_encoding(data))


@pytest.mark.parametrize("name", ["gb2312", "x-unknown", "utf-16", "base64"])
def test_a_wrong_declaration_does_no_harm(name: str) -> None:
    """UTF-8 text is read as such whatever the page declares."""
    page = f'<meta charset="{name}"><p>云海联盟简报，第二期。</p>'

    assert page == decode(page.encode(), "a.html", declared_encoding(page.encode()))
