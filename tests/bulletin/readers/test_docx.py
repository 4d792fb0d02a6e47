"""Tests of the Word reader."""

import io

import docx
import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.bulletin.readers.word_files import read_bytes
from wxbot import bulletin
from wxbot.bulletin import Line
from wxbot.bulletin.blocks import Picture, Span
from wxbot.errors import BulletinError


def saved(document: Document) -> bytes:
    """Return the bytes of a document."""
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def read(document: Document) -> tuple[Line, ...]:
    """Save a document and read its lines."""
    return read_bytes(saved(document)).lines


def linked(document: Document, words: str, address: str) -> None:
    """Add a paragraph that consists of a link."""
    paragraph = document.add_paragraph()
    target = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), target)
    run = paragraph.add_run(words)._r
    link.append(run)
    paragraph._p.append(link)


def test_levels_bold_type_and_numbers_are_read() -> None:
    """Levels, bold type and the numbers that Word prints are read."""
    document = docx.Document()
    document.add_heading("行业动态", 1)
    document.add_paragraph().add_run("灯塔恢复照明").bold = True
    document.add_paragraph("先看天气。", style="List Number")
    document.add_paragraph("再看潮汐。", style="List Number")
    document.add_paragraph("带上雨衣。", style="List Bullet")

    found = read(document)

    assert [1, 0, 0, 0, 0] == [line.level for line in found]
    assert [True, True, False, False, False] == [line.bold for line in found]
    assert ["1. 先看天气。", "2. 再看潮汐。", "· 带上雨衣。"] == [line.text for line in found[2:]]


def test_a_row_is_one_line_and_a_frame_is_none() -> None:
    """The cells of a row make one line; a table of a single cell is a frame around paragraphs."""
    document = docx.Document()
    head = document.add_table(1, 2)
    head.cell(0, 0).text, head.cell(0, 1).text = "第 7 期", "2023 年 7 月 20 日"
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "编者按"
    frame.cell(0, 0).add_paragraph("本期改版。")

    assert ["第 7 期 2023 年 7 月 20 日", "编者按", "本期改版。"] == [line.text for line in read(document)]


def test_a_break_inside_a_paragraph_begins_a_line() -> None:
    """A line break (Shift+Enter) starts a new line."""
    document = docx.Document()
    document.add_paragraph("灯塔恢复照明\n四月五日起恢复。")

    assert ["灯塔恢复照明", "四月五日起恢复。"] == [line.text for line in read(document)]


def test_links_and_deleted_words() -> None:
    """A link keeps its text and address; text deleted with change tracking is ignored."""
    document = docx.Document()
    linked(document, "全文", "https://example.org/full")
    paragraph = document.add_paragraph("保留的话")
    struck = OxmlElement("w:del")
    struck.append(paragraph.add_run("删去的话")._r)
    paragraph._p.append(struck)

    found = read(document)

    assert (Span("全文", url="https://example.org/full"),) == found[0].spans
    assert ["全文", "保留的话"] == [line.text for line in found if not line.drop_reason]
    assert [("［1 处修订中删去的内容，未收入］", "deleted text")] == [
        (line.text, line.drop_reason) for line in found if line.drop_reason
    ]


def test_a_picture_stands_in_its_place() -> None:
    """A picture is a block of its own between the lines, and its bytes are kept by digest."""
    document = docx.Document()
    pixels = io.BytesIO()
    Image.new("RGB", (40, 30)).save(pixels, "PNG")
    document.add_paragraph("上文。")
    document.add_picture(pixels)
    document.add_paragraph("下文。")

    found = read_bytes(saved(document))

    before, line, after = found.lines
    assert isinstance(line.block, Picture)
    assert ("上文。", "下文。") == (before.text, after.text)
    assert (40, 30, pixels.getvalue()) == (
        line.block.width,
        line.block.height,
        found.pictures[line.block.digest],
    )


def test_headers_footers_and_notes_are_set_aside() -> None:
    """Page headers, footers and footnotes are dropped with their reasons."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "灯塔简讯"
    document.sections[0].footer.paragraphs[0].text = "内部交流"
    document.add_paragraph("灯塔简讯")
    document.add_paragraph("灯塔恢复照明。")
    note = "<w:footnote><w:p><w:r><w:t>据港务局</w:t></w:r></w:p></w:footnote>"
    notes = f'<w:footnotes xmlns:w="{nsmap["w"]}">{note}</w:footnotes>'
    part = Part(PackURI("/word/footnotes.xml"), "application/xml", notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    assert [
        ("灯塔简讯", "page header"),
        ("灯塔简讯", ""),
        ("灯塔恢复照明。", ""),
        ("据港务局", "footnote"),
        ("内部交流", "page footer"),
    ] == [(line.text, line.drop_reason) for line in read(document)]


def test_a_bulletin_typed_in_word_becomes_an_issue() -> None:
    """A bulletin with its masthead in a table, bracketed sections and bold titles is parsed."""
    document = docx.Document()
    document.add_paragraph("灯 塔 简 讯")
    head = document.add_table(1, 2)
    head.cell(0, 0).text, head.cell(0, 1).text = "2023年第7期（总第31期）", "2023年7月20日"
    document.add_paragraph("灯塔协会秘书处编")
    for name, title in (("要闻", "东岸灯塔恢复夜间照明"), ("公告", "下月维修西岸码头")):
        document.add_paragraph(f"【{name}】")
        document.add_paragraph().add_run(title).bold = True
        document.add_paragraph("停用三年之后，各方准备就绪，本月起照常使用。")

    found = bulletin.parse(read(document))

    assert ("2023-07", 31, "灯塔简讯") == (found.number, found.total, found.title)
    assert ["东岸灯塔恢复夜间照明", "下月维修西岸码头"] == [article.title for article in found.articles]
    assert ["要闻", "公告"] == [section.name for section in found.sections]


def outcome(whole: bytes) -> tuple[Line, ...] | str:
    """Return the lines of a file, or the remedy if it is refused."""
    try:
        return read_bytes(whole).lines
    except BulletinError as refused:
        return refused.remedy


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 100_000), data=st.binary(min_size=1, max_size=30))
def test_a_damaged_file_is_read_or_refused(at: int, data: bytes) -> None:
    """A damaged file gives lines, or a BulletinError with a remedy."""
    start = at % len(WHOLE)
    whole = WHOLE[:start] + data + WHOLE[start + len(data) :]

    found = outcome(whole)

    assert found
    assert isinstance(found, str) or all(line.text or line.block for line in found)


def test_another_archive_is_no_word_file() -> None:
    """A text file with the suffix .docx is refused."""
    with pytest.raises(BulletinError, match="不是完好的 Word"):
        read_bytes("2021年第2期".encode())


def _whole() -> bytes:
    """Return a document with a heading, a list and a table."""
    document = docx.Document()
    document.add_heading("一、要闻", 1)
    document.add_paragraph("灯塔恢复照明。", style="List Number")
    document.add_table(1, 2).cell(0, 0).text = "甲"
    return saved(document)


WHOLE = _whole()
