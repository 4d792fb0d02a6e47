"""Tests of the habits of publications: known names and sections, and the file that gives them."""

import pytest

from wxbot import bulletin
from wxbot.bulletin import Source
from wxbot.bulletin.habits import Habits, PublicationHabits, parse_habits
from wxbot.bulletin.issue_number import NumberKind
from wxbot.bulletin.readers import read_source
from wxbot.errors import SettingsError

NEWS = "近日，青禾区图书馆完成自助借还设备升级，读者还书后可当场办理续借，全天开放，欢迎读者前来体验。"
HABITS = Habits((PublicationHabits("青禾人", "读书会", ("馆里事", "会员说"), NumberKind.RUNNING),))
FILE = """[[publication]]
name = "青禾人"
sections = ["馆里事", "会员说"]
numbered_by = "running"
"""


def test_the_file_gives_name_sections_and_numbering() -> None:
    """Each publication is one entry; what is not given is unknown."""
    (one,) = parse_habits(FILE, "bulletins.toml").publications

    assert PublicationHabits("青禾人", "", ("馆里事", "会员说"), NumberKind.RUNNING) == one


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FILE + 'color = "红"\n', "第 5 行：不认识“color”"),
        (FILE + 'colour = "红"\n', "第 5 行：颜色 colour 写成"),
        ("[[publications]]\n", "第 1 行：不认识“publications”"),
        (FILE.replace("running", "volume"), "第 4 行：numbered_by"),
        ("[[publication]]\nname = 3\n", "写成文字"),
        (FILE + 'section_names = { 甲 = "乙", 乙 = "甲" }', "第 5 行：section_names 里「甲」"),
        (FILE + "section_names = { 甲 = 1 }", "第 5 行：section_names 写成"),
        ("name", "TOML"),
    ],
)
def test_what_the_file_must_not_say_is_refused(text: str, says: str) -> None:
    """Unknown keys and values are refused with their line."""
    with pytest.raises(SettingsError, match=says):
        parse_habits(text, "bulletins.toml")


def test_known_names_and_sections_are_recognised() -> None:
    """A known name needs no word of periodicals; a known section's name is a section, wherever it stands."""
    text = f"青禾人\n第5期\n\n馆里事\n\n设备升级\n\n{NEWS}\n\n旧书上山\n\n{NEWS}\n\n会员说\n\n我与旧书\n\n{NEWS}\n"
    issue = bulletin.parse(read_source(Source("x.txt", text.encode())), None, HABITS)

    assert ("青禾人", "no5") == (issue.title, issue.number)
    assert ["馆里事", "会员说"] == [section.name for section in issue.sections]
    assert not [problem for problem in issue.problems if "期" in problem.says]


def test_habits_given_by_hand_come_before_learnt_ones() -> None:
    """Merging keeps what the file says, adds learnt sections, and learnt publications."""
    learnt = Habits(
        (
            PublicationHabits("青禾人", "秘书处", ("会员说", "书讯"), NumberKind.COUNT),
            PublicationHabits("快讯"),
        )
    )

    first, second = HABITS.merge(learnt).publications

    assert ("读书会", ("馆里事", "会员说", "书讯"), NumberKind.RUNNING) == (
        first.editor,
        first.sections,
        first.numbered_by,
    )
    assert "快讯" == second.name


def test_a_section_may_be_renamed_twice() -> None:
    """Each former name leads to the present one; Chinese keys need no quotation marks."""
    (one,) = parse_habits(FILE + 'section_names = { 会内事 = "馆务", 馆务 = "馆里事" }\n', "").publications

    assert "馆里事" == one.present_name("会内事") == one.present_name("馆里事")
    assert ("馆里事", "会内事", "馆务") == one.spellings("馆务")
