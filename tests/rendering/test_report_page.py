"""Tests for the page of a report and its charts."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.rendering import (
    REPORT_POLICY,
    Bar,
    Bars,
    Columns,
    ReportCell,
    ReportPage,
    ReportTable,
    ShareBar,
    SharePart,
    Tile,
    report_page,
)
from wxbot.rendering.report_page import bar, columns, nice_top, share_bar

NASTY = '<script>alert("1")</script> & 京东'
COUNTS = st.integers(0, 10**9)


def _page(**more: object) -> ReportPage:
    """Return a report with these parts; the others are empty."""
    shown: dict[str, object] = {"title": "长风联盟工作简报", "subtitle": "计划 1", "tiles": (), "blocks": ()}
    return ReportPage(**(shown | more))  # type: ignore[arg-type]


def _svg(svg: str) -> ET.Element:
    """Return the parsed SVG, which must be well-formed."""
    return ET.fromstring(svg)  # noqa: S314  our own


def test_everything_that_is_given_is_shown() -> None:
    """The page shows the text of all tiles, charts, tables, facts, alerts and the footer."""
    page = report_page(
        _page(
            tiles=(Tile("送达", "1,200", "占计划的 99%", "good"),),
            blocks=(
                ShareBar(
                    "每一位的结果",
                    (
                        SharePart("送达", 90, "good"),
                        SharePart("失败", 10, "bad"),
                        SharePart("不明", 0, "warn"),
                    ),
                ),
                Bars("失败的原因", (Bar("对方拒收", 10),), "bad", "备注甲"),
                Columns("每小时", (("09:00", 5), ("10:00", 85))),
                ReportTable(
                    "各篇", ("文章", "阅读"), ((ReportCell("甲", "https://mp/1"), ReportCell("42", of=0.5)),)
                ),
            ),
            facts=(("给谁", "全部粉丝"),),
            alerts=("已撤回",),
            footer="长风联盟",
        )
    )
    for words in (
        "1,200",
        "占计划的 99%",
        "90.0%",
        "对方拒收",
        "备注甲",
        "09:00",
        "https://mp/1",
        "全部粉丝",
        "已撤回",
    ):
        assert words in page
    assert "不明" not in page  # a part that counts nothing is left out


def test_nothing_that_is_shown_can_be_markup() -> None:
    """All text of members and editors is escaped."""
    blocks = (
        ShareBar(NASTY, (SharePart(NASTY, 1, "good"),), NASTY),
        Bars(NASTY, (Bar(NASTY, 1),), "bad", NASTY),
        Columns(NASTY, ((NASTY, 5),), note=NASTY),
        ReportTable(NASTY, (NASTY,), ((ReportCell(NASTY, 'https://x/?a=1&b="2'),),), NASTY),
    )
    page = report_page(
        _page(
            title=NASTY,
            tiles=(Tile(NASTY, NASTY, NASTY),),
            blocks=blocks,
            facts=((NASTY, NASTY),),
            alerts=(NASTY,),
        )
    )
    assert "<script" not in page
    assert 'b="2' not in page


def test_a_link_that_is_none_of_the_web_is_none() -> None:
    """A script address in a cell is not a link."""
    cells = (ReportCell("甲", "javascript:alert(1)"), ReportCell("乙", "https://mp/1"))
    page = report_page(_page(blocks=(ReportTable("各篇", ("一", "二"), (cells,)),)))
    assert "javascript:" not in page
    assert '<a href="https://mp/1"' in page


def test_the_page_needs_nothing_from_outside() -> None:
    """The page has no external resources and no scripts, and its policy allows its style sheet."""
    page = report_page(_page(blocks=(Columns("每小时", (("09:00", 5),)),)))
    assert [] == re.findall(r"<script|<img|src=|@import|url\(|style=", page)
    assert 1 == page.count("<style>")
    assert "style-src 'sha256-" in REPORT_POLICY


def test_the_sheet_covers_dark_mode_phones_and_print() -> None:
    """The style sheet has rules for dark mode, phones and printing."""
    page = report_page(_page())
    for rule in ("prefers-color-scheme: dark", "max-width: 36rem", "@media print", "width=device-width"):
        assert rule in page


@given(st.lists(COUNTS, min_size=1, max_size=200))
def test_columns_stay_within_their_picture(counts: list[int]) -> None:
    """For any counts every column stays inside the chart."""
    svg = _svg(columns([(f"{at}", count) for at, count in enumerate(counts)], "good", "t"))
    rects = svg.findall("rect")
    assert sum(count > 0 for count in counts) == len(rects)
    for rect in rects:
        x, width = float(rect.attrib["x"][:-1]), float(rect.attrib["width"][:-1])
        y, height = float(rect.attrib["y"]), float(rect.attrib["height"])
        assert -0.01 <= x <= x + width <= 100.01
        assert 0 < width <= 100 / len(counts) + 0.01
        assert 13.9 <= y <= y + height <= 166.1
    labels = [text for text in svg.findall("text") if text.attrib["class"] == "at"]
    assert 1 <= len(labels) <= 6


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_the_parts_of_a_whole_fill_it(counts: list[int]) -> None:
    """The parts cover 0 to 100 percent, and each is wide enough to be visible."""
    rects = _svg(share_bar([(f"{at}", count, "good") for at, count in enumerate(counts)])).findall("rect")
    for at, rect in enumerate(rects):
        begins = sum(counts[:at]) / sum(counts) * 100
        assert begins == pytest.approx(float(rect.attrib["x"][:-1]), abs=0.001)
    assert all(float(rect.attrib["width"][:-1]) >= 0.4 for rect in rects)


@given(COUNTS)
def test_the_top_of_a_scale_is_round_and_near(most: int) -> None:
    """The top is even, at least the greatest count, and at most about twice as high."""
    top = nice_top(most)
    assert most <= top <= max(2, 2 * most)
    assert 0 == top % 2


def test_a_bar_is_as_long_as_its_share() -> None:
    """The length of a bar is its share; 0 has no bar, and a small count is visible."""

    def width(count: int) -> list[str]:
        """Return the widths of the bars drawn on the rail."""
        return [rect.attrib["width"] for rect in _svg(bar(count, 1000, "good")).findall("rect")[1:]]

    assert (["50.00%"], [], ["0.40%"]) == (width(500), width(0), width(1))


def test_empty_charts_are_no_error() -> None:
    """Empty charts are rendered without errors."""
    blocks = (ShareBar("甲", ()), Bars("乙", ()), Columns("丙", ()), ReportTable("丁", ("一",), ()))
    assert "丁" in report_page(_page(blocks=blocks))
