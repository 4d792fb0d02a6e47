"""Tests of the Word reader on objects: tables, layout tables, pictures, text boxes, headers."""

import io

import pytest
from PIL import Image

from tests.bulletin.readers.word_files import p, read_word
from wxbot.bulletin import Document, Line
from wxbot.bulletin.blocks import Paragraph, Picture, Span, Table, paragraphs, pictures
from wxbot.bulletin.readers.docx.drafts import DraftLine

TEXT = "协会在湖州举办秋茶品鉴会，四十家会员单位参加，现场签约金额一千余万元。"


def png(width: int = 40, height: int = 30) -> bytes:
    """Return a picture."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), (width % 256, 0, 0)).save(written, "PNG")
    return written.getvalue()


def cell(*inside: str, properties: str = "") -> str:
    """Return a cell of texts, or of block elements."""
    content = "".join(one if one.startswith("<") else p(one) for one in inside) or p()
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """Return a row of cells, or of texts."""
    inside = "".join(one if one.startswith(("<w:tc>", "<w:sdt>")) else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def table(*rows: str, properties: str = "") -> str:
    """Return a table."""
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(rows)}</w:tbl>"


def texts(found: Document) -> list[str]:
    """Return the text of the lines that are not dropped."""
    return [line.text for line in found.lines if not line.drop_reason]


def dropped(found: Document) -> list[tuple[str, str]]:
    """Return text and reason of the lines that are dropped."""
    return [(line.text, line.drop_reason) for line in found.lines if line.drop_reason]


def only_table(found: Document) -> Table:
    """Return the table of a document that holds one."""
    (block,) = [line.block for line in found.lines if isinstance(line.block, Table)]
    return block


def shown(found: Table) -> list[list[str]]:
    """Return the cells of a table as text, with their spans over columns and rows."""
    return [
        [
            "/".join(paragraphs(one.blocks))
            + f":{one.colspan}x{one.rowspan}" * ((one.colspan, one.rowspan) != (1, 1))
            for one in line
        ]
        for line in found.rows
    ]


def test_merged_cells_cover_columns_and_rows() -> None:
    """Cells merged across and down are one cell; columns that only the grid has do not count."""
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    found = only_table(
        read_word(
            p("正文。")
            + table(
                row(cell("类别", properties='<w:gridSpan w:val="3"/>'), "单价", "数量"),
                row(
                    cell("茶叶", properties=down),
                    cell("绿茶", properties='<w:gridSpan w:val="2"/>'),
                    "10",
                    "3",
                ),
                row(cell(properties=on), cell("红茶", properties='<w:gridSpan w:val="2"/>'), "12", "4"),
                row(cell("合计", properties='<w:gridSpan w:val="4"/>'), "7"),
            )
        )
    )

    assert [
        ["类别:2x1", "单价", "数量"],
        ["茶叶:1x2", "绿茶", "10", "3"],
        ["红茶", "12", "4"],
        ["合计:3x1", "7"],
    ] == shown(found)


def test_rows_and_cells_inside_content_controls_are_kept() -> None:
    """Content controls around rows, cells and content change nothing."""
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    found = only_table(
        read_word(
            table(
                row("日期", "地点"),
                control.format(row("3日", "杭州")),
                row(control.format(cell("9日")), "宁波"),
            )
        )
    )

    assert [["日期", "地点"], ["3日", "杭州"], ["9日", "宁波"]] == shown(found)


@pytest.mark.parametrize(
    ("first", "properties", "header"),
    [
        (row("日期", "地点", properties="<w:tblHeader/>"), "", True),
        (row(cell(p("甲", run="<w:b/>")), cell(p("乙", run="<w:b/>"))), "", True),
        (row("项目", "数量"), "", True),
        (row("日期", "内容", "地点"), "", True),
        (row("时间", "3月5日"), "", False),
        (row("项目", "数量"), '<w:tblLook w:firstRow="0"/>', False),
    ],
)
def test_headers_are_marked_or_stand_out(first: str, properties: str, header: bool) -> None:
    """The first row is a header if Word repeats it, if it is set apart, or if figures stand below words."""
    found = only_table(read_word(table(first, row("会员", "120"), row("活动", "8"), properties=properties)))

    assert [header, False, False] == [line[0].header for line in found.rows]


def test_cells_keep_their_content() -> None:
    """A cell holds paragraphs, pictures, links and a table; one alignment of all is that of the cell."""
    right = '<w:jc w:val="right"/>'
    found = read_word(
        table(
            row("项目", "说明"),
            row(
                cell(p("120", properties=right), p("130", properties=right)),
                cell(
                    f'<w:p><w:hyperlink r:id="l"><w:r><w:t>全文</w:t></w:r></w:hyperlink></w:p>{drawing("pic")}'
                ),
            ),
            row("明细", cell(table(row("甲", "1"), row("乙", "2")), p())),
        ),
        files={"word/media/a.png": png()},
        links={"l": ("hyperlink", "https://example.org/"), "pic": ("image", "media/a.png")},
    )
    block = only_table(found)
    inner = block.rows[2][1].blocks[0]

    assert "right" == block.rows[1][0].align
    assert ("", "") == tuple(one.align for one in block.rows[1][0].blocks if isinstance(one, Paragraph))
    assert Paragraph((Span("全文", url="https://example.org/"),)) == block.rows[1][1].blocks[0]
    assert [40] == [picture.width for picture in pictures((block,))]
    assert isinstance(inner, Table)
    assert [["甲", "1"], ["乙", "2"]] == shown(inner)


def test_deleted_and_hidden_rows_are_not_printed() -> None:
    """Rows deleted with change tracking or hidden are counted, and text under a merged cell is reported."""
    found = read_word(
        table(
            row("日期", "地点"),
            row("旧", "旧", properties="<w:del/>"),
            row("密", "密", properties="<w:hidden/>"),
            row(cell("甲", properties='<w:vMerge w:val="restart"/>'), "杭州"),
            row(cell("残", properties="<w:vMerge/>"), "宁波"),
        )
    )

    assert [["日期", "地点"], ["甲:1x2", "杭州"], ["宁波"]] == shown(only_table(found))
    assert [
        ("残", "text under a merged cell"),
        ("［1 处修订中删去的内容，未收入］", "deleted text"),
        ("［1 处隐藏文字，未收入］", "hidden text"),
    ] == dropped(found)


BOLD = "<w:b/>"
NO_BORDERS = '<w:tblBorders><w:top w:val="nil"/><w:insideV w:val="none"/></w:tblBorders>'
FRAMED = '<w:tblBorders><w:top w:val="single"/></w:tblBorders>'


@pytest.mark.parametrize(
    ("laid_out", "lines"),
    [
        # Articles side by side.
        (
            table(row(cell(p("甲会召开", run=BOLD), TEXT), cell(p("乙园开工", run=BOLD), TEXT))),
            ["甲会召开", TEXT, "乙园开工", TEXT],
        ),
        # The names of sections on the left, their articles on the right.
        (
            table(
                row("要闻", cell(p("甲会召开", run=BOLD), TEXT)),
                row("公告", cell(p("乙园开工", run=BOLD), TEXT)),
                properties=FRAMED,
            ),
            ["要闻", "甲会召开", TEXT, "公告", "乙园开工", TEXT],
        ),
        # A frame around text, and a bar.
        (table(row(cell("编者按", TEXT)), properties=FRAMED), ["编者按", TEXT]),
        (table(row("■", "协会要闻", "■")), ["■ 协会要闻 ■"]),
        # Headings by style inside cells.
        (
            table(
                row(cell(p("甲", properties='<w:outlineLvl w:val="1"/>'), "一。"), "二。"),
                row(cell(p("乙", properties='<w:outlineLvl w:val="1"/>'), "三。"), "四。"),
            ),
            ["甲", "一。", "二。", "乙", "三。", "四。"],
        ),
        # Columns of text without borders.
        (table(row(TEXT, TEXT), row(TEXT, "完。"), properties=NO_BORDERS), [TEXT, TEXT, TEXT, "完。"]),
    ],
)
def test_a_page_laid_out_in_a_table_is_lines(laid_out: str, lines: list[str]) -> None:
    """Cells of a layout are read one after another; no table stands there."""
    found = read_word(p("正文。") + laid_out)

    assert ["正文。", *lines] == texts(found)


@pytest.mark.parametrize(
    "data",
    [
        table(row("序号", "事项", "进展"), row("1", "改造", TEXT), row("2", "搬迁", TEXT), properties=FRAMED),
        table(row("时间", "3月5日"), row("地点", "杭州"), row("内容", TEXT), properties=FRAMED),
        table(row("甲", "乙"), row("丙", "丁")),
    ],
)
def test_a_table_of_data_stays_a_table(data: str) -> None:
    """Rows of the same kind of cells are a table, also with a sentence in a column."""
    assert isinstance(read_word(p("正文。") + data).lines[1].block, Table)


def test_a_masthead_in_a_table_is_lines() -> None:
    """A table with name, number and date at the beginning is the masthead: what stands in a row is one line."""
    found = read_word(
        table(
            row(cell("江南茶业协会工作简报", properties='<w:gridSpan w:val="2"/>')),
            row("2026年第62期（总第262期）", "2026年12月31日"),
            row("主办：", "协会秘书处"),
        )
        + p("正文。")
    )

    assert [
        "江南茶业协会工作简报",
        "2026年第62期（总第262期） 2026年12月31日",
        "主办：协会秘书处",
        "正文。",
    ] == texts(found)


def test_a_table_of_figures_near_the_beginning_is_a_table() -> None:
    """Years in a table make no masthead of it."""
    found = read_word(
        p("茶讯")
        + p("2026年第7期")
        + p("会费")
        + table(row("类别", "2025年", "2026年"), row("会长", "5", "6"), row("会员", "2", "3"))
    )

    assert [["类别", "2025年", "2026年"], ["会长", "5", "6"], ["会员", "2", "3"]] == shown(only_table(found))


def test_an_imprint_in_a_table_at_the_end_is_lines() -> None:
    """The last table, with its labels of distribution and editors, is the imprint; elsewhere it is a table."""
    imprint = table(row("报：", "省茶办。"), row("送：", "各会员单位。"), row("编辑：张三", "审核：李四"))

    assert ["正文。", "报：省茶办。", "送：各会员单位。", "编辑：张三 审核：李四"] == texts(
        read_word(p("正文。") + imprint)
    )
    assert isinstance(read_word(imprint + p("正文。")).lines[0].block, Table)


def test_pictures_in_a_table_keep_their_captions() -> None:
    """Each picture of a row is followed by the caption in the row below it."""
    found = read_word(
        table(row(cell(drawing("a")), cell(drawing("b"))), row("图1 会场", "图2 茶园")),
        files={"word/media/a.png": png(40), "word/media/b.png": png(50)},
        links={"a": ("image", "media/a.png"), "b": ("image", "media/b.png")},
    )

    assert [40, "图1 会场", 50, "图2 茶园"] == [
        line.block.width if isinstance(line.block, Picture) else line.text for line in found.lines
    ]


def drawing(*ids: str, alt: str = "", tag: str = "inline", attributes: str = "", position: str = "") -> str:
    """Return a paragraph with a drawing of these pictures; several are a group."""
    inside = "".join(
        f'<pic:pic><pic:blipFill><a:blip r:embed="{id_}"/></pic:blipFill></pic:pic>' for id_ in ids
    )
    return f"<w:p>{drawing_run(inside, alt=alt, tag=tag, attributes=attributes, position=position)}</w:p>"


def drawing_run(
    inside: str, *, alt: str = "", tag: str = "anchor", attributes: str = "", position: str = ""
) -> str:
    """Return a run with a drawing."""
    return (
        f'<w:r><w:drawing><wp:{tag}>{position}<wp:docPr id="1" name="n" descr="{alt}" {attributes}/><a:graphic>'
        f"<a:graphicData>{inside}</a:graphicData></a:graphic></wp:{tag}></w:drawing></w:r>"
    )


def test_pictures_of_every_form_are_kept() -> None:
    """Inline, anchored, grouped, VML and linked pictures are blocks in place; bytes are kept once."""
    vml = '<w:p><w:r><w:pict><v:shape alt="旧图"><v:imagedata r:id="a"/></v:shape></w:pict></w:r></w:p>'
    linked = '<pic:pic><pic:blipFill><a:blip r:link="far"/></pic:blipFill></pic:pic>'
    found = read_word(
        drawing("a", alt="会场全景")
        + drawing("a", "b", tag="anchor")
        + vml
        + f"<w:p>{drawing_run(linked)}</w:p>",
        files={"word/media/a.png": png(40), "word/media/b.png": png(50)},
        links={
            "a": ("image", "media/a.png"),
            "b": ("image", "/word/media/b.png"),
            "far": ("image", "https://example.org/c.png"),
        },
    )
    blocks = [line.block for line in found.lines if isinstance(line.block, Picture)]

    assert [(40, "会场全景"), (40, ""), (50, ""), (40, "旧图"), (0, "")] == [
        (one.width, one.alt) for one in blocks
    ]
    assert "https://example.org/c.png" == blocks[4].url
    assert {png(40), png(50)} == set(found.pictures.values())


def test_pictures_that_cannot_be_taken_over_are_named() -> None:
    """A missing, broken or unknown picture leaves a line with the reason; one that is hidden leaves nothing."""
    found = read_word(
        drawing("null", alt="合影")
        + drawing("gone")
        + drawing("emf")
        + drawing("emf", attributes='hidden="1"'),
        files={"word/media/a.emf": b"\x01\x00\x00\x00" + bytes(36) + b" EMF"},
        links={"null": ("image", "../NULL"), "emf": ("image", "media/a.emf")},
    )

    assert [] == texts(found)
    assert ["［图片：合影］", "［图片］", "［图片］"] == [text for text, _ in dropped(found)]
    assert [True, True, True] == ["picture" in why for _, why in dropped(found)]


def test_a_picture_beside_text_does_not_part_the_paragraph() -> None:
    """A picture before the text of its paragraph stands before it, one inside or after it behind it."""
    a, b = (drawing(one)[5:-6] for one in "ab")
    found = read_word(
        f"<w:p>{a}<w:r><w:t>会议</w:t></w:r>{b}<w:r><w:t>召开。</w:t></w:r></w:p>",
        files={"word/media/a.png": png(40), "word/media/b.png": png(50)},
        links={"a": ("image", "media/a.png"), "b": ("image", "media/b.png")},
    )

    assert [40, "会议召开。", 50] == [
        line.block.width if isinstance(line.block, Picture) else line.text for line in found.lines
    ]


def test_a_caption_by_style_belongs_to_its_picture_or_table() -> None:
    """A line in the style of captions is the caption of the picture above it, or of the table beside it."""
    styles = '<w:style w:type="paragraph" w:styleId="c"><w:name w:val="caption"/></w:style>'
    found = read_word(
        drawing("a")
        + p("图1 会场", style="c")
        + p("表1 会费", style="c")
        + table(row("甲", "乙"), row("丙", "丁")),
        parts={"styles": styles},
        files={"word/media/a.png": png()},
        links={"a": ("image", "media/a.png")},
    )

    assert [(Span("图1 会场"),), (Span("表1 会费"),)] == [
        line.block.caption for line in found.lines if isinstance(line.block, Picture | Table)
    ]


def box(*inside: str) -> str:
    """Return a shape with a text box."""
    return f"<wps:wsp><wps:txbx><w:txbxContent>{''.join(inside)}</w:txbxContent></wps:txbx></wps:wsp>"


def vml_box(*inside: str) -> str:
    """Return a text box in VML."""
    content = f"<w:txbxContent>{''.join(inside)}</w:txbxContent>"
    return f"<w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"


def test_text_boxes_are_read_once() -> None:
    """A text box has a copy for older programs, which is not read; boxes of a group follow one another."""
    choice = drawing_run(box(p("简报"), p("第7期")))[5:-6]
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{choice}</mc:Choice>'
        f"<mc:Fallback>{vml_box(p('简报'), p('第7期'))}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    group = drawing_run(f"<wpg:wgp>{box(p('左'))}{box(p('右'))}</wpg:wgp>")

    assert ["简报", "第7期", "正文。", "左", "右", "旧框", "旧文。"] == texts(
        read_word(
            f"<w:p>{both}<w:r><w:t>正文。</w:t></w:r></w:p><w:p>{group}</w:p>"
            f"<w:p><w:r>{vml_box(p('旧框'))}</w:r><w:r><w:t>旧文。</w:t></w:r></w:p>"
        )
    )


def test_a_box_below_its_paragraph_is_read_after_it() -> None:
    """The place of a floating box decides whether it comes before or after the text it is anchored in."""
    below = '<wp:positionV relativeFrom="paragraph"><wp:posOffset>900000</wp:posOffset></wp:positionV>'

    assert ["标题", "栏框"] == texts(
        read_word(f"<w:p>{drawing_run(box(p('栏框')), position=below)}<w:r><w:t>标题</w:t></w:r></w:p>")
    )


def test_word_art_is_text_and_a_watermark_is_not() -> None:
    """The text of WordArt is printed; a watermark is dropped."""
    art = '<w:p><w:r><w:pict><v:shape id="{}"><v:textpath string="{}"/></v:shape></w:pict></w:r></w:p>'
    found = read_word(art.format("a", "茶讯") + art.format("PowerPlusWaterMarkObject1", "内部"))

    assert (["茶讯"], [("内部", "watermark")]) == (texts(found), dropped(found))


def test_a_chart_is_a_table_of_its_values() -> None:
    """A chart has no picture in the file; its values are a table."""
    point = '<c:pt idx="{}"><c:v>{}</c:v></c:pt>'
    points = (
        "<c:{0}><c:{1}><c:{2}>" + point.format(0, "{3}") + point.format(1, "{4}") + "</c:{2}></c:{1}></c:{0}>"
    )
    series = "<c:ser><c:tx><c:v>产量</c:v></c:tx>" + points.format(
        "cat", "strRef", "strCache", "一月", "二月"
    )
    series += points.format("val", "numRef", "numCache", "10", "12") + "</c:ser>"
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea>'
    )
    drawn = drawing_run('<c:chart r:id="c"/>')
    found = read_word(
        f"<w:p>{drawn}</w:p>",
        files={"word/charts/c.xml": f"{chart}{series}</c:plotArea></c:chart></c:chartSpace>".encode()},
        links={"c": ("chart", "charts/c.xml")},
    )

    assert [["", "产量"], ["一月", "10"], ["二月", "12"]] == shown(only_table(found))


HEADER = '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'


def test_a_masthead_in_the_header_reaches_the_parser() -> None:
    """A header with the number that the body lacks is not dropped; one that repeats the body is."""
    parts = {"header": p("茶讯 2026年第7期"), "footer": p("第1页")}
    alone = read_word(p("会议召开") + p(TEXT) + HEADER, parts=parts)
    repeated = read_word(p("茶讯") + p("2026年第7期") + p(TEXT) + HEADER, parts=parts)

    assert ["茶讯 2026年第7期", "会议召开", TEXT] == texts(alone)
    assert [("茶讯 2026年第7期", "page header"), ("第1页", "page footer")] == dropped(repeated)


def test_a_header_without_a_masthead_is_dropped() -> None:
    """The name of the publisher in a header is furniture."""
    found = read_word(p("会议召开") + HEADER, parts={"header": p("江南茶业协会")})

    assert [("江南茶业协会", "page header")] == dropped(found)


def test_a_rule_is_evidence() -> None:
    """A border below a paragraph or above the next one is a rule; a box around a paragraph is none."""
    bottom, top = '<w:pBdr><w:bottom w:val="single"/></w:pBdr>', '<w:pBdr><w:top w:val="single"/></w:pBdr>'
    boxed = '<w:pBdr><w:top w:val="single"/><w:bottom w:val="single"/></w:pBdr>'
    lines: tuple[Line, ...] = read_word(
        p("一", properties=bottom) + p("二") + p("三", properties=top) + p("四", properties=boxed) + p("五")
    ).lines

    assert [False, True, True, False, False] == [line.below_rule for line in lines]


def test_drafts_are_printed_or_not() -> None:
    """A line with a reason is not printed."""
    assert not DraftLine(Line(0, "甲", drop_reason="page header")).is_printed
