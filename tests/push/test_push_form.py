"""Facts about the form of a push: texts, authors, comments, order, items left out and covers, as an editor wants."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from tests.harness import PushHarness, call_simulator
from wxbot import library
from wxbot.bulletin.push_form import PushForm, PushItemForm
from wxbot.db import Database
from wxbot.errors import CommentsForbidden, UsageError
from wxbot.library.push_form import write_push_form
from wxbot.push import (
    Audience,
    Campaign,
    CampaignCorrection,
    CampaignState,
    EditorChoice,
    Plan,
    PlanRequest,
    Route,
)
from wxbot.push.planning.push_form import FormChange, apply_form_change, change_push_form

NAMES = ("整期", "要闻", "成果", "活动")
FORM = '[push]\norder = ["投融界"]\n'


def planned(
    harness: PushHarness, change: FormChange | None = None, choice: EditorChoice | None = None
) -> Plan:
    """Return a plan of the issue, with changes of the form of its push."""
    choice = choice or EditorChoice()
    form = changed(harness, change, choice) if change else None
    return harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), choice=choice, form=form))


def changed(harness: PushHarness, change: FormChange, choice: EditorChoice | None = None) -> PushForm:
    """Return the form of the issue's push after a change."""
    with harness.db.read() as session:
        return change_push_form(session, harness.number, change, choice)


def stored(db: Database) -> PushForm:
    """Return the form that the sample issue has."""
    with db.read() as session:
        return library.public_issue(session, "2021-02").form


def test_items_have_the_titles_order_and_cover_that_an_editor_wants(harness: PushHarness) -> None:
    """Numbers are those of the issue's own order; what is not named follows as it was."""
    usual = planned(harness)
    change = FormChange({"2": "本期新动向"}, {"投融界": "谁投了谁"}, ["4", "1"], ["3"], "2")
    plan = planned(harness, change)
    assert ["投融界", "整期", "新动向", "产品圈", "联盟汇"] == [article.of for article in plan.articles]
    assert [4, 1, 2, 5, 6] == [article.item for article in plan.articles]
    first, _, news, *_ = plan.articles
    assert ("谁投了谁", "本期新动向") == (first.digest, news.title)
    assert first.art == news.art
    assert usual.hash != plan.hash
    assert planned(harness).hash == usual.hash


def test_chosen_articles_are_items_in_place_of_the_sections(harness: PushHarness) -> None:
    """Each is an item by itself, and the contents tell which; what is settled for sections waits for them."""
    harness.pusher.create(
        planned(harness, FormChange({"投融界": "谁投了谁"}, leave_out=["联盟汇"])), "editor"
    )
    usual = planned(harness)
    plan = planned(harness, FormChange({"第5篇": "一条新闻"}, picks=(5, 1)))
    whole, fifth, first = plan.articles
    assert ["整期", "第5篇", "第1篇"] == [each.of for each in plan.articles]
    assert [(5,), (1,)] == [each.articles for each in (fifth, first)]
    assert "一条新闻" == fifth.title
    assert (whole.content.count("第 2 条"), whole.content.count("第 3 条")) == (1, 1)
    assert not any("没有用上" in warning for warning in plan.warnings)
    assert usual.hash != plan.hash
    harness.pusher.create(plan, "editor")
    again = planned(harness, FormChange(picks=()))
    assert ("谁投了谁", ("联盟汇",)) == (again.form.of("投融界").title, again.form.leave_out)
    assert [each.of for each in usual.articles] == [each.of for each in again.articles]


def test_the_best_articles_fill_the_message(harness: PushHarness) -> None:
    """They are seven beside the contents and eight without; every section has one before any has a second."""
    best = planned(harness, FormChange(picks="best"))
    assert (8, "整期") == (len(best.articles), best.articles[0].of)
    sections = {article.n: article.section for article in library_articles(harness)}
    held = [sections[article.articles[0]] for article in best.articles[1:]]
    assert {"新动向", "企业讯", "投融界", "产品圈", "联盟汇"} == set(held)
    alone = planned(harness, FormChange(picks="best", leave_out=["整期"]))
    assert (8, [1] * 8) == (len(alone.articles), [len(each.articles) for each in alone.articles])
    eight = planned(harness, FormChange(picks=tuple(range(1, 9))))
    assert "整期" not in [each.of for each in eight.articles]
    assert any("目录没有放" in warning for warning in eight.warnings)
    for picks, says in (((99,), "没有第 99 篇"), (tuple(range(1, 10)), "最多 8 条")):
        with pytest.raises(UsageError, match=says):
            planned(harness, FormChange(picks=picks))


def library_articles(harness: PushHarness) -> list[library.Article]:
    """Return the articles of the issue."""
    with harness.db.read() as session:
        return list(library.articles(session, harness.number))


def test_author_comments_and_covers_are_set_by_item_or_for_all(harness: PushHarness) -> None:
    """A setting of an item comes before that of the message; the platform gets just that."""
    change = FormChange(
        author="秘书处",
        comments="fans",
        authors={"2": "张三"},
        covers={"3": "2", "2": "2"},
        item_comments={"2": "all", "3": "none"},
    )
    plan = planned(harness, change)
    whole, news, third, fourth, *_ = plan.articles
    assert ["秘书处", "张三", "秘书处"] == [each.author for each in (whole, news, third)]
    assert ["fans", "all", "", "fans"] == [each.comments for each in (whole, news, third, fourth)]
    assert (third.art == news.art, "") == (True, plan.form.of("新动向").cover)
    campaign = harness.pusher.create(plan, "editor")
    harness.pusher.approve(campaign.id, by="editor")
    harness.run_worker()
    (call,) = call_simulator(harness.platform, "/_sim/calls?path=/cgi-bin/draft/add")
    flags = [
        (each.get("need_open_comment"), each.get("only_fans_can_comment"))
        for each in call["body"]["articles"][:3]
    ]
    assert [(1, 1), (1, 0), (None, None)] == flags


def test_a_change_of_comments_or_author_ends_an_approval(harness: PushHarness) -> None:
    """They belong to what an editor approves, and the change is told by item."""
    before = harness.pusher.create(planned(harness), "editor")
    changes = FormChange(authors={"2": "张三"}, item_comments={"1": "all"})
    assert planned(harness, changes).hash != before.hash
    harness.pusher.create(planned(harness, changes), "editor")
    told = "；".join(harness.pusher.changes(before))
    assert "留言改了" in told
    assert "的作者改了" in told


@pytest.mark.parametrize("route", [None, Route.DRAFT])
def test_comments_are_refused_to_an_account_without_them(harness: PushHarness, route: Route | None) -> None:
    """A plan says that the account has no comments, before a draft is tried; without comments it is possible."""
    harness.platform.account.kind = "personal"
    request = PlanRequest(harness.number, Audience.parse("all"), route=route)
    assert harness.pusher.plan(request).hash
    with pytest.raises(CommentsForbidden, match="没有留言功能"):
        harness.pusher.plan(replace(request, form=PushForm(comments="fans")))


def test_a_form_is_kept_and_ends_an_approval(harness: PushHarness) -> None:
    """The next plan has it; a campaign that was approved before tells what changed."""
    before = harness.pusher.create(planned(harness), "editor")
    harness.pusher.approve(before.id, by="editor")
    created = harness.pusher.create(planned(harness, FormChange({"整期": "看点"})), "editor")
    assert CampaignState.CANCELLED == harness.pusher.campaign(before.id).state
    assert planned(harness).hash == created.hash
    harness.pusher.create(planned(harness, FormChange({"1": ""})), "editor")
    assert PushForm() == stored(harness.db)
    assert any("从「看点」改为" in change for change in harness.pusher.changes(created))


@pytest.mark.both_databases
def test_a_card_has_the_title_of_the_whole_issue(harness: PushHarness) -> None:
    """A single follower's card is about the whole issue, even if a message leaves that item out."""
    request = PlanRequest(
        harness.number,
        Audience.parse("recent"),
        form=changed(harness, FormChange({"1": "看点"}, leave_out=["1"])),
    )
    campaign: Campaign = harness.pusher.create(harness.pusher.plan(request), "editor")
    assert "整期" not in [article["of"] for article in campaign.articles]
    harness.pusher.create(planned(harness, FormChange({"1": "别的"})), "editor")
    assert ["推送的各条、标题、摘要、作者、留言、顺序或封面的设置改了"] == harness.pusher.changes(campaign)


def test_a_correction_comes_first(harness: PushHarness) -> None:
    """The item that says what was wrong is never left out, nor behind another one."""
    from_file = PushForm((PushItemForm("整期", "看点"),), ("投融界",), ("整期",))
    with harness.db.begin() as session:
        library.public_issue(session, harness.number).keep_form(from_file)
    correction = CampaignCorrection("第 3 篇的日期错了", 1, dt.date(2021, 2, 1))
    plan = planned(harness, choice=EditorChoice(correction=correction))
    assert "【更正】看点" == plan.articles[0].title


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (FormChange({"9": "题"}), "没有「9」这一条"),
        (FormChange({"2": "题" * 22}), "第 2 条「要闻」的标题有 22 字（66 字节）"),
        (FormChange(digests={"活动": "要" * 41}), "第 4 条「活动」的摘要有 123 字节"),
        (FormChange(order=["2", "要闻"]), "「要闻」写了两遍"),
        (FormChange(order=["2"], leave_out=["要闻"]), "既排了顺序，又不推送"),
        (FormChange(leave_out=["1", "2", "3", "4"]), "一条也不剩了"),
        (FormChange(cover="别的"), "没有「别的」这一条"),
        (FormChange(covers={"1": "别的"}), "没有「别的」这一条"),
        (FormChange(author="长风联盟协会秘书处"), "平台最多收 8 个汉字"),
        (FormChange(authors={"2": "长风联盟协会秘书处"}), "第 2 条「要闻」的作者"),
        (FormChange(comments="some"), "看不懂谁可以留言"),
    ],
)
def test_an_impossible_change_is_refused(change: FormChange, says: str) -> None:
    """The message names the item and the limit; nothing is changed."""
    with pytest.raises(UsageError, match=says):
        apply_form_change(PushForm(), change, NAMES)


def test_a_change_applied_twice_is_one_change() -> None:
    """The same options again give the same form; the usual order and empty texts leave nothing behind."""
    items = {"authors": {"2": "张三"}, "covers": {"3": "1"}, "item_comments": {"1": "fans"}}
    change = FormChange({"2": "题"}, {"3": "要"}, ["3", "1"], ["4"], "2", "秘书处", "all", "best", **items)
    once = apply_form_change(PushForm(), change, NAMES)
    assert once == apply_form_change(once, change, NAMES)
    ends = {"authors": {"2": ""}, "covers": {"3": ""}, "item_comments": {"1": ""}}
    end = FormChange({"2": ""}, {"3": " "}, ["1", "2"], [], "", "", "none", (), **ends)
    assert PushForm() == apply_form_change(once, end, NAMES)


def test_what_no_longer_fits_is_reported(harness: PushHarness) -> None:
    """A section that is gone and a title that is too long are warnings, and the rest is applied."""
    form = PushForm((PushItemForm("新动向", "题" * 30), PushItemForm("旧栏目", "题")), ("投融界",))
    with harness.db.begin() as session:
        library.public_issue(session, harness.number).keep_form(form)
    plan = planned(harness)
    assert "投融界" == plan.articles[0].of
    assert any("「旧栏目」这一期没有" in warning for warning in plan.warnings)
    assert any("写好的标题有 30 字" in warning and "没有用上" in warning for warning in plan.warnings)


def test_the_fix_file_brings_the_form_and_takes_it_back(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """A hand-written form counts from the next reading on; a file that is not read again undoes no command."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2021-02.txt").write_bytes(SAMPLE.read_bytes())
    fix = folder / "2021-02.fix.toml"
    fix.write_text(FORM, encoding="utf-8")
    list(library.ingest(db, [folder], now))
    assert ("投融界",) == stored(db).order
    with db.begin() as session:
        library.public_issue(session, "2021-02").keep_form(PushForm(cover="产品圈"))
    assert [False] == [done.new_push_form for done in library.ingest(db, [folder], now)]
    assert PushForm(cover="产品圈") == stored(db)
    assert fix == write_push_form(db, folder, "2021-02")
    assert write_push_form(db, folder, "2021-02") is None
    assert [False] == [done.new_push_form for done in library.ingest(db, [folder], now)]
    fix.write_text(FORM + 'cover = "旧栏目"\n', encoding="utf-8")
    (done,) = library.ingest(db, [folder], now)
    assert ("投融界",) == stored(db).order
    assert any("“旧栏目”不是这一期的栏目" in problem.says for problem in done.problems)
    fix.unlink()
    assert [True] == [done.new_push_form for done in library.ingest(db, [folder], now)]
    assert not stored(db)
