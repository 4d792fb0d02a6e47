"""Forward, back and narrower in the last list."""

import re

import pytest

from tests.bot.conftest import Say
from tests.bot.test_chat import text_of
from wxbot.bot.intent.commands import OnlySection, PreviousPage, Question
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.bot.lists import page_links
from wxbot.wechat import Card


def shown_numbers(said: str) -> list[int]:
    """Return the numbers of the titles on a page."""
    return [int(n) for n in re.findall(r"^(\d+)\. ", said, re.MULTILINE)]


def sent_texts(said: str) -> list[str]:
    """Return the texts that the links of an answer send."""
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


@pytest.mark.both_databases
def test_a_member_goes_forward_and_back(say: Say) -> None:
    """上一页 shows the page seen before, 更多 the next one again, and there is no page before the first."""
    first, second = text_of(say("北京")), text_of(say("更多"))
    assert ([1, 2, 3, 4, 5], 6) == (shown_numbers(first), shown_numbers(second)[0])
    assert "上一页" in sent_texts(second)
    assert "上一页" not in sent_texts(first)
    assert shown_numbers(first) == shown_numbers(text_of(say("上一页")))
    assert "已经是最前面" in text_of(say("上一页"))
    assert second == text_of(say("更多"))


def test_back_from_the_page_after_a_card_shows_the_card_s_article_too(say: Say) -> None:
    """更多 after a card shows the second hit, and 上一页 then lists both."""
    say("比亚迪")
    say("更多")
    assert [1, 2] == shown_numbers(text_of(say("上一页")))


def test_a_list_is_narrowed_to_a_section(say: Say) -> None:
    """Numbers pick from the narrowed list, and the sections to narrow to are links."""
    first = text_of(say("北京"))
    offered = [sent for sent in sent_texts(first) if sent.startswith("只看")]
    assert 2 == len(offered)
    narrowed = text_of(say(offered[0]))
    section = offered[0].removeprefix("只看")
    assert f"「北京 {section}」第 1 至" in narrowed
    assert not any(sent.startswith("只看") for sent in sent_texts(narrowed))
    assert narrowed == text_of(say(offered[0]))
    assert narrowed == text_of(say(offered[0][:-1]))
    assert "没有" in text_of(say(offered[1]))


def test_the_one_that_is_left_of_a_list_is_its_card(say: Say) -> None:
    """A narrowed list of one article is a card, and the text after it uses the singular."""
    say("融资")
    assert isinstance(say("只看联盟汇").reply, Card)
    assert "发 1，可以再看" in text_of(say("更多"))


def test_the_last_of_many_is_a_page_with_one_number(say: Say) -> None:
    """A page of one title is called 第 6 篇, not 第 6 至 6 篇."""
    say("投融界")
    assert text_of(say("还有吗")).startswith("「投融界」第 6 篇，共 6 篇：")


def test_without_a_list_the_section_itself_is_shown(say: Say) -> None:
    """只看 without a list shows the section; a word that is no section is searched."""
    assert text_of(say("投融界")) == text_of(say("只看投融界", openid="bob"))
    assert say("只看电影").hits is not None
    assert "没有可以接着看的列表" in text_of(say("上一页", openid="carol"))


def test_only_what_leads_on_is_offered() -> None:
    """A single page of a single section has no links below it."""
    assert "" == page_links(0, back=False, sections=["甲", "甲"])
    assert ["更多", "上一页", "只看乙", "只看甲"] == sent_texts(
        page_links(1, back=True, sections=["甲", "乙", "乙", ""])
    )
