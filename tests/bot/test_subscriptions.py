"""Subscriptions in the chat."""

import datetime as dt
import itertools

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.bot.conftest import Say, teller
from tests.bot.test_chat import text_of
from tests.bot.test_limits import check
from wxbot import followers
from wxbot.bot import Bot, last_list
from wxbot.bot.intent.commands import Question
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.bot.intent.subscriptions import (
    SetQuietHours,
    SetWeeklyLimit,
    ShowSubscriptions,
    Subscribe,
    SubscriptionCommand,
    UnclearSetting,
    Unsubscribe,
    apply_command,
    parse_subscription,
)
from wxbot.db import Database
from wxbot.followers import Preferences
from wxbot.wechat import Incoming, render

MESSAGES = itertools.count(10**9)  # no message of one example is a repetition of another's
SECTIONS = ("新动向", "企业讯", "投融界", "产品圈", "联盟汇")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("订阅", Subscribe()),
        ("订阅 全部", Subscribe(everything=True)),
        ("订阅 投融界", Subscribe(("投融界",))),
        ("订阅：投融界", Subscribe(("投融界",))),
        ("订阅投融界", Subscribe(("投融界",), glued=True)),
        ("订阅 投融界、企业讯", Subscribe(("投融界", "企业讯"))),
        ("退订", Unsubscribe()),
        ("退订。", Unsubscribe()),
        ("TD", Unsubscribe()),
        ("退订 全部", Unsubscribe()),
        ("取消订阅", Unsubscribe()),
        ("退订 投融界", Unsubscribe(("投融界",))),
        ("我的订阅", ShowSubscriptions()),
        ("免打扰 22-8", SetQuietHours((22, 8))),
        ("免打扰 22点到次日8点", SetQuietHours((22, 8))),
        ("免打扰22:00～08:00", SetQuietHours((22, 8))),
        ("免打扰 0-24", UnclearSetting()),
        ("免打扰 25-8", UnclearSetting()),
        ("免打扰 8-8", UnclearSetting()),
        ("免打扰", UnclearSetting()),
        ("免打扰 关", SetQuietHours(None)),
        ("每周最多 2 次", SetWeeklyLimit(2)),
        ("每周最多两次", SetWeeklyLimit(2)),
        ("每周最多 0 次", UnclearSetting()),
        ("每周不限", SetWeeklyLimit(None)),
        ("每周一次", SetWeeklyLimit(1)),
        ("每周3篇", SetWeeklyLimit(3)),
        ("訂閱", Subscribe()),
        ("我要订阅", Subscribe()),
        ("如何订阅", Subscribe()),
        ("退訂", Unsubscribe()),
        ("别发了", Unsubscribe()),
        ("不要再推送了", Unsubscribe()),
        ("停止推送", Unsubscribe()),
        ("我订阅了什么", ShowSubscriptions()),
        ("免打扰22:30-7:10", SetQuietHours((22, 8))),
        ("免打扰晚上10点到早上8点", SetQuietHours((22, 8))),
        ("免打扰 晚上十点半到次日七点", SetQuietHours((22, 7))),
        ("免打扰中午12点到下午2点", SetQuietHours((12, 14))),
        ("免打扰 24-8", SetQuietHours((0, 8))),
        ("免打扰晚上别吵到8点", UnclearSetting()),
        ("晚上别发", UnclearSetting()),
    ],
)
def test_wishes_are_understood_however_they_are_typed(typed: str, meant: SubscriptionCommand) -> None:
    """Blanks, full width and Chinese numerals make no difference."""
    assert meant == parse_command(typed)


@pytest.mark.parametrize("typed", ["每周新闻", "免打扰模式", "退市", "停发", "每周一", "不推荐"])
def test_words_that_only_resemble_a_subscription_are_searched(typed: str) -> None:
    """Words that only resemble a subscription command are a question."""
    assert Question(typed) == parse_command(typed)


@given(st.text())
def test_no_text_breaks_the_reading_of_wishes(text: str) -> None:
    """Any text after the words of a command is parsed or refused without an exception."""
    for word in ("订阅", "退订", "免打扰 ", "每周最多"):
        assert parse_subscription(word + text) is None or isinstance(
            parse_subscription(word + text), SubscriptionCommand
        )


def test_a_member_chooses_and_is_told_what_will_come(say: Say, sample_db: Database) -> None:
    """The first section replaces the default of all, a second is added, and the answer shows hours and number."""
    assert "栏目：全部" in text_of(say("我的订阅"))
    say("订阅 投融界")
    say("订阅企业讯")
    say("免打扰 22-8")
    said = text_of(say("每周最多 2 次"))
    assert "栏目：投融界、企业讯\n免打扰：22 点到次日 8 点\n每周最多：2 次" in said
    assert Preferences(("投融界", "企业讯"), quiet=(22, 8), weekly=2) == kept(sample_db)


def test_what_can_be_subscribed_is_shown_to_tap(say: Say) -> None:
    """订阅 alone lists the sections to tap; an unknown section is named, with the same list, also for 退订."""
    for said in ("订阅", "订阅 天气"):
        assert "msgmenucontent=订阅投融界&" in text_of(say(said))
    assert "msgmenucontent=退订投融界&" in text_of(say("退订天气"))
    assert "没有「天气」这个栏目" in text_of(say("订阅 天气"))


def test_words_joined_to_a_command_may_be_a_question(say: Say, sample_db: Database) -> None:
    """订阅号 is searched, because no section is called 号; the start of a section name is enough."""
    assert say("订阅号文章").hits is not None
    assert Preferences() == kept(sample_db)
    say("订阅投融")
    assert Preferences(("投融界",)) == kept(sample_db)


def test_what_is_changed_is_acknowledged(say: Say) -> None:
    """The answer to a change begins with 好的, the answer to 我的订阅 does not."""
    assert text_of(say("订阅 投融界")).startswith("好的，记下了。\n您订阅的推送：\n栏目：投融界")
    assert text_of(say("我的订阅")).startswith("您订阅的推送：\n栏目：投融界")


def test_who_unsubscribes_leaves_no_dialog(say: Say, sample_db: Database, now: dt.datetime) -> None:
    """退订 declines every push and deletes the last list; 订阅 全部 restores every push."""
    say("北京")
    say("免打扰 22-8")
    assert "不再" in text_of(say("退订"))
    with sample_db.read() as session:
        assert last_list.load(session, "alice", now) is None
    assert Preferences(nothing=True) == kept(sample_db)
    assert "没有可以接着看的列表" in text_of(say("更多"))
    assert text_of(say("我的订阅")).startswith("您现在没有订阅任何栏目的推送。")
    say("订阅 全部")
    assert Preferences() == kept(sample_db)


def test_who_leaves_is_forgotten(say: Say, sample_db: Database) -> None:
    """Unfollowing deletes the preferences."""
    say("订阅 投融界")
    say(kind="event", event="unsubscribe")
    assert Preferences() == kept(sample_db)


def kept(db: Database, openid: str = "alice") -> Preferences:
    """Return a member's stored preferences."""
    with db.read() as session:
        return followers.preferences_of(session, openid)


NAMES = st.lists(st.sampled_from(SECTIONS), min_size=1, max_size=2).map(tuple)
WISHES = st.one_of(
    st.builds(Subscribe, NAMES),
    st.just(Subscribe(everything=True)),
    st.builds(Unsubscribe, NAMES),
    st.just(Unsubscribe()),
    st.just(ShowSubscriptions()),
    st.just(Subscribe()),
    st.builds(
        SetQuietHours,
        st.none() | st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda q: q[0] != q[1]),
    ),
    st.builds(SetWeeklyLimit, st.none() | st.integers(1, 50)),
)


def typed(wish: SubscriptionCommand) -> str:
    """Return the command as a member would type it."""
    match wish:
        case Subscribe(names, everything):
            return "订阅 " + ("全部" if everything else " ".join(names))
        case Unsubscribe(names):
            return "退订 " + " ".join(names)
        case SetQuietHours(hours):
            return f"免打扰 {hours[0]}-{hours[1]}" if hours else "免打扰 关"
        case SetWeeklyLimit(most):
            return f"每周最多 {most} 次" if most else "每周不限"
    return "我的订阅"


def model(state: dict[str, object], wish: SubscriptionCommand) -> None:
    """Return the preferences that a simple model expects: a set of sections (None: all), hours and a number."""
    chosen = state["chosen"]
    match wish:
        case Subscribe(_, True):
            state["chosen"] = None
        case Subscribe(names) if names:
            state["chosen"] = (chosen if isinstance(chosen, frozenset) else frozenset()) | set(names)
        case Unsubscribe(names):
            left = (frozenset(SECTIONS) if chosen is None else frozenset(chosen)) - set(names)  # type: ignore[call-overload]
            state["chosen"] = left if names else frozenset()
            if not state["chosen"]:
                state |= {"quiet": None, "weekly": None}
        case SetQuietHours(hours):
            state["quiet"] = hours
        case SetWeeklyLimit(most):
            state["weekly"] = most


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["alice", "bob"]), WISHES), max_size=8))
@example([("alice", Unsubscribe()), ("alice", SetQuietHours((22, 8))), ("alice", Unsubscribe(("投融界",)))])
def test_any_sequence_of_wishes_is_kept_as_a_member_would_expect(
    sample_db: Database, bot: Bot, now: dt.datetime, wishes: list[tuple[str, SubscriptionCommand]]
) -> None:
    """After any commands the stored preferences equal those of a simple model, for each member."""
    say = teller(sample_db, bot, now)
    states: dict[str, dict[str, object]] = {}
    with sample_db.begin() as session:
        for openid in ("alice", "bob"):
            followers.save_preferences(session, openid, Preferences())
            states[openid] = {"chosen": None, "quiet": None, "weekly": None}
    for openid, wish in wishes:
        answer = say(typed(wish), openid=openid, msg_id=next(MESSAGES))
        incoming = Incoming("text", openid, "gh_test", 1, content=typed(wish))
        check(render(answer.reply, to=openid, sender="gh_test", now=now, answering="text"), incoming)
        model(states[openid], wish)
        after, state = kept(sample_db, openid), states[openid]
        chosen = frozenset() if after.nothing else after.sections and frozenset(after.sections)
        assert (state["chosen"], state["quiet"], state["weekly"]) == (chosen, after.quiet, after.weekly)


@given(WISHES, WISHES)
def test_a_wish_that_is_repeated_changes_nothing(
    first: SubscriptionCommand, wish: SubscriptionCommand
) -> None:
    """Sending the same command again changes nothing."""
    once = apply_command(apply_command(Preferences(), first, SECTIONS), wish, SECTIONS)
    assert once == apply_command(once, wish, SECTIONS)


PUBLICATIONS = {"": ("要闻", "投资汇"), "kuaixun": ("要闻", "解读")}
TOPICS = st.fixed_dictionaries(
    {
        "sections": st.lists(st.sampled_from(["要闻", "投资汇", "解读"]), max_size=2).map(tuple),
        "publications": st.lists(st.sampled_from(["", "kuaixun"]), max_size=2).map(tuple),
    }
)
CHANGES = st.builds(lambda kind, topics: kind(**topics), st.sampled_from([Subscribe, Unsubscribe]), TOPICS)


@given(st.lists(CHANGES, max_size=5), st.sampled_from(["", "kuaixun"]))
def test_a_publication_comes_or_stays_away_as_the_member_last_said(
    before: list[SubscriptionCommand], slug: str
) -> None:
    """After any commands 订阅 brings every issue of a publication, 退订 none, and neither adds another one."""
    other = "" if slug else "kuaixun"
    preferences = Preferences()
    for command in before:
        preferences = apply_command(preferences, command, ("要闻", "投资汇", "解读"), PUBLICATIONS)
    came = preferences.wants_issue(other, PUBLICATIONS[other])
    for kind, comes in ((Subscribe, True), (Unsubscribe, False)):
        after = apply_command(preferences, kind(publications=(slug,)), (), PUBLICATIONS)

        assert comes is after.wants_issue(slug, PUBLICATIONS[slug])
        assert came or not after.wants_issue(other, PUBLICATIONS[other])
