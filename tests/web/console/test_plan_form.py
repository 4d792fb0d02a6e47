"""Tests of planning a push at the console."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.console.browser import NAME, Browser, BrowserPage
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot import followers, library, push
from wxbot.bulletin.push_form import PushForm
from wxbot.local_time import moment_label
from wxbot.push import EditorChoice, Route
from wxbot.web.console.campaigns.plan_fields import FIELDS, read_fields, read_form

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
    ("lead", {"lead": "1,1"}, "写了两遍"),
    ("without", {"without": "99"}, "没有第 99 篇"),
    ("without", {"lead": "1", "without": "1"}, "既要放在最前"),
    ("without", {"without": ",".join(map(str, range(1, 23)))}, "一篇也不剩"),
    ("picked", {"picks": "picked", "picked": "3,99"}, "没有第 99 篇"),
    ("picked", {"picks": "best", "picked": "3"}, "选的却是另一种"),
    ("route", {"route": "pigeon"}, "没有这种方式"),
    ("route", {"to": "recent", "route": "mass"}, "mass"),
]


def campaigns(console: ConsoleSite) -> list[push.Campaign]:
    """Return all campaigns, newest first."""
    with console.db.read() as session:
        return push.queries.recent_campaigns(session)


def show_plan(editor: Browser, **fields: str) -> BrowserPage:
    """Fill in the empty form and return the page that shows its plan."""
    return editor.fill(PAGE, **fields)


def save_plan(editor: Browser, seen: BrowserPage, **fields: str) -> BrowserPage:
    """Press the button that saves the plan shown: that of the first of the two forms."""
    return editor.send(PAGE, seen.form(PAGE, 0) | fields)


def test_chosen_articles_are_items_and_keep_what_is_written_for_sections(
    console: ConsoleSite, editor: Browser
) -> None:
    """The next form shows the choice, and has fields for these items."""
    seen = show_plan(editor, **{"picks": "picked", "picked": "5、1", "title-1": "看点"})
    assert "看点" in seen.words
    save_plan(editor, seen)
    (campaign,) = campaigns(console)
    assert ["整期", "第5篇", "第1篇"] == [each["of"] for each in campaign.articles]
    form = editor.open(PAGE).form(PAGE)
    assert ("picked", "5,1", "第5篇") == (form["picks"], form["picked"], form["item-2"])


def test_a_plan_is_shown_before_it_is_saved(console: ConsoleSite, editor: Browser) -> None:
    """The page shows articles, recipients, time and hash; the campaign is created on confirmation only."""
    seen = show_plan(editor, at="2026-12-01T09:00")
    assert 200 == seen.status
    for word in ("会这样推送", "全部粉丝，3 人", "群发", "2026-12-01 周二 09:00", "保存计划", "第 1 条"):
        assert word in seen.words, word
    assert [] == campaigns(console)
    assert 0 == console.harness.count_calls("/cgi-bin/draft/add")

    done = save_plan(editor, seen)
    (campaign,) = campaigns(console)
    assert (303, f"/console/push/{campaign.id}?done=plan") == (done.status, done.redirect)
    assert ("planned", "all", "mass", NAME) == (
        campaign.state, str(campaign.audience), campaign.route, campaign.made_by,
    )  # fmt: skip
    assert dt.datetime(2026, 12, 1, 9, 0, tzinfo=TZ) == campaign.at
    assert campaign.hash in seen.words
    assert "计划已保存" in editor.open(done.redirect).words


def test_a_time_is_written_as_people_write_it(console: ConsoleSite, editor: Browser) -> None:
    """The page says which moment was understood, and saves that one; so does the text beside the field."""
    tomorrow = console.harness.now().astimezone(TZ).date() + dt.timedelta(days=1)
    expected = dt.datetime.combine(tomorrow, dt.time(9), TZ)
    seen = show_plan(editor, at="明天 9:00")
    assert f"就是 {moment_label(expected, TZ)}" in seen.words
    assert f"{expected:%Y-%m-%d %H:%M}" == seen.form(PAGE, 0)["at"]
    save_plan(editor, seen)
    assert expected == campaigns(console)[0].at
    beside = [
        editor.open(f"/console/moment?at={text}").text
        for text in ("明天 9:00", "2020-01-01 9:00", "早些", "")
    ]
    assert f"就是 {moment_label(expected, TZ)}" == beside[0]
    assert ["已经过去" in beside[1], "看不懂" in beside[2], "" == beside[3]] == [True] * 3


def test_an_editor_chooses_first_and_omitted_articles(console: ConsoleSite, editor: Browser) -> None:
    """The fields 放在最前 and 不推送 act like --lead 5,1 --without 12."""
    save_plan(editor, show_plan(editor, lead="5，1", without="12"))
    (campaign,) = campaigns(console)
    assert EditorChoice((5, 1), (12,)) == EditorChoice.from_campaign(campaign)


def test_a_plan_that_was_not_shown_is_not_saved(console: ConsoleSite, editor: Browser) -> None:
    """A plan that differs from the one shown is shown again and not saved."""
    again = save_plan(editor, show_plan(editor), without="1")
    assert 200 == again.status
    assert "请再看一遍" in again.words
    assert [] == campaigns(console)


def test_plan_for_recent_senders(console: ConsoleSite, editor: Browser) -> None:
    """A plan for followers who wrote within 48 hours counts them and uses customer-service messages."""
    with console.db.begin() as session:
        followers.record_messages(session, {"alice": NOON, "bob": NOON - dt.timedelta(days=3)})
    seen = show_plan(editor, to="recent")
    assert "48 小时内来过消息的粉丝，1 人" in seen.words
    save_plan(editor, seen)
    campaign = campaigns(console)[0]
    assert ("recent", "customer", 1) == (str(campaign.audience), campaign.route, campaign.recipients)


def test_plan_for_a_section(console: ConsoleSite, editor: Browser) -> None:
    """Only the sections of this issue can be chosen."""
    seen = editor.open(PAGE)
    assert all(f"<option>{name}</option>" in seen.text for name in ("新动向", "投融界"))
    assert "想收「投融界」的粉丝" in show_plan(editor, to="section", section="投融界").words
    refused = show_plan(editor, to="section", section="体育")
    assert (400, True) == (refused.status, "没有栏目「体育」" in refused.words)


def test_plan_for_senders_of_some_days(console: ConsoleSite, editor: Browser) -> None:
    """The field of days acts like --to active:7."""
    with console.db.begin() as session:
        followers.record_messages(
            session,
            {who: NOON - dt.timedelta(days=days) for who, days in (("alice", 1), ("bob", 6), ("carol", 9))},
        )
    save_plan(editor, show_plan(editor, to="active", active="7"))
    assert "active:7" == str(campaigns(console)[0].audience)


@pytest.mark.both_databases
def test_plan_for_followers_whom_a_campaign_did_not_reach(console: ConsoleSite, editor: Browser) -> None:
    """The field of a campaign's number acts like --to unreached:1, here for a campaign cancelled before it started."""
    with console.db.begin() as session:
        followers.record_messages(session, {"alice": NOON})
    save_plan(editor, show_plan(editor, to="recent"))
    before = campaigns(console)[0].id
    console.harness.pusher.cancel(before, by="harness")
    seen = show_plan(editor, to="unreached", unreached=str(before))
    assert f"计划 {before} 没有发到的粉丝" in seen.words
    save_plan(editor, seen)
    assert f"unreached:{before}" == str(campaigns(console)[0].audience)


def test_plan_for_followers_who_consented_to_notices(console: ConsoleSite, editor: Browser) -> None:
    """Without a notice template the page names the missing setting."""
    refused = show_plan(editor, to="consented")
    assert 400 == refused.status
    assert "notice_template" in refused.words


def test_each_problem_is_shown_beside_its_field(console: ConsoleSite, editor: Browser) -> None:
    """A errors form is shown again with its entries and a reason beside the field; nothing is saved."""
    for field, fields, expected in WRONG:
        seen = show_plan(editor, **fields)
        assert 400 == seen.status, fields
        reason = seen.text.partition(f'id="bad-{field}"')[2].partition("</p>")[0]
        assert expected in reason, fields
        entries = seen.form(PAGE)
        assert all(
            entries.get(name) == fields[name]
            for name in {"at", "lead", "without", "tag", "active", "unreached"} & set(fields)
        )
    assert [] == campaigns(console)


def test_a_new_plan_replaces_one_that_waits_for_approval(console: ConsoleSite, editor: Browser) -> None:
    """A campaign that waits for approval is cancelled by a new plan; the form says so beforehand."""
    console.plan()
    assert "会被新计划代替" in editor.open(PAGE).words
    save_plan(editor, show_plan(editor, at="2026-12-01T09:00"))
    assert ["planned", "cancelled"] == [each.state for each in campaigns(console)]


def test_a_second_push_must_be_confirmed(console: ConsoleSite, editor: Browser) -> None:
    """While an approved campaign exists a second one is refused with a reason, until the editor insists.

    The form says first that only a cancelled one can be replaced: otherwise both are sent.
    """
    console.plan_and_approve()
    assert "不取消而在下面勾选" in editor.open(PAGE).words
    refused = save_plan(editor, show_plan(editor))
    assert 409 == refused.status
    assert "已有推送计划" in refused.words
    assert 1 == len(campaigns(console))
    assert 303 == save_plan(editor, refused, again="1").status
    assert ["planned", "approved"] == [each.state for each in campaigns(console)]


def test_without_a_platform_the_own_list_is_counted(build_console: BuildConsole) -> None:
    """Without a platform recipients are counted in the database, and a warning says so."""
    console = build_console(platform=False)
    assert "人数按本地名单估计" in show_plan(console.editor()).words


def kept_form(console: ConsoleSite) -> PushForm:
    """Return the settings of pushes that are kept with the issue."""
    with console.db.read() as session:
        return library.public_issue(session, "2021-02").form


def test_an_editor_settles_the_items_of_a_push(console: ConsoleSite, editor: Browser) -> None:
    """Titles, digests, places, 不推送 and the cover act like the options of `push plan`; the next plan has them too."""
    entered = {"title-1": "本期看点", "digest-4": "六笔融资", "place-3": "1", "place-1": "2"}
    seen = show_plan(editor, **entered, **{"out-6": "1", "cover": "新动向"})
    assert "本期看点 22 篇" in seen.words
    assert "六笔融资" in seen.words
    assert 'src="/console/phone/message/2021-02?as=' in seen.text
    assert not kept_form(console)

    save_plan(editor, seen)
    form = kept_form(console)
    assert ("本期看点", "六笔融资") == (form.of("整期").title, form.of("投融界").digest)
    assert (("企业讯", "整期"), ("联盟汇",), "新动向") == (form.order, form.leave_out, form.cover)
    again = editor.open(PAGE).form(PAGE)
    assert {"title-1": "本期看点", "place-3": "1", "place-1": "2", "out-6": "1"}.items() <= again.items()


def test_author_cover_and_comments_are_settled_beside_the_titles(
    console: ConsoleSite, editor: Browser
) -> None:
    """The page shows them before it saves; an account without comments is told so beside the field."""
    entered = {
        "author": "秘书处",
        "author-2": "张三",
        "comments": "fans",
        "comments-2": "none",
        "cover-3": "新动向",
    }
    seen = show_plan(editor, **entered)
    assert "作者：秘书处 粉丝可以留言" in seen.words
    done = save_plan(editor, seen)
    form = kept_form(console)
    assert ("秘书处", "fans", "none", "新动向") == (
        form.author, form.comments, form.of("新动向").comments, form.of("企业讯").cover,
    )  # fmt: skip
    assert "作者：张三" in editor.open(done.redirect).words
    assert entered.items() <= editor.open(PAGE).form(PAGE).items()
    console.harness.platform.account.kind = "personal"
    console.services.pusher.capabilities(fresh=True)
    refused = show_plan(editor)
    assert "没有留言功能" in refused.text.partition('id="bad-comments"')[2].partition("</p>")[0]


def test_an_item_stands_in_the_place_that_was_entered(console: ConsoleSite, editor: Browser) -> None:
    """With place 3 an item is the third one, and the others keep their turn."""
    seen = show_plan(editor, **{"place-1": "3"})
    words = seen.words.partition("内容")[2]
    items = [words.index(each) for each in ("新动向｜", "企业讯｜", "22 篇", "投融界｜")]
    assert sorted(items) == items
    save_plan(editor, seen)
    assert ("新动向", "企业讯", "整期") == kept_form(console).order


def test_what_the_platform_does_not_accept_stands_beside_its_field(editor: Browser) -> None:
    """A title or digest that is too long, and an impossible place, are shown beside their fields with the entries."""
    wrong = {
        "title-2": ("字" * 22, "最多收 32 字、64 字节"),
        "digest-3": ("字" * 41, "最多收 120 字节"),
        "place-4": ("九", "请写 1 到 6"),
    }
    seen = show_plan(editor, **{field: text for field, (text, _) in wrong.items()})
    assert 400 == seen.status
    for field, (text, expected) in wrong.items():
        assert expected in seen.text.partition(f'id="bad-{field}"')[2].partition("</p>")[0]
        assert text == seen.form(PAGE)[field]
    twice = show_plan(editor, **{"place-2": "1", "place-3": "1"})
    assert "第 1 条已经是「新动向」" in twice.words
    nothing = show_plan(editor, **{f"out-{k}": "1" for k in range(1, 7)})
    assert (400, True) == (nothing.status, "一条也不剩了" in nothing.words)


def test_settings_that_changed_meanwhile_are_not_undone_unseen(console: ConsoleSite, editor: Browser) -> None:
    """While another editor changed the settings nothing is planned; the page tells theirs, and a second try is mine."""
    mine = editor.open(PAGE).form(PAGE) | {"title-1": "我的标题"}
    save_plan(editor, show_plan(editor, **{"title-1": "别人的标题"}))
    refused = editor.send(PAGE, mine)
    assert (409, True) == (refused.status, "现在记着的是：别人的标题" in refused.words)
    save_plan(editor, editor.send(PAGE, refused.form(PAGE)))
    assert "我的标题" == kept_form(console).of("整期").title


@pytest.mark.both_databases
def test_settings_are_written_beside_the_source(build_console: BuildConsole, tmp_path: Path) -> None:
    """Settings go into the fix file of a source in the content folder, as those of the command do."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    console = build_console(content=tmp_path / "content")
    with console.db.read() as session:
        source = folder / library.public_issue(session, "2021-02").source
    source.write_text("稿", encoding="utf-8")
    editor = console.editor()
    done = save_plan(editor, show_plan(editor, **{"title-1": "本期看点"}))
    assert "也写进了原文旁边的修正文件" in editor.open(done.redirect).words
    assert 'title = "本期看点"' in source.with_name(f"{source.stem}.fix.toml").read_text(encoding="utf-8")


def test_a_publication_can_be_addressed_where_there_are_several(
    console: ConsoleSite, editor: Browser
) -> None:
    """The issue's publication can be chosen once there is a second one, and acts like --to publication:NAME."""
    assert 'value="publication"' not in editor.open(PAGE).text
    assert 400 == show_plan(editor, to="publication").status
    with console.db.begin() as session:
        session.add(library.Publication(slug="kuaixun", name="政策快讯"))
        name = library.publications(session)[0].name
    assert f"想收《{name}》的" in editor.open(PAGE).words
    save_plan(editor, show_plan(editor, to="publication"))
    assert f"publication:{name}" == str(campaigns(console)[0].audience)


def test_an_unknown_issue_is_not_found(editor: Browser) -> None:
    """The form of an unknown issue gives 404."""
    assert 404 == editor.open("/console/plan/1999-01").status


@given(st.fixed_dictionaries({name: st.text(max_size=12) for name in FIELDS}))
def test_any_entry_is_read_or_refused(form: dict[str, str]) -> None:
    """Any text in any field gives either a form or problems by field, and never an exception."""
    plan_form, errors = read_form(read_fields(form), NUMBERS, TZ, NOON)
    assert (plan_form is None) is bool(errors)
    assert set(errors) <= set(FIELDS)


@given(
    st.lists(st.sampled_from(sorted(NUMBERS)), unique=True, max_size=5),
    st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=20_000)),
    st.sampled_from(["", *Route]),
)
def test_valid_entries_are_read(lead: list[int], later: dt.timedelta, route: str) -> None:
    """Numbers, time and route are read as entered, the time in the association's time zone."""
    at = NOON + later
    form = {"to": "all", "lead": ", ".join(map(str, lead)), "at": at.isoformat()[:-6], "route": route}
    plan_form, errors = read_form(read_fields(form), NUMBERS, TZ, NOON)
    assert {} == errors
    assert plan_form is not None
    assert (tuple(lead), at, route or None) == (plan_form.choice.lead, plan_form.at, plan_form.route)


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-12-01T09:00Z", "2026-12-01"])
def test_extreme_times_are_read_or_refused(at: str) -> None:
    """The first and last times of the calendar, and times with a zone, raise no exception."""
    plan_form, errors = read_form(read_fields({"to": "all", "at": at}), NUMBERS, TZ, NOON)
    assert (plan_form is None) is bool(errors)
