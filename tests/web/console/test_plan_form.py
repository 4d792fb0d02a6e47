"""Facts about planning a push at the console."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.console.browser import NAME, Browser, SeenPage
from tests.web.console.conftest import Built, ConsoleSite
from wxbot import followers, push
from wxbot.push import EditorChoice, Route
from wxbot.web.console.plan_form import FIELDS, read_fields, read_form

PAGE = "/console/plan/2021-02"
TZ = ZoneInfo("Asia/Shanghai")
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=TZ)
NUMBERS = set(range(1, 23))


WRONG = [
    ("to", {"to": ""}, "请选发给谁"),
    ("to", {"to": "everybody"}, "请选发给谁"),
    ("to", {"to": "all", "tag": "会员"}, "标签也填了"),
    ("to", {"to": "section", "section": "投融界", "active": "7"}, "天数也填了"),
    ("tag", {"to": "tag"}, "请写标签的名字"),
    ("tag", {"to": "tag", "tag": "没有的标签"}, "没有名为「没有的标签」的标签"),
    ("section", {"to": "section"}, "请选一个栏目"),
    ("active", {"to": "active", "active": "一个月"}, "请写天数"),
    ("active", {"to": "active", "active": "0"}, "请写天数"),
    ("unreached", {"to": "unreached"}, "请写计划的编号"),
    ("unreached", {"to": "unreached", "unreached": "99"}, "没有推送计划 99"),
    ("at", {"at": "明天"}, "看不懂这个时刻"),
    ("at", {"at": "2020-01-01T09:00"}, "已经过去"),
    ("lead", {"lead": "五"}, "请写文章的编号"),
    ("lead", {"lead": "1,1"}, "写了两次"),
    ("without", {"without": "99"}, "没有第 99 篇"),
    ("without", {"lead": "1", "without": "1"}, "既要放在最前"),
    ("without", {"without": ",".join(map(str, range(1, 23)))}, "一篇也不剩"),
    ("route", {"route": "pigeon"}, "没有这种方式"),
    ("route", {"to": "recent", "route": "mass"}, "mass"),
]


def campaigns(house: ConsoleSite) -> list[push.Campaign]:
    """All campaigns, newest first."""
    with house.db.read() as session:
        return push.queries.recent_campaigns(session)


def show(editor: Browser, **fields: str) -> SeenPage:
    """Fill the empty form in, and look at what it would do."""
    return editor.fill(PAGE, **fields)


def write(editor: Browser, seen: SeenPage, **fields: str) -> SeenPage:
    """Press the button below what was shown: that of the first of the two forms."""
    return editor.send(PAGE, seen.form(PAGE, 0) | fields)


def test_a_plan_is_shown_before_it_is_written(house: ConsoleSite, editor: Browser) -> None:
    """First what it would do: articles, how many, when, its hash, its cost, warnings; nothing is written yet."""
    seen = show(editor, at="2026-12-01T09:00")
    assert 200 == seen.status
    for word in ("会这样推送", "全部粉丝，3 人", "群发", "2026-12-01 周二 09:00", "写下计划", "第 1 条"):
        assert word in seen.words, word
    assert [] == campaigns(house)
    assert 0 == house.harness.count_calls("/cgi-bin/draft/add")

    done = write(editor, seen)
    (campaign,) = campaigns(house)
    assert (303, f"/console/push/{campaign.id}?done=plan") == (done.status, done.going)
    assert ("planned", "all", "mass", NAME) == (
        campaign.state, str(campaign.audience), campaign.route, campaign.made_by,
    )  # fmt: skip
    assert dt.datetime(2026, 12, 1, 9, 0, tzinfo=TZ) == campaign.at
    assert campaign.hash in seen.words
    assert "计划已写下" in editor.open(done.going).words


def test_an_editor_chooses_what_leads_and_what_stays_out(house: ConsoleSite, editor: Browser) -> None:
    """As on the command line: --lead 5,1 --without 12."""
    write(editor, show(editor, lead="5，1", without="12"))
    (campaign,) = campaigns(house)
    assert EditorChoice((5, 1), (12,)) == EditorChoice.from_campaign(campaign)


def test_what_was_not_seen_is_not_written(house: ConsoleSite, editor: Browser) -> None:
    """Between looking and pressing the fields became others: it is shown again."""
    again = write(editor, show(editor), without="1")
    assert 200 == again.status
    assert "请再看一遍" in again.words
    assert [] == campaigns(house)


def test_to_those_who_wrote_lately(house: ConsoleSite, editor: Browser) -> None:
    """One by one: how many, and who is left out and why."""
    with house.db.begin() as session:
        followers.record_messages(session, {"alice": NOON, "bob": NOON - dt.timedelta(days=3)})
    seen = show(editor, to="recent")
    assert "48 小时内来过消息的粉丝，1 人" in seen.words
    write(editor, seen)
    campaign = campaigns(house)[0]
    assert ("recent", "customer", 1) == (str(campaign.audience), campaign.route, campaign.recipients)


def test_to_a_section(house: ConsoleSite, editor: Browser) -> None:
    """The sections of this issue can be chosen, and no others."""
    seen = editor.open(PAGE)
    assert all(f"<option>{name}</option>" in seen.text for name in ("新动向", "投融界"))
    assert "想收「投融界」的粉丝" in show(editor, to="section", section="投融界").words
    refused = show(editor, to="section", section="体育")
    assert (400, True) == (refused.status, "没有栏目「体育」" in refused.words)


def test_to_those_who_wrote_in_so_many_days(house: ConsoleSite, editor: Browser) -> None:
    """As --to active:7: of three followers the two who wrote in that time, to be reached one by one."""
    with house.db.begin() as session:
        followers.record_messages(
            session,
            {who: NOON - dt.timedelta(days=days) for who, days in (("alice", 1), ("bob", 6), ("carol", 9))},
        )
    write(editor, show(editor, to="active", active="7"))
    assert "active:7" == str(campaigns(house)[0].audience)


def test_to_those_whom_another_campaign_did_not_reach(house: ConsoleSite, editor: Browser) -> None:
    """As --to unreached:1, where campaign 1 reaches followers one by one and was cancelled before it did."""
    with house.db.begin() as session:
        followers.record_messages(session, {"alice": NOON})
    write(editor, show(editor, to="recent"))
    before = campaigns(house)[0].id
    house.harness.pusher.cancel(before, by="harness")
    seen = show(editor, to="unreached", unreached=str(before))
    assert f"计划 {before} 没有送到的粉丝" in seen.words
    write(editor, seen)
    assert f"unreached:{before}" == str(campaigns(house)[0].audience)


def test_to_those_who_agreed_to_notices(house: ConsoleSite, editor: Browser) -> None:
    """As --to consented: where no template is set the page says what is missing."""
    refused = show(editor, to="consented")
    assert 400 == refused.status
    assert "notice_template" in refused.words


def test_what_is_wrong_is_said_at_its_field(house: ConsoleSite, editor: Browser) -> None:
    """The page again with what was typed, the reason at the field, and nothing written."""
    for field, fields, said in WRONG:
        seen = show(editor, **fields)
        assert 400 == seen.status, fields
        reason = seen.text.partition(f'id="bad-{field}"')[2].partition("</p>")[0]
        assert said in reason, fields
        typed_again = seen.form(PAGE)
        assert all(
            typed_again.get(name) == fields[name]
            for name in {"at", "lead", "without", "tag", "active", "unreached"} & set(fields)
        )
    assert [] == campaigns(house)


def test_a_new_plan_replaces_one_that_only_waits(house: ConsoleSite, editor: Browser) -> None:
    """As on the command line; the page says so beforehand."""
    house.plan()
    assert "会被新计划代替" in editor.open(PAGE).words
    write(editor, show(editor, at="2026-12-01T09:00"))
    assert ["planned", "cancelled"] == [each.state for each in campaigns(house)]


def test_a_second_push_has_to_be_meant(house: ConsoleSite, editor: Browser) -> None:
    """What was approved stands in the way, with the reason, until the editor insists."""
    house.approved()
    refused = write(editor, show(editor))
    assert 409 == refused.status
    assert "已有推送计划" in refused.words
    assert 1 == len(campaigns(house))
    assert 303 == write(editor, refused, again="1").status
    assert ["planned", "approved"] == [each.state for each in campaigns(house)]


def test_without_a_platform_our_own_list_is_counted(built: Built) -> None:
    """And a warning says so."""
    house = built(platform=False)
    assert "人数按本地名单估计" in show(house.editor()).words


def test_nothing_is_planned_of_what_is_not_there(editor: Browser) -> None:
    """No such issue: 404."""
    assert 404 == editor.open("/console/plan/1999-01").status


@given(st.fixed_dictionaries({name: st.text(max_size=12) for name in FIELDS}))
def test_whatever_is_typed_is_read_or_refused(form: dict[str, str]) -> None:
    """Any words in any fields: a wish that holds together, or reasons by field; never both, never an exception."""
    wish, wrong = read_form(read_fields(form), NUMBERS, TZ, NOON)
    assert (wish is None) is bool(wrong)
    assert set(wrong) <= set(FIELDS)


@given(
    st.lists(st.sampled_from(sorted(NUMBERS)), unique=True, max_size=5),
    st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=20_000)),
    st.sampled_from(["", *Route]),
)
def test_what_is_typed_rightly_is_what_is_meant(lead: list[int], later: dt.timedelta, route: str) -> None:
    """Numbers, hour and way arrive as they were typed, the hour by the association's clock."""
    at = NOON + later
    form = {"to": "all", "lead": ", ".join(map(str, lead)), "at": at.isoformat()[:-6], "route": route}
    wish, wrong = read_form(read_fields(form), NUMBERS, TZ, NOON)
    assert {} == wrong
    assert wish is not None
    assert (tuple(lead), at, route or None) == (wish.choice.lead, wish.at, wish.route)


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-12-01T09:00Z", "2026-12-01"])
def test_far_hours_do_no_harm(at: str) -> None:
    """The ends of the calendar are read or refused like any other hour."""
    wish, wrong = read_form(read_fields({"to": "all", "at": at}), NUMBERS, TZ, NOON)
    assert (wish is None) is bool(wrong)
