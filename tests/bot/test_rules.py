"""The editors' own rules: which one counts, and what it answers."""

import contextlib
import datetime as dt
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.test_chat import card_of, page_of, text_of
from tests.conftest import ROOT
from wxbot.bot import Bot, Replies, RuleFile
from wxbot.bot.rules.rule_file import RulesError, read
from wxbot.bot.rules.rulebook import Rulebook
from wxbot.db import Database
from wxbot.rendering.links import strip_click_tokens
from wxbot.search import Index
from wxbot.wechat import ImageReply

RULES = """
[[rule]]
match = "exact"
values = ["Wi-Fi", "密码"]
text = "{公众号}的无线网：guest。您问「{问题}」，最新是{期号}。"

[[rule]]
match = "contains"
values = ["会费"]
card = "2021-02/5"

[[rule]]
match = "pattern"
values = ["电话.{0,3}多少"]
picture = "MEDIA"

[[rule]]
match = "menu"
values = ["ABOUT"]
text = "关于我们"

[[rule]]
match = "scene"
values = ["booth"]
card = "latest"

[[rule]]
match = "event"
values = ["subscribe"]
text = "年会欢迎您"

[[rule]]
match = "exact"
values = ["帮助"]
text = "抢不到"

[[rule]]
match = "exact"
values = ["最新"]
search = "比亚迪"
priority = 100

[[rule]]
match = "exact"
values = ["撤下"]
card = "2021-02/99"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of the rule file."""
    file = tmp_path / "rules.toml"
    file.write_text(RULES, encoding="utf-8")
    return file


@pytest.fixture
def bot(sample_db: Database, index: Index, file: Path) -> Bot:
    """Return a bot that follows the rules in the file."""
    return Bot(
        sample_db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL, rules=RuleFile(file)
    )


@pytest.mark.parametrize("typed", ["wi-fi", "ＷＩ－ＦＩ", " Wi-Fi "])
def test_an_exact_rule_is_met_however_it_is_typed(say: Say, typed: str) -> None:
    """Width and case make no difference, and the placeholders of the text are filled."""
    said = text_of(say(typed))
    assert said.startswith("长风联盟工作简报的无线网")
    assert said.endswith("最新是2021年第2期。")


def test_rules_answer_with_cards_pictures_and_searches(say: Say) -> None:
    """A rule answers with an article's card, an uploaded picture, or a search for other words."""
    assert f"{PUBLIC_URL}/a/2021-02/5" == page_of(say("请问会费怎么交"))
    assert ImageReply("MEDIA") == say("你们电话是多少").reply
    assert strip_click_tokens(say("比亚迪").reply) == strip_click_tokens(say("最新").reply)


def test_fixed_words_give_way_only_to_an_urgent_rule(say: Say) -> None:
    """帮助 is help despite a rule of priority 0, and 最新 is replaced by a rule of priority 100."""
    assert "可以这样问我" in text_of(say("帮助"))
    assert "比亚迪" in card_of(say("最新")).title


def test_keys_scenes_and_events_have_rules_of_their_own(say: Say) -> None:
    """Rules for menu keys, scanned codes and the follow event apply there and not to typed text."""
    assert "关于我们" == text_of(say(kind="event", event="click", key="ABOUT"))
    assert f"{PUBLIC_URL}/i/2021-02" == page_of(say(kind="event", event="scan", key="booth"))
    assert f"{PUBLIC_URL}/i/2021-02" == page_of(say(kind="event", event="subscribe", key="qrscene_booth"))
    assert "年会欢迎您" == text_of(say(kind="event", event="subscribe"))
    assert say("ABOUT").hits is not None


def test_a_rule_whose_article_is_gone_steps_aside(say: Say) -> None:
    """A rule for an article that was withdrawn is ignored."""
    assert say("撤下").hits == 0


def test_rules_are_read_again_and_a_broken_file_changes_nothing(
    say: Say, bot: Bot, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A refresh loads a changed file; a broken file keeps the last good rules, and the log says so once."""
    file.write_text(RULES.replace("关于我们", "我们是谁"), encoding="utf-8")
    bot.refresh()
    assert "我们是谁" == text_of(say(kind="event", event="click", key="ABOUT"))

    file.write_text("[[rule]]\nmatch = 'exakt'", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        bot.refresh()
        bot.refresh()
    assert "我们是谁" == text_of(say(kind="event", event="click", key="ABOUT"))
    assert 1 == len([record for record in caplog.records if "rules.toml" in record.getMessage()])

    file.unlink()
    bot.refresh()
    assert "年会欢迎您" != text_of(say(kind="event", event="subscribe"))


def test_the_shipped_rules_can_be_read() -> None:
    """The shipped file is valid, and so are its examples without their comment signs."""
    text = (ROOT / "config" / "rules.toml").read_text(encoding="utf-8")
    assert [] == read(text)
    _, _, below = text.partition("# [[rule]]")
    shown = "\n".join(
        line.removeprefix("#").removeprefix(" ") for line in ("# [[rule]]" + below).splitlines()
    )
    assert ["contains", "scene"] == [rule.kind for rule in read(shown)]


@pytest.mark.parametrize(
    ("more", "hit"),
    [
        ("", True),
        ("from = 2026-11-24\nuntil = 2026-11-24", True),
        ("from = 2026-11-25", False),
        ("until = 2026-11-23", False),
        ('weekdays = ["tue"]', True),
        ('weekdays = ["mon", "wed"]', False),
        ("hours = [12, 13]", True),
        ("hours = [9, 12]", False),
        ("hours = [22, 13]", True),
        ("hours = [22, 12]", False),
        ('hours = [13, 12]\nweekdays = ["mon"]', False),
        ("hours = [13, 13]", False),
        ('hours = [20, 13]\nweekdays = ["mon"]', True),
        ('hours = [20, 13]\nweekdays = ["tue"]', False),
        ("hours = [20, 13]\nuntil = 2026-11-23", True),
        ("hours = [20, 13]\nfrom = 2026-11-24", False),
    ],
)
def test_a_rule_counts_in_its_time(now: dt.datetime, more: str, hit: bool) -> None:
    """On Tuesday noon: days include both ends, hours only the first; a night belongs to the day on which it starts."""
    book = Rulebook(read(f"[[rule]]\nmatch = 'exact'\nvalues = ['甲']\ntext = '乙'\n{more}"))
    assert hit is (book.match_text("甲", now) is not None)


def test_the_closest_of_equal_rules_counts_and_the_urgent_before_it(now: dt.datetime) -> None:
    """Precedence is by priority, then exact before contains before pattern, then by position in the file."""
    texts = [("pattern", 0), ("contains", 0), ("exact", 0), ("exact", 0), ("contains", 5)]
    rules = "".join(f"[[rule]]\nmatch='{m}'\nvalues=['甲']\ntext='乙'\npriority={p}\n" for m, p in texts)
    assert [5, 3, 4, 2, 1] == [rule.at for rule in Rulebook(read(rules)).rules]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("match = 'exact'\ntext = '乙'", "缺少「values」"),
        ("match = 'exact'\nvalues = []\ntext = '乙'", "「values」是空的"),
        ("match = 'fuzzy'\nvalues = ['甲']\ntext = '乙'", "没有「fuzzy」这个写法"),
        ("match = 'exact'\nvalues = ['甲']", "要有且只有一种回答"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '乙'\ncard = 'latest'", "要有且只有一种回答"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '{姓名}'", "不认识 {姓名}"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '乙'\ncolour = 1", "不认识「colour」"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '乙'\nhours = [9, 25]", "「hours」的写法不对"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '乙'\nhours = [9, 12, 18]", "「hours」太长，最多 2 个"),
        (f"match = 'exact'\nvalues = {['甲'] * 201}\ntext = '乙'", "「values」太长，最多 200 个"),
        ("match = 'exact'\nvalues = ['甲']\ntext = '" + "长" * 700 + "'", "文字太长"),
        ("match = 'pattern'\nvalues = ['(']\ntext = '乙'", "unclosed group"),
        ("match = 'pattern'\nvalues = ['(?=甲)']\ntext = '乙'", "look-around"),
        ("match = 'pattern'\nvalues = ['(甲)\\1']\ntext = '乙'", "backreferences"),
        ("match = 'pattern'\nvalues = ['(\\w{1000}){1000}']\ntext = '乙'", "exceeds size limit"),
    ],
)
def test_what_is_wrong_is_said_with_its_rule(entry: str, says: str) -> None:
    """The error of the second rule names the second rule."""
    good = "[[rule]]\nmatch = 'exact'\nvalues = ['子']\ntext = '丑'\n"
    with pytest.raises(RulesError) as wrong:
        read(f"{good}[[rule]]\n{entry}\n")
    ((at, said),) = wrong.value.problems
    assert at == 2
    assert says in said


@given(
    st.sampled_from(["(a+)+$", "(a|aa)+$", ".*.*.*.*.*x", "((.*)*)*x", "(x+x+)+y"]),
    st.text("ax ", max_size=200),
)
def test_patterns_that_hang_other_engines_are_answered(pattern: str, text: str) -> None:
    """Nested repetition is matched in linear time, because the engine does not backtrack."""
    (rule,) = read(f"[[rule]]\nmatch = 'pattern'\nvalues = ['{pattern}']\ntext = '乙'")
    last = {"$": "a", "x": "x", "y": "y"}[pattern[-1]]
    assert not rule.matches(text) or last in text


@given(st.text())
def test_no_file_of_rules_is_an_unexpected_error(text: str) -> None:
    """Any file is either parsed or refused with RulesError."""
    with contextlib.suppress(RulesError):  # which is the other good end
        assert isinstance(read(text), list)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rule = " + "[" * 100_000, "括号套得太深"),
        ("[[rule]]\nmatch = 'exact'\nvalues = ['甲']\ntext = '乙'\n" * 1001, "规则太多（1001 条）"),
        ("rule = 3", "规则要写成 [[rule]]"),
        ("[[rule]", "不是正确的 TOML"),
    ],
)
def test_a_file_that_is_no_file_of_rules_is_refused_whole(text: str, says: str) -> None:
    """The error of a file without rules names no rule."""
    with pytest.raises(RulesError, match=re.escape(says)) as wrong:
        read(text)
    assert [0] == [at for at, _ in wrong.value.problems]


def test_a_file_from_notepad_is_read() -> None:
    """A byte order mark at the start of the file is ignored."""
    assert 1 == len(read("\ufeff[[rule]]\nmatch = 'exact'\nvalues = ['甲']\ntext = '乙'\n"))


def test_without_a_file_there_are_no_rules(
    sample_db: Database, index: Index, now: dt.datetime, tmp_path: Path
) -> None:
    """Without a file the bot answers as shipped."""
    rules = RuleFile(tmp_path / "none.toml")
    bot = Bot(sample_db, index, Replies(tmp_path), public_url=PUBLIC_URL, rules=rules)
    assert "可以这样问我" in text_of(teller(sample_db, bot, now)("帮助"))
