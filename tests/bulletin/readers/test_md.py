"""Tests of the Markdown reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot import bulletin
from wxbot.bulletin import Line
from wxbot.bulletin.readers import md


def one(text: str) -> Line:
    """Return the only line of a text."""
    (line,) = md.lines(text)
    return line


@pytest.mark.parametrize(
    ("text", "level"),
    [("# 名称", 1), ("### 名称 ###", 3), ("名称\n====", 1), ("名称\n----", 2), ("#名称", 0), ("名称", 0)],
)
def test_headings_of_both_kinds_have_their_rank(text: str, level: int) -> None:
    """`#` and underlines make headings; a `#` without a space is text."""
    assert (level, text.split("\n", 1)[0].strip("# ")) == (one(text).level, one(text).text.lstrip("#"))


def test_a_paragraph_is_one_line_however_it_is_wrapped() -> None:
    """Wrapped lines are joined, Latin words with a space; an empty line ends the paragraph."""
    found = md.lines("云海新码头\n正式开港，由 Baillie\nGifford 投资。\n\n第二段。\n")

    assert [(1, "云海新码头正式开港，由 Baillie Gifford 投资。"), (5, "第二段。")] == [
        (line.at, line.text) for line in found
    ]
    assert all(line.complete for line in found)


def test_links_keep_their_text_and_address() -> None:
    """Link marks are removed; all addresses and the text of the first link are kept."""
    line = one("见[说明](https://a.org/x_(1))与 <https://b.org>，**务必**先读。")

    assert "见说明与 https://b.org，务必先读。" == line.text
    assert (("https://a.org/x_(1)", "https://b.org"), "说明") == (line.links, line.anchor)


def test_captions_are_dropped_and_images_kept() -> None:
    """A caption is dropped; the address of an image stays with its text, or with the caption if it stands alone."""
    alone, beside, words = md.lines("![图一](a.png)\n\n码头全景 ![图二](b.png)\n")

    assert ("图一", ("a.png",), "picture") == (alone.text, alone.images, alone.drop_reason)
    assert ("码头全景", ("b.png",), "") == (beside.text, beside.images, beside.drop_reason)
    assert ("图二", (), "picture") == (words.text, words.images, words.drop_reason)


def test_pictures_go_with_the_article_they_stand_in() -> None:
    """An image below a title or paragraph belongs to that article."""
    text = (
        "# 云海周报 #3 | 2024-05-20\n\n## 要闻\n\n### 新桥通车\n\n![图](a.png)\n\n近日通车。\n\n![图](b.png)\n\n"
        "### 新校开学\n\n近日开学。\n"
    )

    first, second = bulletin.parse(md.lines(text)).articles

    assert (("a.png", "b.png"), ()) == (first.images, second.images)
    assert (("近日通车。",), ("近日开学。",)) == (first.paragraphs, second.paragraphs)


def test_lists_keep_their_signs() -> None:
    """Each list entry is one line with `-` or its number; wrapped entries are joined."""
    found = md.lines("* 一\n+ 二\n  续\n\n1. 三\n2) 四\n")

    assert ["- 一", "- 二续", "1. 三", "2. 四"] == [line.text for line in found]


def test_front_matter_gives_title_and_date_and_no_text() -> None:
    """Title and date of the front matter become lines; its other fields are dropped with a reason."""
    title, date, other, body = md.lines(
        '---\ntitle: "云海周报-总第45期"\ndate: 2022-03-19 17:53:04\nfeed: true\n---\n正文\n'
    )

    assert ("云海周报-总第45期", 1) == (title.text, title.level)
    assert "2022-03-19 17:53:04" == date.text
    assert ("feed: true", "front matter") == (other.text, other.drop_reason)
    assert (6, "正文") == (body.at, body.text)


def test_a_fence_is_one_line_with_its_code_untouched() -> None:
    """Code between fences is unchanged; an unclosed fence takes the rest of the text."""
    closed, rest = md.lines("```sh\n# 注释 [x](y)\n```\n正文\n")

    assert ("```sh\n# 注释 [x](y)\n```", 0) == (closed.text, closed.level)
    assert "正文" == rest.text
    assert "```\n# 一\n\n二\n" == one("```\n# 一\n\n二\n").text


def test_rules_quotes_and_bold_lines_are_evidence() -> None:
    """Rules set `below_rule` on the next line, quotes lose their mark, and bold lines are recognised."""
    quote, bold = md.lines("---\n> 引文\n\n**行业动态**\n")

    assert ("引文", True) == (quote.text, quote.below_rule)
    assert ("行业动态", True, False) == (bold.text, bold.bold, bold.below_rule)


@given(
    st.lists(
        st.sampled_from([*"#-*>[]()!`_\n\n\n ", "正文", "---", "```", "![a](b)", "[a](b)", "<!--", "1. "])
    ).map("".join)
)
def test_any_markdown_is_read(text: str) -> None:
    """Any Markdown is read without an exception, and line numbers do not decrease."""
    numbers = [line.at for line in md.lines(text)]

    assert numbers == sorted(numbers)


def test_a_table_is_a_line_a_row() -> None:
    """Each row of a table is a line of its own."""
    found = md.lines("上文\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n下文\n")

    assert ["上文", "| 甲 | 乙 |", "| --- | --- |", "| 1 | 2 |", "下文"] == [line.text for line in found]
    assert 3 == sum(line.table_row for line in found)


def test_emphasis_marks_are_removed() -> None:
    """Stars and underscores around words are removed; those between digits and inside names are kept."""
    assert "重点 其次 3*4*5 a_b_c" == one("*重点* _其次_ 3*4*5 a_b_c").text


def test_front_matter_names_the_author() -> None:
    """The author in the front matter is read with its key."""
    title, author, *_ = md.lines("---\ntitle: 灯塔周报\nauthor: 秘书处\n---\n\n正文\n")

    assert ("灯塔周报", "author: 秘书处") == (title.text, author.text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**注意：**请先读。", "注意：请先读。"),
        ("编号**0****1**", "编号01"),
        ("\\_\\_all\\_\\_", "__all__"),
        ("    缩进的一段。", "缩进的一段。"),
        ("[^1]: 章程自八月一日起施行。", "[^1]: 章程自八月一日起施行。"),
        ("恭喜！&nbsp;详见下文。", "恭喜！ 详见下文。"),
    ],
)
def test_only_marks_are_removed(text: str, plain: str) -> None:
    """Bold marks are removed beside Chinese punctuation and in two pieces; escapes, indents, footnotes are text."""
    assert plain == one(text).text
