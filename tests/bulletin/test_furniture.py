"""Page numbers, form feeds and running headers."""

import pytest

from wxbot.bulletin import furniture
from wxbot.bulletin.readers import txt


def numbers(text: str) -> list[str]:
    """What was taken for a page number in a text."""
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
    """Dashes, 第…页 and the like make a number a page's, wherever it stands."""
    assert [number] == numbers(f"上一页的正文\n{number}\n下一页的正文\n")


def test_bare_numbers_that_count_upwards_are_pages() -> None:
    """1, 3 and 4 with text between them count pages, though one page hides its number."""
    page = "正文\n" * 9

    assert ["1", "3", "4"] == numbers(f"1\n{page}3\n{page}4\n{page}")


def test_figures_of_a_table_are_no_page_numbers() -> None:
    """Numbers that go down, or stand one below the other, are text; a single row of them may count pages."""
    table = "产值\n35\n42\n28\n17\n"
    page = "正文\n" * 9

    assert ["1", "2", "3"] == numbers(f"1\n{page}2\n{table}{page}3\n")


def test_a_number_apart_from_the_text_is_a_page_number() -> None:
    """With two blank lines above it a number stands at the foot of a page, though it breaks the row."""
    assert ["9"] == numbers("正文\n\n\n\n9\n\n正文\n")


def test_a_line_after_a_page_number_starts_a_page() -> None:
    """The page break itself is kept as evidence for what the line is."""
    kept, _ = furniture.strip(txt.lines("上页\n- 3 -\n下页\n再下一行\n"))

    assert [False, True, False] == [line.page_start for line in kept]


def test_form_feeds_are_reported_where_they_stand() -> None:
    """A form feed, alone or before text, is dropped with its line."""
    kept, dropped = furniture.strip(txt.lines("上页\n\f\n\f下页\n"))

    assert ["上页", "下页"] == [line.text for line in kept]
    assert [(2, "\f", "form feed"), (3, "\f", "form feed")] == [
        (one.line, one.text, one.why) for one in dropped
    ]


def test_running_headers_repeat_the_head() -> None:
    """Lines that only repeat the masthead, spaced otherwise or with a page number, go; news about it stays."""
    names = ["云 海 联 盟 简 报", "2021 年第 02 期 2021 年 01 月 15 日"]
    text = "云海联盟简报 第 3 页\n云海联盟简报 2021年第02期2021年01月15日\n云海联盟简报改版\n"

    kept, dropped = furniture.strip_headers(txt.lines(text), names)

    assert ["云海联盟简报改版"] == [line.text for line in kept]
    assert {"running header"} == {one.why for one in dropped}


def whys(text: str) -> list[tuple[str, str]]:
    """What was dropped of a text before anything was read, and why."""
    _, dropped = furniture.strip(txt.lines(text))
    return [(one.text, one.why) for one in dropped]


@pytest.mark.parametrize("rule", ["————————", "━━━━━━", "======", "- - -", "* * *", "……………………", "■■■■"])
def test_rules_across_the_page_are_furniture(rule: str) -> None:
    """A line of nothing but dashes, dots or glyphs is no text; the line below it knows of it."""
    kept, _ = furniture.strip(txt.lines(f"上文\n{rule}\n下文\n"))

    assert [(rule, furniture.RULE)] == whys(f"上文\n{rule}\n下文\n")
    assert [False, True] == [line.below_rule for line in kept]


def test_numbers_alone_above_titles_count_them() -> None:
    """01, 02 and 01 again are numbers of titles, not of pages; the lines below them know of them."""
    text = "01\n新桥通车\n正文一。\n02\n新校开学\n正文二。\n01\n新站启用\n正文三。\n"

    kept, _ = furniture.strip(txt.lines(text))

    assert [(number, furniture.COUNT) for number in ("01", "02", "01")] == whys(text)
    assert ["新桥通车", "新校开学", "新站启用"] == [line.text for line in kept if line.below_number]


def test_numbers_in_no_order_count_no_titles() -> None:
    """Figures such as 07 and 03 in no order are no numbers of titles."""
    found = whys("07\n新桥通车\n正文一。\n03\n新校开学\n正文二。\n")

    assert furniture.COUNT not in [why for _, why in found]


@pytest.mark.parametrize(
    "words", ["点击上方蓝字关注我们", "长按识别二维码", "微信扫一扫关注该公众号", "预览时标签不可点"]
)
def test_invitations_to_follow_are_furniture(words: str) -> None:
    """What the account's pages say to their readers is no news."""
    assert [(words, furniture.INVITATION)] == whys(f"上文\n{words}\n下文\n")


def test_a_sentence_about_following_is_text() -> None:
    """News of an account is news."""
    assert [] == whys("协会开通公众号，会员关注后可以查询活动安排，欢迎点击试用。\n")


def test_what_pages_repeat_at_their_edges_is_a_running_header() -> None:
    """A line at the top and one at the foot of most pages go, though the masthead has neither."""
    pages = [
        f"凝心聚力\n正文第{n}页的第一段到此为止。\n正文第{n}页的第二段也完了。\n月湾侨联\n" for n in "一二三"
    ]

    kept, dropped = furniture.strip_headers(furniture.strip(txt.lines("\f".join(pages)))[0], [])

    assert ["凝心聚力", "月湾侨联"] * 3 == [one.text for one in dropped]
    assert 6 == len(kept)
    assert [False, False, True, False, True, False] == [line.page_start for line in kept]


def test_a_line_that_opens_one_page_only_stays() -> None:
    """Titles at the top of pages differ from page to page."""
    pages = [f"第{n}座桥通车\n正文到此为止。\n" for n in "一二三"]

    assert ([], 6) == (
        furniture.strip_headers(txt.lines("\f".join(pages)), [])[1],
        len(furniture.strip_headers(txt.lines("\f".join(pages)), [])[0]),
    )
