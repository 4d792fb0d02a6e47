"""Facts about `wxbot push …`, as an editor types it."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

import wechat_simulator
from tests.conftest import SAMPLE, Shell
from tests.harness import call_simulator
from wxbot.text import width

PLAN = {
    "type": "object",
    "required": ["campaign", "hash", "articles", "recipients", "route", "at", "warnings"],
    "properties": {
        "campaign": {"type": "integer"},
        "hash": {"type": "string", "minLength": 8},
        "articles": {
            "type": "array",
            "minItems": 1,
            "maxItems": 8,
            "items": {"required": ["title", "n"], "properties": {"n": {"type": "integer", "minimum": 1}}},
        },
        "recipients": {"type": "integer"},
        "route": {"const": "mass"},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
STATES = {
    "planned", "approved", "running", "paused", "waiting", "unknown", "finished", "failed", "cancelled",
}  # fmt: skip


@pytest.fixture
def account(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[wechat_simulator.RunningSimulator]:
    """Give a simulated account on the real clock with three followers, and ingest the sample."""
    with wechat_simulator.run(kind="svc", mass_delay=0.0) as platform:
        for openid in ("alice", "bob", "carol"):
            call_simulator(platform, "/_sim/followers", {"openid": openid})
        for name, value in {
            "APP_ID": platform.account.app_id,
            "APP_SECRET": platform.account.secret,
            "TOKEN": platform.account.token,
            "PLATFORM_URL": platform.url,
            "PUBLIC_URL": "https://news.example.org",
        }.items():
            monkeypatch.setenv(f"WXBOT_{name}", value)
        assert 0 == shell("ingest", str(SAMPLE)).code
        yield platform


def _received(platform: wechat_simulator.RunningSimulator, openid: str = "alice") -> int:
    return sum(seen["via"] == "mass" for seen in call_simulator(platform, f"/_sim/inbox/{openid}"))


def test_plan_prints_the_document_of_the_contract(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """A plan gives its campaign, hash, articles, recipients, route, time and warnings, and sends nothing."""
    made = shell("push", "plan", "2021-02", "--at", "2030-01-01T09:00", "--json").json
    jsonschema.validate(made, PLAN)
    assert (3, "2030-01-01T09:00:00+08:00", 6) == (made["recipients"], made["at"], len(made["articles"]))
    assert [1, 2, 3, 4, 5, 6] == [article["n"] for article in made["articles"]]
    assert [] == call_simulator(account, "/_sim/calls?path=/cgi-bin/draft")


def test_approved_and_due_the_worker_sends_it(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """After plan, approve by hash and `worker --once`, every follower has the issue and `show --json` says sent."""
    made = shell("push", "plan", "2021-02", "--json").json
    assert 0 == shell("push", "approve", str(made["campaign"]), "--hash", made["hash"]).code
    shell("worker", "--once")
    shown = shell("push", "show", str(made["campaign"]), "--json").json
    assert (made["campaign"], {"sent": 1}) == (shown["campaign"], shown["deliveries"])
    assert shown["state"] in STATES
    assert [1, 1, 1] == [_received(account, openid) for openid in ("alice", "bob", "carol")]


def test_start_does_it_now(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """`push start NUMBER` plans, approves and delivers; a second start is refused with exit 3, and sends nothing."""
    ran = shell("push", "start", "2021-02", "--json")
    assert (0, "finished") == (ran.code, ran.json["state"])
    again = shell("push", "start", "2021-02")
    assert 3 == again.code
    assert "--again" in again.err
    assert 1 == _received(account)


@pytest.mark.both_databases
def test_start_takes_up_the_plan_that_waits(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """`push start` delivers a campaign planned for next year now, without creating another."""
    planned = shell("push", "plan", "2021-02", "--at", "2030-01-01T09:00", "--json").json
    started = shell("push", "start", "2021-02", "--json").json
    assert (planned["campaign"], "finished", None) == (started["campaign"], started["state"], started["at"])


def test_a_new_plan_replaces_one_that_only_waits(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """A second plan of an issue cancels an earlier one that was not approved."""
    first = shell("push", "plan", "2021-02", "--json").json["campaign"]
    second = shell("push", "plan", "2021-02", "--at", "2030-01-01 09:00", "--json").json["campaign"]
    states = {c["campaign"]: c["state"] for c in shell("push", "list", "--json").json}
    assert {first: "cancelled", second: "planned"} == states


def test_approval_is_for_what_was_seen(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """Another hash, and content that changed since, are refused with exit 3; the campaign stays planned."""
    made = shell("push", "plan", "2021-02", "--json").json
    assert 3 == shell("push", "approve", str(made["campaign"]), "--hash", "0123456789ab").code

    changed = SAMPLE.read_text(encoding="utf-8").replace("1002 辆", "1003 辆")
    Path(SAMPLE.name).write_text(changed, encoding="utf-8")
    assert 0 == shell("ingest", SAMPLE.name).code
    refused = shell("push", "approve", str(made["campaign"]), "--hash", made["hash"])
    assert 3 == refused.code
    assert "内容改了" in refused.err
    assert "planned" == shell("push", "show", str(made["campaign"]), "--json").json["state"]


def test_pause_resume_cancel(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """Pause, resume and cancel change the state; a command that the state does not allow is exit code 2."""
    made = shell("push", "plan", "2021-02", "--at", "2030-01-01T09:00", "--json").json
    campaign = str(made["campaign"])
    shell("push", "approve", campaign)
    assert "paused" == shell("push", "pause", campaign, "--json").json["state"]
    assert 2 == shell("push", "pause", campaign).code
    assert "approved" == shell("push", "resume", campaign, "--json").json["state"]
    assert "cancelled" == shell("push", "cancel", campaign, "--json").json["state"]
    assert 0 == shell("push", "plan", "2021-02").code


def test_a_lost_answer_is_exit_5(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """A lost answer of the platform gives the state unknown and exit code 5, and `push resolve` ends it."""
    call_simulator(
        account, "/_sim/faults", {"path": "/cgi-bin/message/mass/sendall", "kind": "cut_after", "times": 1}
    )
    ran = shell("push", "start", "2021-02", "--json")
    assert (5, "unknown", {"unknown": 1}) == (ran.code, ran.json["state"], ran.json["deliveries"])
    assert 2 == shell("push", "resolve", str(ran.json["campaign"])).code
    settled = shell("push", "resolve", str(ran.json["campaign"]), "--sent", "--json").json
    assert {"sent": 1} == settled["deliveries"]
    shell("worker", "--once")
    assert "finished" == shell("push", "show", str(ran.json["campaign"]), "--json").json["state"]
    assert 1 == _received(account)


MISTYPED = {
    "push plan 1999-01": 3,
    "push plan 2021-02 --to nobody": 2,
    "push plan 2021-02 --to tag:没有": 3,
    "push plan 2021-02 --at tomorrow": 2,
    "push plan 2021-02 --at 2020-01-01T09:00": 2,
    "push show 99": 3,
    "push start 99": 3,
    "push start 1999-01": 3,
}


def test_what_was_mistyped_is_said(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """An unknown issue, audience, time or campaign gives an error message and the exit code of its kind."""
    ran = {words: shell(*words.split()) for words in MISTYPED}
    assert {words: one.code for words, one in ran.items()} == MISTYPED
    assert all(one.err for one in ran.values())


def test_dry_runs_write_and_send_nothing(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """`--dry-run` shows the plan and creates no campaign."""
    assert 6 == len(shell("push", "plan", "2021-02", "--dry-run", "--json").json["articles"])
    assert 6 == len(shell("push", "start", "2021-02", "--dry-run", "--json").json["articles"])
    assert [] == shell("push", "list", "--json").json
    assert 0 == _received(account)


def test_the_report_gives_the_platforms_counts_or_says_that_there_are_none(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """The report says that counts are missing when no server received the platform's report."""
    campaign = shell("push", "start", "2021-02", "--json").json["campaign"]
    assert "人数" in shell("push", "report", str(campaign)).out
    found = shell("push", "report", str(campaign), "--json").json
    assert ("finished", {"sent": 1}, None, 3) == (
        found["state"],
        found["deliveries"],
        found["people"]["sent"],
        found["people"]["taken"],
    )


@pytest.mark.both_databases
def test_an_editor_chooses_what_leads_and_what_stays_out(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """`--lead 5,1 --without 12`: the message is headed by article 5, holds no article 12, and its hash is another."""
    plain = shell("push", "plan", "2021-02", "--dry-run", "--json").json
    made = shell("push", "plan", "2021-02", "--lead", "5,1", "--without", "12", "--json").json
    assert plain["hash"] != made["hash"]
    assert [5, 1] == made["articles"][0]["holds"][:2]
    assert "中国电科" in made["articles"][0]["title"]
    assert all(12 not in article["holds"] for article in made["articles"])
    shell("push", "approve", str(made["campaign"]), "--hash", made["hash"])
    shell("worker", "--once")
    assert 1 == _received(account)


def test_a_choice_of_articles_that_are_not_there_is_refused(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """A number beyond the last, a letter, and the same article twice are wrong usage."""
    for option, value in (("--lead", "99"), ("--without", "0"), ("--lead", "a,b"), ("--lead", "1,1")):
        assert 2 == shell("push", "plan", "2021-02", option, value).code, value
    assert [] == shell("push", "list", "--json").json


@pytest.mark.both_databases
def test_a_second_message_a_day_is_warned_of(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """The plan shows the quota left by our own ledger: a subscription account has one mass message a day."""
    assert 0 == shell("push", "start", "2021-02").code
    warnings = shell("push", "plan", "2021-02", "--again", "--dry-run", "--json").json["warnings"]
    assert any("今天已经群发 1 次" in warning for warning in warnings)


def test_two_persons_approve_where_two_are_needed(
    shell: Shell, account: wechat_simulator.RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two required approvals must come from two people: at the terminal one, who must be known, and one elsewhere."""
    monkeypatch.setenv("WXBOT_PUSH_APPROVALS", "2")
    monkeypatch.setattr(sys, "stdin", io.StringIO("两岸猿声啼不住 88\n"))
    assert 0 == shell("editors", "add", "王", "--openid", "oWang", "--password-stdin").code
    campaign = str(shell("push", "plan", "2021-02", "--at", "2030-01-01T09:00", "--json").json["campaign"])
    assert 3 == shell("push", "approve", campaign, "--by", "李").code
    assert "planned" == shell("push", "approve", campaign, "--by", "王", "--json").json["state"]
    for again in ("王", "oWang", "李"):
        assert 3 == shell("push", "approve", campaign, "--by", again).code
    assert ["plan", "second"] == [
        word for word in ("plan", "second", "approve") if word in _deeds(shell, campaign)
    ]


def _deeds(shell: Shell, campaign: str) -> list[str]:
    words = {"计划": "plan", "批准（还差一位）": "second", "批准": "approve"}
    shown = shell("push", "show", campaign).out.splitlines()
    return [
        words[part]
        for line in shown
        if line.startswith("20")
        for part in line.split("  ")[1:2]
        if part in words
    ]


def test_editors_see_it_first(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """A preview reaches only the given editors, deletes its draft, and does not change the campaign."""
    campaign = str(shell("push", "plan", "2021-02", "--json").json["campaign"])
    assert 0 == shell("push", "preview", campaign, "--to", "alice").code
    seen = [m["via"] for m in call_simulator(account, "/_sim/inbox/alice")]
    assert ["preview"] == seen
    assert [] == call_simulator(account, "/_sim/inbox/bob")
    assert [] == call_simulator(account, "/_sim/drafts")
    assert "planned" == shell("push", "show", campaign, "--json").json["state"]
    assert 1 == shell("push", "preview", campaign, "--to", "nobody").code


def test_what_went_out_can_be_taken_back_as_far_as_the_platform_does(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """`push recall` deletes the sent articles, needs --yes, and refuses a campaign that was not sent."""
    planned = str(shell("push", "plan", "2021-02", "--json").json["campaign"])
    assert 3 == shell("push", "recall", planned, "--yes").code
    shell("push", "start", planned)
    assert 3 == shell("push", "recall", planned).code
    assert 0 == shell("push", "recall", planned, "--yes").code
    (message,) = [m for m in call_simulator(account, "/_sim/inbox/alice") if m["via"] == "mass"]
    assert all(article.get("deleted") for article in message["articles"])


def test_a_file_of_openids_is_an_audience(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """`--to FILE` plans for the openids of the file; an empty file is wrong usage."""
    Path("people.txt").write_text("alice\n\nbob\n", encoding="utf-8")
    made = shell("push", "plan", "2021-02", "--to", "people.txt", "--json").json
    assert ("mixed", {"不在粉丝名单里": 2}) == (made["route"], made["left_out"])
    Path("empty.txt").write_text("\n", encoding="utf-8")
    assert 2 == shell("push", "plan", "2021-02", "--to", "empty.txt").code
    Path("table.txt").write_text("alice\nbob," + "北京市朝阳区" * 12 + "\n", encoding="utf-8")
    refused = shell("push", "plan", "2021-02", "--to", "table.txt")
    assert (2, True) == (refused.code, "table.txt 第 2 行不是 openid（76 个字符）" in refused.err)


@pytest.mark.usefixtures("account")
def test_show_says_what_changed_since_the_plan(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`push show` gives the old and the new value of a setting that changed the message after planning."""
    campaign = shell("push", "plan", "2021-02", "--json").json["campaign"]
    assert [] == shell("push", "show", str(campaign), "--json").json["changes"]
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", "另一个名字")
    changes = shell("push", "show", str(campaign), "--json").json["changes"]
    refused = shell("push", "approve", str(campaign))
    assert any("公众号名称" in change and "另一个名字" in change for change in changes)
    assert 3 == refused.code
    assert "公众号名称" in refused.err


@pytest.mark.usefixtures("account")
@pytest.mark.both_databases
def test_a_plan_says_by_which_ways_and_at_what_cost(shell: Shell) -> None:
    """The JSON of a plan by list gives recipients by route, and each quota that it uses."""
    assert 0 == shell("followers", "sync").code
    made = shell("push", "plan", "2021-02", "--route", "list", "--dry-run", "--json").json
    assert {"list": 3} == made["ways"]
    (quota,) = made["quotas"]
    assert (1, 100, "今天") == (quota["needed"], quota["left"], quota["when"])
    shown = shell("push", "plan", "2021-02", "--route", "mixed", "--dry-run")
    assert "按名单群发 3 人" in shown.out
    assert "额度：按名单群发接口：今天还剩 100 次，这次用 1 次" in shown.out


def test_a_campaign_is_named_by_its_issue_and_shown_as_on_a_phone(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """`latest` and 第2期 stand for the newest campaign of the issue; --preview shows its message within 44 columns."""
    assert "还没有推送计划" in shell("push", "show", "latest").err
    assert 0 == shell("push", "plan", "2021-02", "--at", "明天 9:00").code
    assert shell("push", "show", "1").out == shell("push", "show", "第2期").out
    shown = shell("push", "show", "latest", "--preview").out
    assert "封面：整期" in shown
    assert {44} == {width(line) for line in shown.splitlines() if line.startswith(("│", "┌", "├", "└"))}
