"""Tests of lines outside the articles: page furniture, tables of contents and end matter."""

import pytest

from wxbot.bulletin import Line, furniture
from wxbot.bulletin.readers import txt


def numbers(text: str) -> list[str]:
    """Return the lines of a text that are dropped as page numbers."""
    _, dropped = furniture.strip(txt.lines(text))
    return [one.text for one in dropped if one.why == furniture.PAGE_NUMBER]


@pytest.mark.parametrize(
    "number",
    [
        "- 3 -",
        "— 3 —",
        "-3-",
        "·3·",
        "第 3 页",
        "第3页 共8页",
        "第三页",
        "3 / 8",
        "Page 3 of 8",
        "P3",
        "－３－",
        "- iii -",
    ],
)
def test_dressed_page_numbers_are_furniture(number: str) -> None:
    """A number between dashes, in 第…页 or the like is a page number anywhere."""
    assert [number] == numbers(f"上一页的正文\n{number}\n下一页的正文\n")


def test_bare_numbers_that_count_upwards_are_pages() -> None:
    """1, 3 and 4 with text between them are page numbers, although page 2 prints none."""
    page = "正文\n" * 9

    assert ["1", "3", "4"] == numbers(f"1\n{page}3\n{page}4\n{page}")


def test_figures_of_a_table_are_no_page_numbers() -> None:
    """Numbers that decrease or stand on adjacent lines are text."""
    table = "产值\n35\n42\n28\n17\n"
    page = "正文\n" * 9

    assert ["1", "2", "3"] == numbers(f"1\n{page}2\n{table}{page}3\n")


def test_a_number_apart_from_the_text_is_a_page_number() -> None:
    """A number with two blank lines above it is a page number, even out of order."""
    assert ["9"] == numbers("正文\n\n\n\n9\n\n正文\n")


def test_a_line_after_a_page_number_starts_a_page() -> None:
    """The line after a page number has `page_start` set."""
    kept, _ = furniture.strip(txt.lines("上页\n- 3 -\n下页\n再下一行\n"))

    assert [False, True, False] == [line.page_start for line in kept]


def test_form_feeds_are_reported_where_they_stand() -> None:
    """A form feed, alone or before text, is reported as dropped with its line number."""
    kept, dropped = furniture.strip(txt.lines("上页\n\f\n\f下页\n"))

    assert ["上页", "下页"] == [line.text for line in kept]
    assert [(2, "\f", "form feed"), (3, "\f", "form feed")] == [
        (one.line, one.text, one.why) for one in dropped
    ]


def test_running_headers_repeat_the_head() -> None:
    """Lines that repeat the masthead, perhaps with a page number, are dropped; an article about it stays."""
    names = ["云 海 联 盟 简 报", "2021 年第 02 期 2021 年 01 月 15 日"]
    text = "云海联盟简报 第 3 页\n云海联盟简报 2021年第02期2021年01月15日\n云海联盟简报改版\n"

    kept, dropped = furniture.strip_headers(txt.lines(text), names)

    assert ["云海联盟简报改版"] == [line.text for line in kept]
    assert {"running header"} == {one.why for one in dropped}


def dropped_with_reasons(text: str) -> list[tuple[str, str]]:
    """Return the dropped lines of a text with their reasons."""
    _, dropped = furniture.strip(txt.lines(text))
    return [(one.text, one.why) for one in dropped]


@pytest.mark.parametrize("rule", ["————————", "━━━━━━", "======", "- - -", "* * *", "……………………", "■■■■"])
def test_rules_across_the_page_are_furniture(rule: str) -> None:
    """A line of dashes, dots or glyphs is dropped, and the line below it has `below_rule` set."""
    kept, _ = furniture.strip(txt.lines(f"上文\n{rule}\n下文\n"))

    assert [(rule, furniture.RULE)] == dropped_with_reasons(f"上文\n{rule}\n下文\n")
    assert [False, True] == [line.below_rule for line in kept]


def test_numbers_alone_above_titles_count_them() -> None:
    """01, 02 and 01 again are dropped as title numbers, and the lines below them have `below_number` set."""
    text = "01\n新桥通车\n正文一。\n02\n新校开学\n正文二。\n01\n新站启用\n正文三。\n"

    kept, _ = furniture.strip(txt.lines(text))

    assert [(number, furniture.COUNT) for number in ("01", "02", "01")] == dropped_with_reasons(text)
    assert ["新桥通车", "新校开学", "新站启用"] == [line.text for line in kept if line.below_number]


def test_numbers_in_no_order_count_no_titles() -> None:
    """Figures such as 07 and 03, which are not in order, are not title numbers."""
    found = dropped_with_reasons("07\n新桥通车\n正文一。\n03\n新校开学\n正文二。\n")

    assert furniture.COUNT not in [why for _, why in found]


@pytest.mark.parametrize(
    "words", ["点击上方蓝字关注我们", "长按识别二维码", "微信扫一扫关注该公众号", "预览时标签不可点"]
)
def test_invitations_to_follow_are_furniture(words: str) -> None:
    """Invitations to follow the account are dropped."""
    assert [(words, furniture.INVITATION)] == dropped_with_reasons(f"上文\n{words}\n下文\n")


def test_a_sentence_about_following_is_text() -> None:
    """A sentence that mentions following an account is text."""
    assert [] == dropped_with_reasons("协会开通公众号，会员关注后可以查询活动安排，欢迎点击试用。\n")


def test_lines_repeated_at_page_edges_are_running_headers() -> None:
    """Lines at the top and foot of most pages are dropped, although the masthead has neither."""
    pages = [
        f"凝心聚力\n正文第{n}页的第一段到此为止。\n正文第{n}页的第二段也完了。\n月湾侨联\n" for n in "一二三"
    ]

    kept, dropped = furniture.strip_headers(furniture.strip(txt.lines("\f".join(pages)))[0], [])

    assert ["凝心聚力", "月湾侨联"] * 3 == [one.text for one in dropped]
    assert 6 == len(kept)
    assert [False, False, True, False, True, False] == [line.page_start for line in kept]


def test_a_line_that_opens_one_page_only_stays() -> None:
    """A line at the top of a single page is not a running header."""
    pages = [f"第{n}座桥通车\n正文到此为止。\n" for n in "一二三"]

    assert ([], 6) == (
        furniture.strip_headers(txt.lines("\f".join(pages)), [])[1],
        len(furniture.strip_headers(txt.lines("\f".join(pages)), [])[0]),
    )


def test_the_mark_of_a_generated_table_of_contents_is_set_apart() -> None:
    """[TOC], where Markdown editors put a table of contents, is no section."""
    kept, dropped = furniture.strip(txt.lines("[TOC]\n园区要闻\n"))

    assert (["园区要闻"], ["table of contents"]) == (
        [line.text for line in kept],
        [one.why for one in dropped],
    )


def test_lines_between_rules_are_set_off() -> None:
    """Lines between two rules have a look of their own where several are; one alone proves nothing."""
    framed = "-----\n1. 新码头开港\n-----\n正文一段。\n\n"

    kept, _ = furniture.strip(txt.lines(framed * 2))
    alone, _ = furniture.strip(txt.lines(framed))

    assert ["framed", "", "framed", ""] == [line.look for line in kept]
    assert ["", ""] == [line.look for line in alone]


@pytest.mark.parametrize(
    "text", ["点击上方蓝字\n关注我们\n", "如不愿再收到本通讯，请回复 TD\n"], ids=["two lines", "unsubscribe"]
)
def test_invitations_are_furniture(text: str) -> None:
    """An invitation to follow or to end a subscription is no text; 关注我们 alone may be a heading."""
    kept, dropped = furniture.strip(txt.lines(text + "正文\n关注我们\n"))

    assert ["正文", "关注我们"] == [line.text for line in kept]
    assert {furniture.INVITATION} == {one.why for one in dropped}


def test_english_words_below_names_of_sections_are_ornaments() -> None:
    """STORY below 团员故事 is set apart with the marks of sections where two sections have such a line."""
    lines = [
        Line(at, text, bold=not text.isascii(), complete=True)
        for at, text in enumerate(("演出动态", "PERFORMANCE", "巡演开始", "团员故事", "STORY"), 1)
    ]
    kept, dropped = furniture.strip(lines)
    assert ["演出动态", "巡演开始", "团员故事"] == [line.text for line in kept]
    assert ["PERFORMANCE", "STORY"] == [each.text for each in dropped]


def test_a_numeral_alone_above_a_name_counts_it() -> None:
    """壹 and 贰 on lines of their own above bold names are marks of these; a numeral above text of a story is text."""
    names = [
        Line(at, text, bold=len(text) > 1, complete=True)
        for at, text in enumerate(("壹", "用药警戒", "贰", "合理用药"), 1)
    ]
    assert ["用药警戒", "合理用药"] == [line.text for line in furniture.strip(names)[0]]
    story = txt.lines("一\n从前有座山。\n二\n山里有座庙。\n")
    assert ["一", "从前有座山。", "二", "山里有座庙。"] == [line.text for line in furniture.strip(story)[0]]
