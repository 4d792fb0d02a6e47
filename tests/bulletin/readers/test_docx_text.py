"""Tests of the Word reader on text: runs, links, fields, lists, notes, revisions, readings, formulas, symbols."""

import pytest

from tests.bulletin.readers.word_files import p, read_word
from wxbot.bulletin import Line
from wxbot.bulletin.blocks import Code, ItemList, Paragraph, Span

FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


def run(text: str, properties: str = "") -> str:
    """Return a run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*inside: str) -> str:
    """Return a paragraph of these runs."""
    return f"<w:p>{''.join(inside)}</w:p>"


def field(instruction: str, result: str = "") -> str:
    """Return a field with its result; one without a result computes its text."""
    written = (
        FIELD.format("begin") + f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
    )
    return written + (FIELD.format("separate") + result if result else "") + FIELD.format("end")


def printed(lines: tuple[Line, ...]) -> list[str]:
    """Return the text of the lines that are not dropped."""
    return [line.text for line in lines if not line.drop_reason]


def dropped(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    """Return text and reason of the lines that are dropped."""
    return [(line.text, line.drop_reason) for line in lines if line.drop_reason]


def test_runs_become_spans() -> None:
    """Bold, italic, raised and lowered type are spans; what is plain is text without spans."""
    mixed, plain = read_word(
        para(
            run("水是 H"),
            run("2", '<w:vertAlign w:val="subscript"/>'),
            run("O，"),
            run("重", "<w:b/>"),
            run("点", "<w:b/><w:i/>"),
        )
        + p("无样式。")
    ).lines

    assert (
        Span("水是 H"),
        Span("2", script="sub"),
        Span("O，"),
        Span("重", bold=True),
        Span("点", bold=True, italic=True),
    ) == mixed.spans
    assert () == plain.spans


def test_blanks_are_single_across_runs() -> None:
    """Blanks and tabs at the borders of runs become one blank, and the spans are the text exactly."""
    (line,) = read_word(
        para(
            run("  第 7 期  "),
            "<w:r><w:tab/></w:r>",
            run(" ", "<w:b/>"),
            run("2024年", "<w:b/>"),
            run("  "),
        )
    ).lines

    assert "第 7 期 2024年" == line.text == "".join(span.text for span in line.spans)


def test_links_stand_in_place() -> None:
    """Links of both forms are spans with their address; links to places in the document are plain text."""
    lines = read_word(
        para(
            run("详见"),
            f'<w:hyperlink r:id="web">{run("公告")}</w:hyperlink>',
            run("和"),
            field(' HYPERLINK "https://example.org/b" \\l "here" ', run("附件")),
            f'<w:hyperlink w:anchor="_Toc1">{run("第一节")}</w:hyperlink>',
            f'<w:hyperlink r:id="gone">{run("旧文")}</w:hyperlink>',
        ),
        links={"web": ("hyperlink", "https://example.org/a")},
    ).lines

    assert (
        Span("详见"),
        Span("公告", url="https://example.org/a"),
        Span("和"),
        Span("附件", url="https://example.org/b#here"),
        Span("第一节旧文"),
    ) == lines[0].spans


def test_instructions_of_fields_are_never_text() -> None:
    """Of a field its result is text; a field inside an instruction prints nothing."""
    nested = FIELD.format("begin") + "<w:r><w:instrText> IF </w:instrText></w:r>"
    nested += field("MERGEFIELD x", run("甲")) + FIELD.format("separate") + run("乙") + FIELD.format("end")

    lines = read_word(
        para(run("第"), field(" PAGE ", run("3")), run("页"))
        + para(nested)
        + f'<w:p><w:fldSimple w:instr=" DATE ">{run("2024年")}</w:fldSimple></w:p>'
    ).lines

    assert ["第3页", "乙", "2024年"] == printed(lines)


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        (r"EQ \o\ac(○,1)", "①"),
        (r"EQ \* jc2 \* hps10 \o\ad(\s\up 9(zhāng),张)", "张"),
        (r'SYMBOL 252 \f "Wingdings"', "√"),
        (r"EQ \f(1,2)", "1/2"),
    ],
)
def test_a_field_without_result_prints_what_word_computes(instruction: str, text: str) -> None:
    """Circled numbers, characters with readings, symbols and fractions stand in the instruction alone."""
    assert [text] == printed(read_word(para(field(instruction))).lines)


def test_contents_are_dropped_with_their_reason() -> None:
    """Contents are recognised by their field, their style or their control, and what follows them is text."""
    styles = '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style>'
    begin = (
        FIELD.format("begin") + "<w:r><w:instrText> TOC \\o </w:instrText></w:r>" + FIELD.format("separate")
    )
    control = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    )
    lines = read_word(
        f"{control}<w:sdtContent>{p('目录')}</w:sdtContent></w:sdt>"
        + para(begin, run("要闻\t1"))
        + para(run("公告\t2"), FIELD.format("end"))
        + p("附录\t3", style="T")
        + p("正文。"),
        parts={"styles": styles},
    ).lines

    reason = "table of contents"
    assert [("目录", reason), ("要闻 1", reason), ("公告 2", reason), ("附录 3", reason)] == dropped(lines)
    assert ["正文。"] == printed(lines)


def test_contents_that_never_end_swallow_nothing() -> None:
    """A field of contents that a damaged file does not close leaves the text alone."""
    begin = FIELD.format("begin") + "<w:r><w:instrText> TOC </w:instrText></w:r>" + FIELD.format("separate")

    assert ["要闻", "正文。"] == printed(read_word(para(begin, run("要闻")) + p("正文。")).lines)


def test_an_instruction_that_never_ends_swallows_nothing() -> None:
    """An instruction ends with its paragraph."""
    begin = FIELD.format("begin") + "<w:r><w:instrText> REF a </w:instrText></w:r>"

    assert ["要闻", "正文。"] == printed(read_word(p("要闻") + para(begin) + p("正文。")).lines)


def test_revisions_are_read_as_accepted() -> None:
    """Deleted text goes, inserted text stays, moved text stands once, and a deleted mark joins two paragraphs."""
    mark = "<w:rPr><w:del/></w:rPr>"
    lines = read_word(
        para(
            run("参加"),
            f"<w:del>{run('三十')}</w:del>",
            f"<w:ins>{run('四十')}</w:ins>",
            f"<w:moveFrom>{run('家')}</w:moveFrom>",
        )
        + p("驻点指导，", properties=mark)
        + p("每周通报。")
        + para(f"<w:moveTo>{run('家')}</w:moveTo>")
    ).lines

    assert ["参加四十", "驻点指导，每周通报。", "家"] == printed(lines)
    assert [("［2 处修订中删去的内容，未收入］", "deleted text")] == dropped(lines)


def test_hidden_text_and_comments_are_counted_and_not_printed() -> None:
    """Hidden text, also by style, and comments never reach a line; that there were some is said once."""
    styles = (
        '<w:style w:type="character" w:styleId="H"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    lines = read_word(
        para(run("前"), run("秘", "<w:vanish/>"), run("密", '<w:rStyle w:val="H"/>'), run("后")),
        parts={"styles": styles, "comments": f'<w:comment w:id="1">{p("勿发")}</w:comment>'},
    ).lines

    assert ["前后"] == printed(lines)
    assert [("［2 处隐藏文字，未收入］", "hidden text"), ("［1 条批注，未收入］", "comment")] == dropped(
        lines
    )


def test_notes_are_numbered_as_the_text_refers_to_them() -> None:
    """A footnote is referred to by a raised span; its text is kept by label, and endnotes count in Roman numerals."""
    note = '<w:footnote w:id="{}">{}</w:footnote>'
    found = read_word(
        para(
            run("甲"),
            '<w:r><w:footnoteReference w:id="5"/></w:r>',
            run("乙"),
            '<w:r><w:endnoteReference w:id="1"/></w:r>',
        )
        + para(run("丙"), '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        parts={
            "footnotes": '<w:footnote w:type="separator" w:id="0"/>'
            + note.format(2, p("注二"))
            + note.format(5, p("注一")),
            "endnotes": f'<w:endnote w:id="1">{p("尾注")}</w:endnote>',
        },
    )

    assert "甲1乙i" == found.lines[0].text
    assert Span("1", script="super", note="1") == found.lines[0].spans[1]
    assert {"2": "注二", "1": "注一", "i": "尾注"} == {
        label: block.spans[0].text for label, (block,) in found.notes.items() if isinstance(block, Paragraph)
    }


NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{at}">'
    + "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(levels)
    )
    + f'</w:abstractNum><w:num w:numId="{at}"><w:abstractNumId w:val="{at}"/></w:num>'
    for at, levels in enumerate(
        [
            [],
            [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")],
            [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "%3)")],
            [("bullet", "\uf06c")],
        ]
    )
) + (
    '<w:num w:numId="9"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)


def entry(text: str, number: int, level: int = 0) -> str:
    """Return a numbered paragraph."""
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_numbers_that_word_prints_are_text_and_list() -> None:
    """The number is the beginning of the text and the label of the entry; levels count as Word counts them."""
    lines = read_word(
        entry("要闻", 1)
        + entry("会议", 1, 1)
        + entry("调研", 1, 1)
        + entry("公告", 1)
        + entry("通知", 1, 1)
        + entry("甲", 2)
        + entry("乙", 2, 1)
        + entry("丙", 9)
        + entry("丁", 3),
        parts={"numbering": NUMBERING},
    ).lines

    assert [
        "一、要闻",
        "（一）会议",
        "（二）调研",
        "二、公告",
        "（一）通知",
        "1. 甲",
        "1.1 乙",
        "1. 丙",
        "● 丁",
    ] == printed(lines)
    assert [("一、", 1), ("（一）", 2)] == [
        (line.item.label, line.item.depth) for line in lines[:2] if line.item
    ]
    assert [True] * 8 + [False] == [line.item.ordered for line in lines if line.item]


def test_a_numbered_heading_is_no_entry() -> None:
    """A heading with an automatic number keeps the number as text; it belongs to no list."""
    heading = '<w:outlineLvl w:val="1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'

    (line,) = read_word(p("要闻", properties=heading), parts={"numbering": NUMBERING}).lines

    assert ("一、要闻", 2, None) == (line.text, line.level, line.item)


def style(id_: str, name: str, base: str = "", paragraph: str = "", text: str = "") -> str:
    """Return a paragraph style."""
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{text}</w:rPr></w:style>"
    )


def test_levels_come_from_names_and_outline_levels() -> None:
    """Built-in headings have the level of their name, others that of their outline level or of their base."""
    styles = (
        style("1", "heading 1")
        + style("2", "标题 2")
        + style("a", "我的栏目", "1")
        + style("b", "二级标题")
        + style("c", "段落", "1", '<w:outlineLvl w:val="9"/>')
        + style("d", "篇名", paragraph='<w:outlineLvl w:val="7"/>')
        + style("e", "title")
    )
    lines = read_word(
        "".join(p("文", style=name) for name in ("1", "2", "a", "b", "c", "d", "e", "none")),
        parts={"styles": styles},
    ).lines

    assert [1, 2, 1, 2, 0, 6, 0, 0] == [line.level for line in lines]


def test_styles_that_inherit_from_each_other_end() -> None:
    """A cycle of styles is read like a chain."""
    styles = style("a", "a", "b", text="<w:b/>") + style("b", "b", "a")

    (line,) = read_word(p("文字", style="b"), parts={"styles": styles}).lines

    assert line.bold


def test_a_title_style_used_often_ranks_above_the_headings() -> None:
    """One title names the document and has no level; several are headings of the highest level."""
    styles = style("t", "Title") + style("1", "heading 1")
    one = read_word(p("简报", style="t") + p("要闻", style="1"), parts={"styles": styles}).lines
    many = read_word(
        p("篇一", style="t") + p("要闻", style="1") + p("篇二", style="t"), parts={"styles": styles}
    ).lines

    assert [0, 1] == [line.level for line in one]
    assert [1, 2, 1] == [line.level for line in many]


def test_quotations_and_code_are_told_by_their_styles() -> None:
    """A style for quotations gives `quote`; neighbours in a style for code are one block with its blanks."""
    styles = style("q", "Quote") + style("k", "HTML Preformatted")
    quoted, code, text = read_word(
        p("古人云", style="q") + p("if a:", style="k") + p("    b", style="k") + p("完。"),
        parts={"styles": styles},
    ).lines

    assert (1, 0) == (quoted.quote, text.quote)
    assert Code("if a:\n    b") == code.block


def test_type_is_relative_to_the_body() -> None:
    """Size, colour and typeface are compared with those of most of the text; alignment is that of the paragraph."""
    body = p("正文" * 40, run='<w:sz w:val="32"/><w:rFonts w:eastAsia="仿宋_GB2312"/>')
    head = p(
        "刊名",
        properties='<w:jc w:val="center"/>',
        run='<w:sz w:val="64"/><w:color w:val="FF0000"/><w:rFonts w:eastAsia="黑体"/>',
    )
    first, second = read_word(head + body).lines

    assert (2.0, "center", True, "FF0000||黑体") == (first.size, first.align, first.bold, first.look)
    assert (1.0, "", False, "") == (second.size, second.align, second.bold, second.look)


def test_a_body_in_a_heading_typeface_is_not_bold() -> None:
    """A typeface for headings makes only those lines bold that differ from the body in it."""
    assert [False] == [line.bold for line in read_word(p("正文", run='<w:rFonts w:eastAsia="黑体"/>')).lines]


def test_soft_returns_part_lines_of_a_paragraph() -> None:
    """A soft return begins a line; the line before is complete only where a sentence ends. A heading stays one."""
    br = "<w:r><w:br/></w:r>"
    styles = style("1", "heading 1")
    lines = read_word(
        para(run("关于召开"), br, run("年会的通知"))
        + para(run("一句。"), br, br, run("又一句。"))
        + f'<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr>{run("要闻")}{br}{run("动态")}</w:p>',
        parts={"styles": styles},
    ).lines

    assert ["关于召开", "年会的通知", "一句。", "又一句。", "要闻动态"] == printed(lines)
    assert [False, True, True, True, True] == [line.complete for line in lines]


def test_readings_are_dropped_and_characters_kept() -> None:
    """Of characters with their reading the characters are text; the reading is reported."""
    ruby = f"<w:r><w:ruby><w:rt>{run('chá')}</w:rt><w:rubyBase>{run('茶')}</w:rubyBase></w:ruby></w:r>"
    lines = read_word(para(run("径山"), ruby)).lines

    assert (["径山茶"], [("chá", "reading of characters")]) == (printed(lines), dropped(lines))


def math(inside: str) -> str:
    """Return a paragraph with a formula."""
    return f"<w:p><m:oMath>{inside}</m:oMath></w:p>"


def m(text: str) -> str:
    """Return a term."""
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (m("E=m") + f"<m:sSup><m:e>{m('c')}</m:e><m:sup>{m('2')}</m:sup></m:sSup>", "E=mc²"),
        (f"<m:f><m:num>{m('a+b')}</m:num><m:den>{m('c')}</m:den></m:f>", "(a+b)/c"),
        (f"<m:rad><m:deg/><m:e>{m('x')}</m:e></m:rad>", "√(x)"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{m("i=1")}</m:sub><m:sup>{m("n")}</m:sup>'
            f"<m:e>{m('i')}</m:e></m:nary>",
            "∑_(i=1)ⁿ i",
        ),
        (f"<m:d><m:e>{m('x')}</m:e><m:e>{m('y')}</m:e></m:d>", "(x|y)"),
    ],
)
def test_formulas_are_readable_text(formula: str, text: str) -> None:
    """A formula is one line of text."""
    assert [text] == printed(read_word(math(formula)).lines)


def test_symbols_are_the_characters_that_they_look_like() -> None:
    """Characters of symbol fonts are printed in Unicode, whether stored by code or as letters."""
    sym = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    wing = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    greek = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'

    lines = read_word(para(sym, run("已缴"), run("n", wing), run("ab", greek), run("\uf06c"))).lines

    assert ["☑已缴■αβ●"] == printed(lines)


def test_a_drop_cap_begins_its_paragraph() -> None:
    """A large first character is stored as a paragraph of its own and read as part of the next one."""
    cap = p("本", properties='<w:framePr w:dropCap="drop"/>')

    assert ["本刊讯"] == printed(read_word(cap + p("刊讯")).lines)


def test_the_text_of_an_empty_control_is_no_content() -> None:
    """The prompt that Word shows in an empty content control is dropped."""
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    lines = read_word(
        para(
            run("编者："),
            control.format("<w:showingPlcHdr/>", run("单击此处输入")),
            control.format("", run("秘书处")),
        )
    ).lines

    assert (["编者：秘书处"], [("单击此处输入", "placeholder")]) == (printed(lines), dropped(lines))


def test_lists_in_a_note_keep_their_form() -> None:
    """Entries inside a note are a list."""
    found = read_word(
        para(run("甲"), '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        parts={
            "numbering": NUMBERING,
            "footnotes": f'<w:footnote w:id="2">{p("说明：")}{entry("一", 2)}{entry("二", 2)}</w:footnote>',
        },
    )

    first, second = found.notes["1"]
    assert isinstance(first, Paragraph)
    assert isinstance(second, ItemList)
    assert ["1.", "2."] == [item.label for item in second.items]
