"""Tests of the PDF reader."""

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.bulletin.printing import Filled, Linked, Printed, Set, Shown, file_of, pdf, ruled
from wxbot import bulletin
from wxbot.bulletin import Line
from wxbot.bulletin.blocks import Picture, Table, paragraphs
from wxbot.bulletin.model import Document, Source
from wxbot.bulletin.readers import pdf as reader
from wxbot.bulletin.readers import txt
from wxbot.bulletin.readers.pdf.characters import Turn, read_runs
from wxbot.bulletin.readers.pdf.drawn_fonts import DrawnFonts
from wxbot.bulletin.readers.pdf.graphics import read_graphics
from wxbot.bulletin.readers.pdf.picture_bytes import PictureBytes
from wxbot.bulletin.readers.pdf.typefaces import Typefaces
from wxbot.errors import BulletinError


def lines(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a file."""
    return reader.document(Source("a.pdf", data)).lines


BODY = [Set(f"岸边的灯塔在第{n}天换上了新的灯泡，夜里更亮了一些", 60, 700 - 18 * n) for n in range(1, 9)]


def test_type_larger_than_the_text_has_a_rank() -> None:
    """The largest type is level 1, the next level 2, and the text level 0."""
    page: list[Printed] = [Set("灯塔简讯", 240, 800, 30), Set("要闻", 60, 740, 20), *BODY]

    found = lines(pdf(page))

    assert [("灯塔简讯", 1), ("要闻", 2)] == [(line.text, line.level) for line in found[:2]]
    assert {0} == {line.level for line in found[2:]}


def test_indents_gaps_and_pages_are_read() -> None:
    """Indent, gap and page start of lines are computed."""
    first = [*BODY, Set("另起一段的灯塔", 84, 700 - 18 * 9), Set("隔了两行", 60, 700 - 18 * 12)]

    found = lines(pdf(first, [Set("下一页", 60, 700)]))

    assert [4, 0, 0] == [line.indent for line in found[-3:]]
    assert [0, 2] == [line.gap for line in found[-3:-1]]
    assert [False, False, True] == [line.page_start for line in found[-3:]]


def test_two_columns_are_read_one_after_the_other_as_the_file_has_them() -> None:
    """Two columns are read one after the other, with indents from their own left edge."""
    left = [Set(f"左栏第{n}行的文字", 60, 700 - 18 * n) for n in range(5)]
    right = [Set(f"右栏第{n}行的文字", 320, 700 - 18 * n) for n in range(5)]

    found = lines(pdf([*left, *right]))

    assert [line.text for line in (*left, *right)] == [line.text for line in found]
    assert {0} == {line.indent for line in found}


def test_lines_that_the_file_has_in_no_order_are_read_from_top_to_bottom() -> None:
    """A page stored from bottom to top is read from top to bottom."""
    found = lines(pdf(BODY[::-1]))

    assert [line.text for line in BODY] == [line.text for line in found]


def test_a_heading_that_wraps_is_one_line() -> None:
    """A wrapped heading is joined; two headings with free space stay separate."""
    long = "协会与三所大学签订关于建立海岸观测站的合"
    page: list[Printed] = [
        Set(long, 60, 760, 24),
        Set("作协议", 60, 730, 24),
        *BODY,
        Set("甲处", 60, 500, 24),
        Set("乙处", 60, 470, 24),
    ]

    found = [line.text for line in lines(pdf(page)) if line.level]

    assert [f"{long}作协议", "甲处", "乙处"] == found


def test_a_bulletin_on_paper_becomes_an_issue() -> None:
    """Masthead, sections, titles and paragraphs are parsed, and the page number is dropped."""
    page: list[Printed] = [
        Set("灯 塔 简 讯", 220, 790, 30),
        Set("2023 年第 4 期  2023 年 4 月 12 日  灯塔协会编", 130, 750),
        Set("【要 闻】", 60, 720),
        Set("东岸灯塔恢复夜间照明", 60, 700, 14),
        Set("四月五日，停用三年的东岸灯塔恢复夜间照明，渔船可以在十海里外看", 84, 680),
        Set("见灯光。", 60, 662),
        Set("【公 告】", 60, 640),
        Set("下月维修西岸码头", 60, 620, 14),
        Set("维修期间码头暂停停靠。", 84, 600),
        Set("1", 295, 40),
    ]

    found = bulletin.parse(lines(pdf(page)))

    assert ("2023-04", "灯塔简讯", "灯塔协会") == (found.number, found.title, found.editor)
    assert [("要闻", ["东岸灯塔恢复夜间照明"]), ("公告", ["下月维修西岸码头"])] == [
        (section.name, [article.title for article in section.articles]) for section in found.sections
    ]
    assert ("四月五日，停用三年的东岸灯塔恢复夜间照明，渔船可以在十海里外看见灯光。",) == found.articles[
        0
    ].paragraphs
    assert "1" in [dropped.text for dropped in found.dropped]


def test_signs_that_only_look_like_characters_are_those_characters() -> None:
    """Radicals and compatibility characters are replaced by the 汉字 they look like, so that search finds them."""
    found = lines(pdf([Set("银行长门", 60, 700)]))

    assert ["银行长门"] == [line.text for line in found]
    assert ["长风与日月"] == [line.text for line in txt.lines("⻓⻛与⽇⽉")]


def test_a_scan_is_refused_with_what_to_do() -> None:
    """A scan without text is refused, and the remedy suggests the Word file."""
    with pytest.raises(BulletinError, match="扫描件") as refused:
        lines(pdf([]))

    assert "Word" in refused.value.remedy


def outcome(whole: bytes) -> tuple[Line, ...] | str:
    """Return the lines of a file, or the remedy if it is refused."""
    try:
        return lines(whole)
    except BulletinError as refused:
        return refused.remedy


@settings(max_examples=30, deadline=None)
@given(at=st.integers(0, 4000), data=st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused(at: int, data: bytes) -> None:
    """A damaged file gives lines or a BulletinError."""
    whole = WHOLE[: at % len(WHOLE)] + data + WHOLE[at % len(WHOLE) + len(data) :]

    found = outcome(whole)

    assert found
    assert isinstance(found, str) or all(line.text for line in found)


WHOLE = pdf(BODY)


def document(*pages: Sequence[Printed]) -> Document:
    """Return the content of a file with these pages."""
    return reader.document(Source("a.pdf", pdf(*pages)))


def texts(found: Document) -> list[str]:
    """Return the texts that were not left out."""
    return [line.text for line in found.lines if not line.drop_reason]


def left_out(found: Document) -> list[tuple[str, str]]:
    """Return the texts that were left out, with the reasons."""
    return [(line.text, line.drop_reason) for line in found.lines if line.drop_reason]


def rows(table: object) -> list[list[str]]:
    """Return the texts of the cells of a table."""
    assert isinstance(table, Table)
    return [[" ".join(paragraphs(cell.blocks)) for cell in row] for row in table.rows]


def jpeg(width: int = 120, height: int = 80, colour: str = "navy") -> bytes:
    """Return a picture."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


def test_quotes_that_the_file_holds_behind_the_line_stand_in_their_place() -> None:
    """Characters are ordered by their place, not by their order in the file."""
    page: list[Printed] = [
        Set("灯塔的", 60, 700),
        Set("日修好了", 108, 700),
        Set("“", 96, 700),
        Set("”", 156, 700),
        *BODY[1:],
    ]

    assert "灯塔的“日修好了”" == texts(document(page))[0]


def test_a_quote_of_another_font_has_no_blank_beside_it() -> None:
    """The library computes a blank for the gap in which the quote stands; the text has none."""
    found = bulletin.read(Path(__file__).parents[1] / "cases" / "18-quotes-out-of-order.pdf")

    assert found.lines[3].text == "图书馆升级“自助借还2.0”设备"


def test_a_page_without_text_is_passed_over() -> None:
    """An empty page between two others costs nothing."""
    assert ["前一页", "后一页"] == texts(document([Set("前一页", 60, 700)], [], [Set("后一页", 60, 700)]))


def test_lines_that_rules_enclose_are_a_table() -> None:
    """Rules draw a table; a missing rule joins two cells, and the first row of labels is its header."""
    page: list[Printed] = [
        *BODY,
        *ruled([60, 160, 260, 360], [380, 400, 440]),
        Filled(59.5, 420, 101, 1),
        Filled(160, 419.5, 200, 1),
        Set("单位", 65, 425),
        Set("会费", 165, 425),
        Set("备注", 265, 425),
        Set("会长单位", 65, 405),
        Set("50000", 165, 405),
        Set("可分两期", 265, 405),
        Set("理事单位", 65, 385),
        Set("10000", 165, 385),
        Set("表后的话。", 60, 350),
    ]

    found = document(page)

    tables = [line.block for line in found.lines if line.block]
    assert [["单位", "会费", "备注"], ["会长单位", "50000", "可分两期"], ["理事单位", "10000", ""]] == rows(
        *tables
    )
    assert isinstance(tables[0], Table)
    assert [True, False, False] == [row[0].header for row in tables[0].rows]
    assert "表后的话。" == found.lines[-1].text


def test_a_cell_without_rules_inside_covers_several_places() -> None:
    """A heading over two columns is one cell that covers both."""
    page: list[Printed] = [
        *BODY,
        *ruled([60, 260], [400, 440]),
        Filled(60, 419.5, 200, 1),
        Filled(159.5, 400, 1, 20),
        Set("上半年", 130, 425),
        Set("数量", 65, 405),
        Set("单价", 165, 405),
    ]

    (table,) = [line.block for line in document(page).lines if line.block]

    assert isinstance(table, Table)
    assert [(2, 1)] == [(cell.colspan, cell.rowspan) for cell in table.rows[0]]
    assert [["上半年"], ["数量", "单价"]] == rows(table)


def test_a_table_goes_on_on_the_next_page() -> None:
    """A page break inside a table divides neither the table nor repeats its header."""
    xs = [60, 160, 260]
    head = [Set("姓名", 65, 705), Set("单位", 165, 705)]
    first = [*ruled(xs, [680, 700, 720]), *head, Set("周砚", 65, 685), Set("合作社", 165, 685)]
    second = [*ruled(xs, [680, 700, 720]), *head, Set("林屿", 65, 685), Set("供销社", 165, 685)]

    (table,) = [line.block for line in document(first, second).lines if line.block]

    assert [["姓名", "单位"], ["周砚", "合作社"], ["林屿", "供销社"]] == rows(table)


def test_rows_of_aligned_texts_are_a_table_without_rules() -> None:
    """Three rows of short texts below each other are a table; a table of contents is not."""
    names = [("姓名", "单位"), ("周砚", "合作社"), ("林屿", "供销社")]
    page: list[Printed] = [
        *BODY,
        *(
            Set(text, x, 500 - 18 * n)
            for n, row in enumerate(names)
            for x, text in zip((60, 200), row, strict=True)
        ),
    ]
    contents: list[Printed] = [*BODY, *(Set(f"第{n}条消息的标题", 60, 500 - 18 * n) for n in range(4))]
    contents += [Set(str(n), 400, 500 - 18 * n) for n in range(4)]

    assert [["姓名", "单位"], ["周砚", "合作社"], ["林屿", "供销社"]] == rows(document(page).lines[-1].block)
    assert not any(line.block for line in document(contents).lines)


def test_a_heading_across_two_columns_divides_them() -> None:
    """A heading over both columns is read after the columns above it and before those below."""
    sides = [("左", 60), ("右", 320)]
    upper = [Set(f"{side}上第{n}行的一些文字", x, 700 - 18 * n) for side, x in sides for n in range(4)]
    lower = [Set(f"{side}下第{n}行的一些文字", x, 560 - 18 * n) for side, x in sides for n in range(4)]
    heading = Set("横贯两栏的一个很长的标题写在这里", 120, 600, 20)

    found = texts(document([*lower, heading, *upper]))

    assert [line.text for line in (*upper, heading, *lower)] == found


def test_a_picture_stands_in_its_place() -> None:
    """A picture is a line of its own between the lines around it, and its bytes are kept."""
    found = document([*BODY, Shown(jpeg(), 60, 400, 180, 120), Set("图1 灯塔", 100, 380)])

    picture = found.lines[-2].block
    assert isinstance(picture, Picture)
    assert (120, 80) == (picture.width, picture.height)
    assert found.pictures[picture.digest].startswith(b"\xff\xd8")
    assert "图1 灯塔" == found.lines[-1].text


def test_a_logo_on_each_page_is_left_out() -> None:
    """A picture that all pages show at one place is reported, and not published."""
    logo = Shown(jpeg(40, 40), 500, 790, 30, 30)

    found = document([*BODY, logo], [*BODY, logo])

    assert not found.pictures
    assert 2 == sum(reason == "picture" for _, reason in left_out(found))


def test_links_are_spans_of_their_line() -> None:
    """A link covers its characters only."""
    page: list[Printed] = [
        *BODY,
        Set("详见协会网站的通知", 60, 400),
        Linked("https://example.org/a", 84, 396, 48, 16),
    ]

    spans = document(page).lines[-1].spans

    linked = ("协会网站", "https://example.org/a")
    assert [("详见", ""), linked, ("的通知", "")] == [(one.text, one.url) for one in spans]


def test_watermarks_are_left_out() -> None:
    """Slanted and faint type over the text is reported, and not published."""
    page: list[Printed] = [
        *BODY,
        Set("内部资料", 150, 500, 48, angle=35, colour=0xCCCCCC),
        Set("严禁外传", 150, 300, 60, alpha=40),
        Set("传阅件", 150, 200, 60, colour=0xDDDDDD),
    ]

    found = document(page)

    assert [line.text for line in BODY] == texts(found)
    assert {("内部资料", "watermark"), ("严禁外传 传阅件", "watermark")} == set(left_out(found)) or {
        "watermark"
    } == {reason for _, reason in left_out(found)}


def test_hidden_text_is_not_printed() -> None:
    """White text on white paper is not shown to anybody; on a dark area it is a heading."""
    banner: list[Printed] = [
        Filled(60, 556, 300, 20, 0xCC0000),
        Set("社务动态", 70, 560, 14, colour=0xFFFFFF),
    ]

    found = document([*BODY[:5], *banner, Set("看不见的话", 60, 500, colour=0xFFFFFF)])

    assert "社务动态" in texts(found)
    assert "看不见的话" not in str(found)
    assert ["hidden text"] == [reason for _, reason in left_out(found)]


def test_what_a_browser_prints_around_the_page_is_left_out() -> None:
    """Date, title, address and page number of a browser are no text of the bulletin."""
    page: list[Printed] = [
        Set("2026/12/4 09:05", 24, 825, 8),
        Set("灯塔简讯", 280, 825, 8),
        *BODY,
        Set("https://example.org/july.html", 24, 14, 8),
        Set("1/1", 560, 14, 8),
    ]

    found = document(page)

    assert [line.text for line in BODY] == texts(found)
    assert [
        ("2026/12/4 09:05 灯塔简讯", "browser header"),
        ("https://example.org/july.html 1/1", "browser header"),
    ] == left_out(found)


def test_headers_and_page_numbers_are_left_out() -> None:
    """A header is kept on the first page, where it may name the publication; page numbers never."""
    pages = [[Set("灯塔简讯 2026年第7期", 60, 810, 9), *BODY, Set(f"— {n} —", 290, 30)] for n in (1, 2, 3)]

    found = document(*pages)

    assert 1 == texts(found).count("灯塔简讯 2026年第7期")
    assert [
        ("— 1 —", "page number"),
        ("灯塔简讯 2026年第7期", "running header"),
        ("— 2 —", "page number"),
        ("灯塔简讯 2026年第7期", "running header"),
        ("— 3 —", "page number"),
    ] == left_out(found)


def test_footnotes_are_notes() -> None:
    """Small type below a short rule is the note that a superscript refers to."""
    page: list[Printed] = [
        *BODY,
        Set("报告已经公布", 60, 500),
        Set("1", 132.5, 504.5, 7),
        Set("，请查阅。", 137, 500),
        Filled(60, 100, 120, 0.7),
        Set("1", 60, 83.5, 5),
        Set("见《年报》第12页。", 65, 80, 9),
    ]

    found = document(page)

    assert ("报告已经公布1，请查阅。", "1") == (found.lines[-1].text, found.lines[-1].spans[1].note)
    assert "super" == found.lines[-1].spans[1].script
    assert {"1": ("见《年报》第12页。",)} == {
        label: paragraphs(blocks) for label, blocks in found.notes.items()
    }


def test_superscripts_and_subscripts_are_told_by_size_and_height() -> None:
    """10³ and CO₂ are not 103 and CO2."""
    page: list[Printed] = [
        *BODY,
        Set("面积10", 60, 400),
        Set("3", 98, 404.5, 7),
        Set("米，CO", 104, 400),
        Set("2", 146, 397, 7),
    ]

    spans = document(page).lines[-1].spans

    assert [("3", "super"), ("2", "sub")] == [(one.text, one.script) for one in spans if one.script]


def test_lines_set_in_the_middle_and_at_the_right_are_told() -> None:
    """The place of a line in its column is evidence for titles and signatures."""
    full = "这一行写满了整个版心的宽度，从最左边一直写到了最右边的地方为止，一个字也不少"
    wide = [Set(full, 60, 700 - 18 * n) for n in range(5)]
    right = 60 + 12 * len(wide[0].text)
    page: list[Printed] = [
        *wide,
        Set("居中的标题", (60 + right) / 2 - 30, 560),
        Set("灯塔协会", right - 48, 500),
    ]

    assert ["", "center", "right"] == [line.align for line in document(page).lines[-3:]]


def test_a_file_with_a_thousand_pages_and_more_is_refused() -> None:
    """The number of pages is limited, and the refusal names the limit."""
    count = reader.MAX_PAGES + 1
    kids = " ".join("3 0 R" for _ in range(count))
    whole = (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        f"2 0 obj<</Type/Pages/Count {count}/Kids[{kids}]>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )

    with pytest.raises(BulletinError, match=str(reader.MAX_PAGES)):
        lines(whole.encode())


def test_text_far_outside_the_page_is_left_out() -> None:
    """Characters that nobody sees on paper are reported."""
    found = document([*BODY, Set("页外的字", 60, 90_000)])

    assert [("页外的字", "text outside the page")] == left_out(found)


def forms(depth: int, times: int) -> bytes:
    """Return a file whose page draws a form, which draws the next one several times, and so on."""
    content = b"/A Do " * times
    form = (
        b"<</Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>/Length %d>>\nstream\n%s\nendstream"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>"
    drawn = [form % (6 + number, len(content), content) for number in range(depth)]
    last = b"<</Subtype/Form/BBox[0 0 9 9]/Length 12>>\nstream\n0 0 9 9 re f\nendstream"
    catalogue, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return file_of([catalogue, pages, page, b"<</Length 5>>\nstream\n/A Do\nendstream", *drawn, last])


def test_forms_that_draw_each_other_without_end_are_refused() -> None:
    """A file of two kilobytes can ask for 10²⁰ drawings; it is refused before the library begins."""
    whole = forms(depth=20, times=10)

    assert len(whole) < 8_000
    with pytest.raises(BulletinError, match="互相套用"):
        lines(whole)


def test_forms_inside_forms_are_read() -> None:
    """A few forms inside each other are no attack: the file is refused only because it has no text."""
    with pytest.raises(BulletinError, match="没有文字"):
        lines(forms(depth=3, times=4))


def test_a_masthead_beside_its_date_is_read_before_the_columns() -> None:
    """The name over the left column and the date over the right one belong together."""
    sides = [("左", 60), ("右", 320)]
    columns = [Set(f"{side}栏第{n}行的一些文字", x, 700 - 18 * n) for side, x in sides for n in range(5)]
    head = [Set("灯塔报", 60, 760, 34), Set("第4期", 320, 780, 10), Set("2025年4月18日", 320, 764, 10)]

    found = texts(document([*head, *columns]))

    assert {"灯塔报", "第4期", "2025年4月18日"} == set(found[:3])
    assert [line.text for line in columns] == found[3:]


def test_number_and_date_in_the_middle_of_a_page_are_read_before_the_columns() -> None:
    """A blank between number and date that lies above the gutter does not tear the line of the masthead."""
    sides = [("左", 60), ("右", 320)]
    columns = [
        Set(f"{side}栏第{n}行的文字从头到尾排满了一栏", x, 660 - 18 * n)
        for side, x in sides
        for n in range(5)
    ]
    head = [
        Set("灯塔报", 248, 760, 34),
        Set("2024年第3期", 190, 710, 12),
        Set("2024年4月2日", 300, 710, 12),
    ]

    found = texts(document([*head, *columns]))

    assert ["灯塔报", "2024年第3期 2024年4月2日"] == found[:2]
    assert [line.text for line in columns] == found[2:]


def test_columns_below_columns_of_other_widths_are_read_by_themselves() -> None:
    """A narrow list beside the leading article does not divide the two equal columns below them."""
    aside = [Set(f"要目第{n}条摘要", 60, 700 - 18 * n) for n in range(8)]
    lead = [Set(f"头条第{n}行的文字排得很宽也很长一直到边", 190, 700 - 18 * n) for n in range(12)]
    left = [Set(f"左栏第{n}行的文字从头到尾排满一栏", 60, 460 - 18 * n) for n in range(10)]
    right = [Set(f"右栏第{n}行的文字从头到尾排满一栏", 310, 460 - 18 * n) for n in range(10)]

    found = texts(document([*aside, *lead, *left, *right]))

    assert [line.text for line in (*aside, *lead, *left, *right)] == found


def test_an_imprint_that_reaches_into_the_gutter_leaves_the_columns_apart() -> None:
    """Words below both columns, one of which ends between them, do not hide the strip of paper."""
    sides = [("左", 60), ("右", 300)]
    columns = [
        Set(f"{side}栏第{n}行的文字从头到尾排满了一栏呢", x, 700 - 18 * n)
        for side, x in sides
        for n in range(11)
    ]
    columns = [one._replace(y=one.y + 7) if one.x > 60 else one for one in columns]
    imprint = [
        Set("主编：林河", 60, 460),
        Set("地址：海滨路八百十八号", 162, 460),
        Set("电话：零五九八", 312, 460),
    ]

    found = texts(document([*columns, *imprint]))

    assert [line.text for line in columns] == found[:22]


def test_a_picture_keeps_its_pixels() -> None:
    """A picture without loss is neither reduced to the size of its place nor blurred to fit it."""
    original, written = Image.effect_noise((801, 601), 90).convert("RGB"), io.BytesIO()
    original.quantize(200).save(written, "PDF", resolution=288)
    data = written.getvalue()
    opened = pdfium.PdfDocument(data)

    (found,) = read_graphics(opened[0], Turn(0), PictureBytes(opened, data)).pictures

    shown = Image.open(io.BytesIO(found.data)).convert("RGB")
    assert original.quantize(200).convert("RGB").tobytes() == shown.tobytes()


def test_a_photograph_keeps_its_mask() -> None:
    """A JPEG with a mask is transparent where the mask hides it."""
    data = pdf([*BODY, Shown(jpeg(colour="white"), 60, 200, 120, 80)])
    masked = data.replace(b"/Filter/DCTDecode", b"/Mask[250 255 250 255 250 255]/Filter/DCTDecode")

    (picture,) = reader.document(Source("a.pdf", masked)).pictures.values()

    assert (0, 0) == Image.open(io.BytesIO(picture)).getchannel("A").getextrema()


def test_type_that_is_drawn_is_bold_by_the_name_in_its_descriptor() -> None:
    """Fonts of type 3, as browsers write them, have the weight that their descriptors name."""
    font = (
        b"<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 66/FontBBox[0 0 500 700]"
        b"/Widths[500 500]/Encoding<</Type/Encoding/Differences[65/A/B]>>/CharProcs<</A 9 0 R/B 9 0 R>>"
        b"/FontDescriptor %d 0 R>>"
    )
    content = b"BT /F1 12 Tf 60 700 Td <4142> Tj ET BT /F2 12 Tf 60 680 Td <4241> Tj ET"
    glyph = b"500 0 0 0 500 700 d1 0 0 400 700 re f"
    stream = b"<</Length %d>>\nstream\n%s\nendstream"
    data = file_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F2 6 0 R/F1 5 0 R>>>>>>",
            stream % (len(content), content),
            font % 7,
            font % 8,
            b"<</Type/FontDescriptor/FontName/AAAAAA+Song-Bold/Flags 4>>",
            b"<</Type/FontDescriptor/FontName/BAAAAA+Song-Regular/Flags 4>>",
            stream % (len(glyph), glyph),
        ]
    )

    opened = pdfium.PdfDocument(data)
    page = opened[0]
    faces = Typefaces(DrawnFonts(data).names(page, 0))

    runs = read_runs(page.get_textpage(), Turn(0), faces)

    assert [("AB", "Song-Bold", True), ("BA", "Song-Regular", False)] == [
        (run.text, run.face.name, run.bold) for run in runs
    ]


def test_a_page_that_is_a_picture_is_a_doubt() -> None:
    """The picture of a page without text stays, and the page is named."""
    found = document(BODY, [Shown(jpeg(600, 800), 0, 0, 595, 842)])

    problems = [problem.says for problem in bulletin.parse(found).problems]

    assert ["第 2 页的扫描图"] == [line.block.alt for line in found.lines if isinstance(line.block, Picture)]
    assert [says for says in problems if says.startswith("第 2 页的扫描图按图片收入")]
