"""Forward, back and narrower in the last list."""

import re

import pytest

from tests.bot.conftest import Say
from tests.bot.test_chat import text_of
from wxbot.bot.intent.commands import OnlySection, PreviousPage, Question, parse_command
from wxbot.bot.lists import page_links
from wxbot.wechat import Card


def number_range(said: str) -> list[int]:
    """The number_range of the titles of a page."""
    return [int(n) for n in re.findall(r"^(\d+)\. ", said, re.MULTILINE)]


def menu_links(said: str) -> list[str]:
    """What can be sent by a tap."""
    return re.findall(r"msgmenucontent=([^&]*)&", said)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("上一页", PreviousPage()),
        ("返回", PreviousPage()),
        ("只看投融界", OnlySection("投融界")),
        ("只看 投融界。", OnlySection("投融界")),
        ("只看", Question("只看")),
    ],
)
def test_the_ways_through_a_list_are_understood(typed: str, meant: object) -> None:
    """Blanks and a full stop make no difference."""
    assert meant == parse_command(typed)


def test_a_member_goes_forward_and_back(say: Say) -> None:
    """The page before is the one that was seen; before the first there is none; forward again is the next."""
    first, second = text_of(say("北京")), text_of(say("更多"))
    assert ([1, 2, 3, 4, 5], 6) == (number_range(first), number_range(second)[0])
    assert "上一页" in menu_links(second)
    assert "上一页" not in menu_links(first)
    assert number_range(first) == number_range(text_of(say("上一页")))
    assert "已经是最前面" in text_of(say("上一页"))
    assert second == text_of(say("更多"))


def test_back_from_the_page_after_a_card_shows_the_card_s_article_too(say: Say) -> None:
    """After one card, 更多 is the second; back is the list of both."""
    say("比亚迪")
    say("更多")
    assert [1, 2] == number_range(text_of(say("上一页")))


def test_a_list_is_narrowed_to_a_section(say: Say) -> None:
    """With number_range that pick from the narrower list; the sections to choose from can be tapped."""
    first = text_of(say("北京"))
    offered = [sent for sent in menu_links(first) if sent.startswith("只看")]
    assert 2 == len(offered)
    narrowed = text_of(say(offered[0]))
    section = offered[0].removeprefix("只看")
    assert f"「北京 {section}」第 1 至" in narrowed
    assert not any(sent.startswith("只看") for sent in menu_links(narrowed))
    assert narrowed == text_of(say(offered[0]))
    assert narrowed == text_of(say(offered[0][:-1]))
    assert "没有" in text_of(say(offered[1]))


def test_the_one_that_is_left_of_a_list_is_its_card(say: Say) -> None:
    """A section of which the list has one article: no page with a single line; and its end is said in the singular."""
    say("融资")
    assert isinstance(say("只看联盟汇").reply, Card)
    assert "发 1，可以再看" in text_of(say("更多"))


def test_the_last_of_many_is_a_page_with_one_number(say: Say) -> None:
    """第 6 篇, not 第 6 至 6 篇."""
    say("投融界")
    assert text_of(say("还有吗")).startswith("「投融界」第 6 篇，共 6 篇：")


def test_without_a_list_the_section_itself_is_shown(say: Say) -> None:
    """Asking for a section is never a dead end; what is no section is searched."""
    assert text_of(say("投融界")) == text_of(say("只看投融界", openid="bob"))
    assert say("只看电影").hits is not None
    assert "没有可以接着看的列表" in text_of(say("上一页", openid="carol"))


def test_only_what_leads_on_is_offered() -> None:
    """A single page of a single section ends without any line."""
    assert "" == page_links(0, back=False, sections=["甲", "甲"])
    assert ["更多", "上一页", "只看乙", "只看甲"] == menu_links(
        page_links(1, back=True, sections=["甲", "乙", "乙", ""])
    )
