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
