"""Tests of the Markdown reader."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.bulletin.readers.reading import characters, left_out, published, read_text
from wxbot.bulletin import Document, Line, Source
from wxbot.bulletin.blocks import Code, Paragraph, Picture, Span, Table, plain
from wxbot.bulletin.readers import md


def read(text: str, folder: Path | None = None) -> Document:
    """Return the document of a Markdown text."""
    return read_text(md.document, text, "a.md", folder)


def lines(text: str) -> list[Line]:
    """Return the lines of a text that are not left out."""
    return published(read(text))


def one(text: str) -> Line:
    """Return the only line of a text."""
    (line,) = lines(text)
    return line


@pytest.mark.parametrize(
    ("text", "level"),
    [("# 名称", 1), ("### 名称 ###", 3), ("名称\n====", 1), ("名称\n----", 2), ("#名称", 0), ("名称", 0)],
)
def test_headings_of_both_kinds_have_their_rank(text: str, level: int) -> None:
    """`#` and underlines make headings; a `#` without a space is text."""
    assert (level, text.split("\n", 1)[0].strip("# ")) == (one(text).level, one(text).text.lstrip("#"))


def test_a_rule_below_a_sentence_makes_no_heading() -> None:
    """Dashes below a paragraph of text are a rule, although CommonMark takes the paragraph for a heading."""
    text, after = lines("这一段话说完了。\n---\n下一条\n")

    assert (0, "这一段话说完了。") == (text.level, text.text)
    assert after.below_rule


@pytest.mark.parametrize("heading", ["### 会费通知 {#fee}", "### 会费通知 {.big #fee}", "### 会费通知 ### "])
def test_attributes_of_a_heading_are_notation(heading: str) -> None:
    """Attributes in braces are no part of a heading, and a heading without text is none."""
    assert "会费通知" == one(f"##\n\n{heading}\n").text


def test_a_paragraph_is_one_line_however_it_is_wrapped() -> None:
    """Wrapped lines are joined, Latin words with a space; an empty line ends the paragraph."""
    found = lines("云海新码头\n正式开港，由 Baillie\nGifford 投资。\n\n第二段。\n")

    assert [(1, "云海新码头正式开港，由 Baillie Gifford 投资。"), (5, "第二段。")] == [
        (line.at, line.text) for line in found
    ]
    assert all(line.complete for line in found)


def test_lines_of_a_masthead_stay_apart() -> None:
    """Numbers, dates and labels one below the other are lines of their own without a mark for a break."""
    found = lines("云海简报\n2025年第3期（总第40期）\n2025年3月1日\n\n编辑：张三\n审核：李四\n")

    assert ["云海简报", "2025年第3期（总第40期）", "2025年3月1日", "编辑：张三", "审核：李四"] == [
        line.text for line in found
    ]


def test_line_breaks_make_lines() -> None:
    """Two blanks, a backslash and <br> end a line inside a paragraph, also inside bold type."""
    found = lines("**上\n下**  \n左\\\n右<br>中\n")

    assert [("上下", True), ("左", False), ("右", False), ("中", False)] == [(x.text, x.bold) for x in found]


def test_links_keep_their_text_and_address() -> None:
    """A link stays on its words; definitions of links are read, text in brackets before a colon is text."""
    line, note = lines(
        "见[说明](https://a.org/x_(1))与 <https://b.org>，[章程][z]。\n\n[z]: https://c.org\n\n[注]: 见下文。\n"
    )

    assert "见说明与 https://b.org，章程。" == line.text
    assert ["https://a.org/x_(1)", "https://b.org", "https://c.org"] == [s.url for s in line.spans if s.url]
    assert "[注]: 见下文。" == note.text


def test_styles_are_spans() -> None:
    """Bold, italic, code and raised type are spans of the line."""
    spans = one("甲**乙***丙*`丁`10<sup>3</sup><b>戊</b>").spans

    assert (
        Span("甲"),
        Span("乙", bold=True),
        Span("丙", italic=True),
        Span("丁", code=True),
        Span("10"),
        Span("3", script="super"),
        Span("戊", bold=True),
    ) == spans


def test_pictures_stand_in_their_place(tmp_path: Path) -> None:
    """A picture alone and one beside text are lines; a file beside the text is read, a missing one keeps its path."""
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")

    found = read('![会场](a.png "图一")\n\n码头全景 ![](b.png)\n\n![](https://c.org/d.png)', tmp_path)

    local, _, missing, web = (line.block for line in published(found))
    assert isinstance(local, Picture)
    assert ((Span("图一"),), "会场", 40) == (local.caption, local.alt, local.width)
    assert [local.digest] == list(found.pictures)
    assert [Picture(url="b.png"), Picture(url="https://c.org/d.png")] == [missing, web]
    assert [] == left_out(found)


def test_links_that_lead_nowhere_are_reported_once() -> None:
    """A link keeps its text; addresses without a website, and those of no web page, are one entry each."""
    found = read(
        "# 简报\n\n见[附件](javascript:alert(2))、[文](b.md)。\n\n<p><a href='c.html'>丙</a></p>\n\n[丁](https://a.org/d)\n"
    )

    assert ["简报", "见附件、文。", "丙", "丁"] == [line.text for line in published(found)]
    assert [
        ("javascript:alert(2)", "address that is no web page"),
        ("b.md c.html", "address without a website"),
    ] == left_out(found)


@pytest.mark.parametrize(
    "text", ["简报\n\n<script>\nalert(1)\n</script>\n", "简报<script>alert(1)</script>\n"]
)
def test_a_script_is_named_as_left_out(text: str) -> None:
    """A script in a block or a line is said to be there, and not printed."""
    found = read(text)

    assert ["简报"] == [line.text for line in published(found)]
    assert [("［脚本，未收入］", "script")] == left_out(found)


def test_lists_keep_their_signs() -> None:
    """Each list entry is one line with `-` or its number, its depth, and its further paragraphs without label."""
    found = lines("* 一\n+ 二\n  续\n\n1. 三\n1. 四\n\n   又\n   - 深\n\n2) 五\n")

    assert ["- 一", "- 二续", "1. 三", "2. 四", "又", "- 深", "2) 五"] == [line.text for line in found]
    items = [line.item for line in found]
    assert all(items)
    assert [1, 1, 1, 1, 1, 2, 1] == [item.depth for item in items if item]
    assert ["- ", "- ", "1. ", "2. ", "", "- ", "2) "] == [item.label for item in items if item]


def test_boxes_to_tick_are_signs() -> None:
    """A task list shows what is done."""
    assert ["- ☑ 已缴", "- ☐ 未缴"] == [line.text for line in lines("- [x] 已缴\n- [ ] 未缴\n")]


def test_code_is_kept_as_it_is() -> None:
    """Code between fences is a block; an unclosed fence takes the rest of the text."""
    closed, text = lines("```sh\n# 注释 [x](y)\n```\n正文\n")

    assert (Code("# 注释 [x](y)"), 0) == (closed.block, closed.level)
    assert "正文" == text.text
    assert Code("# 一\n\n二") == one("```\n# 一\n\n二\n").block


def test_rules_quotes_and_bold_lines_are_evidence() -> None:
    """Rules set `below_rule` on the next line, quotes their depth, and bold lines are recognised."""
    quote, bold = lines("---\n> 引文\n\n**行业动态**\n")

    assert ("引文", True, 1) == (quote.text, quote.below_rule, quote.quote)
    assert ("行业动态", True, False) == (bold.text, bold.bold, bold.below_rule)


@given(
    st.lists(
        st.sampled_from(
            [*"#-*>[]()!`_\n\n\n ", "正文", "---", "```", "![a](b)", "[a](b)", "<!--", "1. ", "| a |\n"]
        )
    ).map("".join)
)
def test_any_markdown_is_read(text: str) -> None:
    """Any Markdown is read without an exception, and joined spans equal the text."""
    found = read(f"始{text}")

    assert all(line.spans == () or plain(line.spans) == line.text for line in found.lines)


MARKS = [
    "**",
    "*",
    "`",
    "~~",
    "[",
    "](https://a.org)",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n> ",
    "\n## ",
    "\n---\n",
    "|",
    "<br>",
    "&",
    "[^1]",
]
PIECES = st.one_of(st.sampled_from(MARKS), st.text("天地人春夏ABCxyz0189，。：", min_size=1, max_size=5))


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_character_of_a_text_is_lost(text: str) -> None:
    """Every letter and 汉字 is in a line or a note, with any marks among them."""
    shown = text.replace("](https://a.org)", "]").replace("<br>", "").replace("[^1]", "")
    wanted = Counter(char for char in shown if char.isalpha())

    found = characters(read(f"始{text}"))

    assert not wanted - found


def test_tables_are_typed() -> None:
    """A table has its header and alignment, also one without dashes; text above and below it is text."""
    above, table, below, loose = lines(
        "上文\n| 甲 | 乙 |\n| --- | --: |\n| 1 | **2** | 3 |\n下文\n\n| a | b |\n| c | d |\n"
    )

    assert ["上文", "下文"] == [above.text, below.text]
    assert "甲 | 乙\n1 | 2 | 3" == table.text
    assert isinstance(table.block, Table)
    head, row = table.block.rows
    assert [(True, ""), (True, "right")] == [(cell.header, cell.align) for cell in head]
    assert (Paragraph((Span("2", bold=True),)),) == row[1].blocks
    assert isinstance(loose.block, Table)
    assert "a | b\nc | d" == loose.text


def test_footnotes_are_kept_apart() -> None:
    """A footnote of two paragraphs is no line of the text; a reference without a note is text."""
    found = read("正文[^a]继续[^b]。\n\n[^a]: 脚注**一**。\n\n    又一段。\n\n下文\n")

    assert ["正文a继续[^b]。", "下文"] == [line.text for line in found.lines]
    assert [("a", "super")] == [(span.note, span.script) for span in found.lines[0].spans if span.note]
    assert ["脚注一。", "又一段。"] == [
        plain(block.spans) for block in found.notes["a"] if isinstance(block, Paragraph)
    ]


def test_html_in_a_text_is_read() -> None:
    """Blocks of HTML give typed lines, comments are not shown, words in angle brackets are text."""
    found = read(
        "<table><tr><th>甲</th></tr><tr><td>乙</td></tr></table>\n\n<!-- 编辑注 -->\n\n"
        '<p align="center"><img src="https://a.org/b.png"></p>\n\n类型 List<String> 和 <未闭合\n\n<!-- 半个\n'
    )

    table, picture, words, half = published(found)
    assert isinstance(table.block, Table)
    assert Picture(url="https://a.org/b.png") == picture.block
    assert "类型 List<String> 和 <未闭合" == words.text
    assert "<!-- 半个" == half.text
    assert ["comment"] == [why for _, why in left_out(found)]


def test_what_is_struck_out_is_left_out() -> None:
    """Struck-out words are not published; an editor sees them."""
    assert [("旧电话停用。", "struck-out text")] == left_out(read("新址在此。~~旧电话停用。~~"))


def test_emphasis_marks_are_removed() -> None:
    """Stars and underscores around words are removed; those between digits and inside names are kept."""
    assert "重点 其次 3*4*5 a_b_c" == one("*重点* _其次_ 3*4*5 a_b_c").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**注意：**请先读。", "注意：请先读。"),
        ("编号**0****1**", "编号01"),
        ("**1、设备升级******", "1、设备升级"),
        ("二、**读者活动****", "二、读者活动"),
        ("****标题****", "标题"),
        ("\\_\\_all\\_\\_", "__all__"),
        ("    缩进的一段。", "缩进的一段。"),
        ("恭喜！&nbsp;详见&lt;下文&gt;。", "恭喜！ 详见<下文>。"),
    ],
)
def test_only_marks_are_removed(text: str, words: str) -> None:
    """Bold marks are removed beside Chinese punctuation and in two pieces, and what editors leave; escapes are text."""
    assert words == one(text).text


@pytest.mark.parametrize(
    "text",
    [">" * 500 + "深处", "".join(f"{'  ' * depth}- 深处\n" for depth in range(200)), "<" * 20_000 + "深处"],
)
def test_text_deep_inside_is_read(text: str) -> None:
    """Text nested deeper than the parser follows, or between thousands of marks, is kept as it is written."""
    assert text.count("深处") == sum(line.text.count("深处") for line in lines(text))


def test_a_definition_of_a_link_is_left_out() -> None:
    """The definition of a link is no text; its address is reported, also where nothing refers to it."""
    assert [("[z]: https://c.org", "definition of a link")] == left_out(
        read("正文。\n\n[z]: https://c.org\n")
    )


def test_lines_with_the_same_glyph_are_lines_of_their_own() -> None:
    """Entries typed with a glyph stay apart although Markdown takes them for one paragraph."""
    document = md.document(Source("a.md", "▪ 一则\n▪ 二则\n\n★ 甲\n乙\n".encode()))

    assert ["▪ 一则", "▪ 二则", "★ 甲 乙"] == [line.text.replace("甲乙", "甲 乙") for line in document.lines]


def test_a_thematic_break_is_left_out_with_its_reason() -> None:
    """A rule of Markdown is listed among what is left out, and the line below it knows of it."""
    rule, below = md.document(Source("a.md", b"* * *\n\nText\n")).lines

    assert ("* * *", "rule", True) == (rule.text, rule.drop_reason, below.below_rule)
