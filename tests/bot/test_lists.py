"""Numbered lists within a message's room."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from wxbot.bot.lists import (
    CONTENTS_BYTES,
    LIST_BYTES,
    NAMES,
    contents,
    menu_links,
    numbered_titles,
    plain_titles,
)
from wxbot.rendering.links import ArticleSummary, SiteLinks
from wxbot.text import width
from wxbot.wechat import Text, render
from wxbot.wechat.text_markup import cut_text

stories = st.builds(
    ArticleSummary,
    id=st.text(min_size=1, max_size=200),
    title=st.text(max_size=400),
    section=st.sampled_from(["", "新动向", "很长的栏目名称" * 20]),
    number=st.sampled_from([None, "2021-02"]),
    n=st.sampled_from([None, 1, 99]),
    digest=st.text(max_size=50),
    url=st.sampled_from([None, "https://x.example/a", "https://x.example/" + "a" * 1000]),
)


def story(title: str, section: str = "新动向") -> ArticleSummary:
    """Return an article of an issue."""
    return ArticleSummary("2021-02/1", title, section, "2021-02", 1, "", None)


@given(st.lists(stories, max_size=5), st.sampled_from(["", "https://news.example.org"]))
def test_five_lines_of_anything_leave_room_for_the_words(found: list[ArticleSummary], root: str) -> None:
    """With any titles and addresses a page of a list is below 1,700 bytes and has one line for each title."""
    text = numbered_titles(enumerate(found, start=1), SiteLinks(root))

    assert len(text.encode("utf-8", "surrogatepass")) <= 1700
    assert len(found) == len(text.split("\n")) or not found


@given(st.lists(stories, max_size=120))
def test_contents_say_how_many_titles_fit(found: list[ArticleSummary]) -> None:
    """The contents fit into their limit, and their number of titles is returned."""
    text, shown = contents(found, SiteLinks("https://n.example"))

    assert len(text.encode("utf-8", "surrogatepass")) <= CONTENTS_BYTES
    assert min(len(found), 5) <= shown <= len(found)


def test_titles_are_cut_before_any_is_left_out() -> None:
    """Thirty long titles are shortened so that all of them fit."""
    text, shown = contents([story("很长的标题" * 10)] * 30, SiteLinks("https://n.example"))

    assert 30 == shown
    assert "30. " in text


def test_an_address_too_long_for_a_list_leaves_its_number() -> None:
    """A title whose address is too long has no link: its number opens the article."""
    far = ArticleSummary("x", "标题", "", None, None, "", "https://x.example/" + "a" * 300)

    assert "1. 标题" == numbered_titles([(1, far)], SiteLinks(""))


def test_only_a_few_names_are_offered() -> None:
    """Only a few of fifty sections are offered, and a name longer than a line is left out."""
    offered = menu_links(["长" * 100, *(f"栏目{at}" for at in range(50))])

    assert NAMES == offered.count("<a ")
    assert "长" not in offered


def several(*places: tuple[str, str | None]) -> list[tuple[int, ArticleSummary]]:
    """Return a numbered page of articles with these sections and issues."""
    return [
        (at, ArticleSummary(f"{number}/{at}", f"标题{at}", section, number, at, "", None))
        for at, (section, number) in enumerate(places, start=1)
    ]


def plain_lines(page: list[tuple[int, ArticleSummary]]) -> list[str]:
    """Return the lines of a page without their links."""
    return re.sub(r"<[^>]*>", "", numbered_titles(page, SiteLinks("https://n.example"))).split("\n")


def test_section_and_issue_stand_behind_a_title() -> None:
    """The bracket has the year where issues of two years are listed; an archived article has no issue."""
    of_one_year = several(("投融界", "2021-02"), ("新动向", "2021-12"))
    of_two = several(("投融界", "2021-02"), ("新动向", "2020-12"), ("要闻", None))

    assert ["1. 标题1〔投融界 · 第2期〕", "2. 标题2〔新动向 · 第12期〕"] == plain_lines(of_one_year)
    assert [
        "1. 标题1〔投融界 · 2021年第2期〕",
        "2. 标题2〔新动向 · 2020年第12期〕",
        "3. 标题3〔要闻〕",
    ] == plain_lines(of_two)


def test_contents_are_grouped_by_sections_to_tap() -> None:
    """A tap beside a section narrows the contents to it; titles are links where there is room."""
    found = [story("甲", "新动向"), story("乙", "新动向"), story("丙", "投融界")]
    text, shown = contents(found, SiteLinks("https://n.example"))

    assert 3 == shown
    assert ["只看新动向", "只看投融界"] == re.findall("msgmenucontent=([^&]*)&", text)
    assert 3 == text.count('href="https://n.example/a/')


def test_what_all_titles_share_is_not_repeated() -> None:
    """A section, an issue or a publication that all titles share is left out, except after a single title."""
    assert ["1. 标题1〔投融界〕", "2. 标题2〔新动向〕"] == plain_lines(
        several(("投融界", "2021-02"), ("新动向", "2021-02"))
    )
    assert ["1. 标题1〔第2期〕", "2. 标题2〔第3期〕"] == plain_lines(
        several(("投融界", "2021-02"), ("投融界", "2021-03"))
    )
    assert ["1. 标题1〔投融界 · 第2期〕"] == plain_lines(several(("投融界", "2021-02")))
    assert ["1. 标题1", "2. 标题2"] == plain_lines(several(("", None), ("", None)))


def test_a_long_section_is_cut_and_brings_no_markup() -> None:
    """A section in brackets has at most six characters and cannot form a link."""
    (line,) = plain_lines(several(("<a>很长很长的栏目名称", "2021-02")))
    assert "〔＜a＞很长很长…" in line or "〔＜a＞很长很…" in line


@pytest.mark.parametrize("count", [5, 10])
@pytest.mark.parametrize(
    "root", ["https://n.example", "https://news.long-name-of-an-association.example.org.cn"]
)
def test_ten_long_titles_fit_into_a_message(count: int, root: str) -> None:
    """Ten long titles fit, each on its line with its link, if needed without brackets."""
    page = [
        (at, ArticleSummary(f"2021-02/{at}", "很长的文章标题" * 10, f"栏目{at}", "2021-02", at, "", None))
        for at in range(1, count + 1)
    ]
    text = numbered_titles(page, SiteLinks(root), "abcdefghijklm")

    assert len(text.encode()) <= LIST_BYTES
    assert count == text.count("<a href") == len(text.split("\n"))
    assert text == cut_text(text)
    assert "〔" in text or count == 10


def test_an_address_too_long_with_its_mark_goes_without() -> None:
    """An address that is too long with its click token is linked without it."""
    root = "https://" + "n" * 170 + ".example"
    text = numbered_titles([(1, story("标题"))], SiteLinks(root), "abcdefghijklm")

    assert '/a/2021-02/1"' in text
    assert "q=" not in text


def test_bare_lines_hold_number_and_title() -> None:
    """A plain line has number and title, is as long as a phone's line, and has no link."""
    (line,) = plain_titles([(7, story("很长的标题" * 20))]).split("\n")

    assert line.startswith("7. 很长的标题")
    assert width(line) <= 48


@given(st.lists(stories, max_size=5))
def test_a_page_of_anything_is_rendered_whole(found: list[ArticleSummary]) -> None:
    """The platform's limit never cuts one of our lists."""
    text = numbered_titles(enumerate(found, start=1), SiteLinks("https://news.example.org"), "abcdefghijklm")
    xml = render(Text(f"找到\n\n{text}\n\n点标题打开"), to="o", sender="g", now=NOON, answering="text")

    assert "点标题打开" in xml
