"""Tests of the Word reader on files: what Word opens is read, everything else is refused with the true reason."""

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from PIL import Image

from tests.bulletin.readers.word_files import p, read_bytes, read_word, word_file
from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.readers.docx.package import DamagedPart, WordPackage
from wxbot.errors import BulletinError

WHOLE = word_file(p("会议召开。"))


def repacked(change: Callable[[str, bytes], tuple[str, bytes] | None], whole: bytes = WHOLE) -> bytes:
    """Return a file whose parts were changed one by one; None leaves a part out."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(*changed)
    return written.getvalue()


def archive(**parts: str) -> bytes:
    """Return an archive with these files; an underscore stands for a slash."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as new:
        for name, text in parts.items():
            new.writestr(name.replace("_", "/") + ".xml", text)
    return written.getvalue()


def _strict(name: str, data: bytes) -> tuple[str, bytes]:
    """Return a part in the namespaces of Strict Open XML."""
    for usual, strict in (
        ("wordprocessingml/2006/main", "wordprocessingml/main"),
        ("officeDocument/2006/", "officeDocument/"),
    ):
        data = data.replace(
            f"http://schemas.openxmlformats.org/{usual}".encode(),
            f"http://purl.oclc.org/ooxml/{strict}".encode(),
        )
    return name, data


def _wide(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the document in UTF-16."""
    return name, data.decode().encode("utf-16") if name == "word/document.xml" else data


@pytest.mark.parametrize(
    "whole",
    [
        repacked(_strict),
        repacked(_wide),
        repacked(lambda name, data: (name.replace("/", "\\"), data)),
        repacked(lambda name, data: (name.replace("document.xml", "Document.XML"), data)),
        repacked(lambda name, data: None if name == "_rels/.rels" else (name, data)),
        repacked(lambda name, data: None if name == "word/_rels/document.xml.rels" else (name, data)),
        word_file(
            p("会议召开。"),
            links={"a": ("image", "../NULL"), "b": ("styles", "gone.xml"), "c": ("hyperlink", "#_Toc1")},
        ),
    ],
    ids=[
        "strict",
        "utf-16",
        "backslashes",
        "case",
        "no package relations",
        "no relations",
        "relations to nothing",
    ],
)
def test_what_word_opens_is_read(whole: bytes) -> None:
    """Strict Open XML, other encodings and spellings of names, and relationships to nothing are read."""
    assert ["会议召开。"] == [line.text for line in read_bytes(whole).lines if not line.drop_reason]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ENTITIES = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        (OLE + "WordDocument".encode("utf-16-le"), "旧版 Word"),
        (OLE, "旧版 Office"),
        (WHOLE[: len(WHOLE) // 2], "没有传完"),
        ("2021年第2期".encode(), "不是完好的 Word"),
        (archive(a="<a/>"), "没有 Word 的正文"),
        (archive(xl_workbook="<a/>"), "Excel"),
        (archive(ppt_presentation="<a/>"), "PowerPoint"),
        (archive(word_document="<w:document"), "XML 有错误"),
        (archive(word_document=f"{ENTITIES}<document>&b;</document>"), "实体"),
        (archive(word_document="<a>" * 3000 + "</a>" * 3000), "嵌套太深"),
    ],
)
def test_refusals_give_the_true_reason(whole: bytes, reason: str) -> None:
    """A refusal says what is wrong with the file, and what to do."""
    with pytest.raises(BulletinError, match=reason) as refused:
        read_bytes(whole)

    assert refused.value.remedy


def test_a_password_of_the_archive_is_named() -> None:
    """An archive whose files are encrypted needs a password."""
    whole = bytearray(WHOLE)
    at = whole.find(b"PK\x01\x02")
    while at >= 0:
        whole[at + 8] |= 1
        at = whole.find(b"PK\x01\x02", at + 1)

    with pytest.raises(BulletinError, match="有密码"):
        read_bytes(bytes(whole))


def test_sizes_are_counted_while_inflating() -> None:
    """A document that inflates to more than the limit is refused there, whatever size it states."""
    whole = word_file(p("文") + " " * 2**20)
    false = bytearray(whole)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = false.find(signature)
        while at >= 0:
            false[at + offset : at + offset + 4] = (1000).to_bytes(4, "little")
            at = false.find(signature, at + 1)

    with pytest.raises(BulletinError, match="太大"):
        WordPackage(whole, "a.docx", max_xml=2**19).main_part()
    with pytest.raises(BulletinError, match="数据已损坏"):
        WordPackage(bytes(false), "a.docx", max_xml=2**19).main_part()


def test_a_picture_larger_than_the_limit_is_left_out() -> None:
    """A picture that inflates beyond the limit is not read."""
    package = WordPackage(word_file("", files={"word/a.bmp": bytes(2**20)}), "a.docx", max_media=2**19)

    with pytest.raises(DamagedPart, match="MB"):
        package.media("word/a.bmp")


def test_damaged_parts_beside_the_document_are_named() -> None:
    """A document without readable notes or styles is read; the parts that are damaged are reported."""
    lines = read_bytes(
        repacked(
            lambda name, data: (name, b"<w:foot" if name == "word/footnotes.xml" else data),
            word_file(p("会议召开。"), parts={"footnotes": ""}),
        )
    ).lines

    assert [("会议召开。", ""), ("［word/footnotes.xml：XML 有错误］", "damaged part")] == [
        (line.text, line.drop_reason) for line in lines
    ]


CHUNK = '<w:altChunk r:id="c"/>'
PAGE = "<html><body><p>会议召开。</p></body></html>"
ARCHIVED = (
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + PAGE
)


@pytest.mark.parametrize(
    ("name", "content", "text", "reason"),
    [
        ("a.html", PAGE, "会议召开。", ""),
        ("a.mht", ARCHIVED, "会议召开。", ""),
        ("a.txt", "会议召开。", "会议召开。", ""),
        ("a.rtf", "{\\rtf1}", "［嵌入的文档 word/a.rtf", "embedded document"),
        ("a.html", "<html></html>", "［嵌入的文档读不出", "embedded document"),
    ],
)
def test_embedded_documents_are_read_or_named(name: str, content: str, text: str, reason: str) -> None:
    """A page, web archive or text in place of Word's text is read; of other formats it is said that they are not."""
    (line,) = read_word(CHUNK, files={f"word/{name}": content.encode()}, links={"c": ("aFChunk", name)}).lines

    assert line.text.startswith(text)
    assert reason == line.drop_reason


def test_blank_paragraphs_are_a_gap() -> None:
    """Blank paragraphs are counted and not kept."""
    last = read_word(p("上") + "<w:p/>" * 5_000 + p("下")).lines[-1]

    assert ("下", 5_000, 2) == (last.text, last.gap, last.at)


def _nested_boxes(levels: int) -> str:
    """Return text boxes inside one another."""
    inner = p("最里") if levels == 0 else p(f"第{levels}层") + _nested_boxes(levels - 1)
    box = f"<v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox>"
    return f"<w:p><w:r><w:pict><v:shape>{box}</v:shape></w:pict></w:r></w:p>"


def _nested_tables(levels: int) -> str:
    """Return tables inside one another."""
    inner = _nested_tables(levels - 1) if levels else p("最里")
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    return f"<w:tbl>{row.format(p('甲') + inner, p('乙'))}{row.format(p('丙'), p('丁'))}</w:tbl>"


@pytest.mark.parametrize(
    ("body", "count"),
    [(_nested_boxes(60), 61), (_nested_tables(100), 1 + 4 * 101)],
    ids=["text boxes", "tables"],
)
def test_text_nested_deep_is_kept_once(body: str, count: int) -> None:
    """However deep text boxes and tables are nested, each paragraph is read once."""
    text = "\n".join(line.text for line in read_word(body).lines)

    assert 1 == text.count("最里")
    assert count == len(
        [word for line in text.split("\n") for word in line.split(" | ") for word in word.split()]
    )


def test_huge_numbers_are_held_within_bounds() -> None:
    """Spans of a thousand million columns and starts of five thousand digits cost nothing."""
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="' + "9" * 5000 + '"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    wide = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr><w:p/></w:tc></w:tr>'
    item = p("一项", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')

    (line,) = read_word(f"<w:tbl>{wide}</w:tbl>{item}", parts={"numbering": numbering}).lines

    assert line.text.endswith("一项")
    assert len(line.text) < 20


def test_many_links_in_a_paragraph_are_spans() -> None:
    """Thousands of links in one paragraph are spans in order."""
    links = {f"l{at}": ("hyperlink", f"https://example.org/{at}") for at in range(3000)}
    body = "".join(f'<w:hyperlink r:id="{id_}"><w:r><w:t>文</w:t></w:r></w:hyperlink>' for id_ in links)

    (line,) = read_word(f"<w:p>{body}</w:p>", links=links).lines

    assert [url for _, url in links.values()] == [span.url for span in line.spans]


def test_pictures_of_a_web_archive_are_kept() -> None:
    """A picture in an embedded web archive stands in its place in the text."""
    pixels = io.BytesIO()
    Image.new("RGB", (40, 30)).save(pixels, "PNG")
    page = EmailMessage()
    page.set_content('<html><body><p>会场。</p><img src="file:///C:/a.png"></body></html>', subtype="html")
    page.add_related(pixels.getvalue(), "image", "png", headers=["Content-Location: file:///C:/a.png"])

    found = read_word(CHUNK, files={"word/a.mht": page.as_bytes()}, links={"c": ("aFChunk", "a.mht")})

    assert [pixels.getvalue()] == list(found.pictures.values())
    assert [True] == [isinstance(line.block, Picture) for line in found.lines if line.block]
