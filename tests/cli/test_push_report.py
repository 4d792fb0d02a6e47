"""Facts about `wxbot push report`, `push hours`, `--at next` and `--correction`, as an editor types them."""

import datetime as dt
from pathlib import Path

import pytest

from tests.cli.test_push import account  # noqa: F401  the fixture
from tests.conftest import Shell
from wxbot import journal
from wxbot.journal import NewEntry
from wxbot.settings import load
from wxbot.wechat import Incoming
from wxbot.wiring import Services

pytestmark = pytest.mark.usefixtures("account")


def test_the_report_is_a_page_of_its_own(shell: Shell, tmp_path: Path) -> None:
    """`--html FILE` writes one document and overwrites an existing file only with `--force`."""
    campaign = str(shell("push", "start", "2021-02", "--json").json["campaign"])
    file = tmp_path / "report.html"
    assert 0 == shell("push", "report", campaign, "--html", str(file)).code
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "2021年第2期" in page
    file.write_text("mine", encoding="utf-8")
    refused = shell("push", "report", campaign, "--html", str(file))
    assert (3, "mine") == (refused.code, file.read_text(encoding="utf-8"))
    assert "--force" in refused.err
    assert 0 == shell("push", "report", campaign, "--html", str(file), "--force").code
    assert page[:200] == file.read_text(encoding="utf-8")[:200]


def test_a_page_that_cannot_be_written_is_said(shell: Shell, tmp_path: Path) -> None:
    """A missing folder gives an error that names the file, without a traceback."""
    campaign = str(shell("push", "plan", "2021-02", "--json").json["campaign"])
    wrong = shell("push", "report", campaign, "--html", str(tmp_path / "none" / "x.html"))
    assert (2, True) == (wrong.code, "x.html" in wrong.err)


def test_the_report_in_the_terminal(shell: Shell) -> None:
    """The report in the terminal shows recipients, each article with the reason for missing figures, and questions."""
    campaign = str(shell("push", "start", "2021-02", "--json").json["campaign"])
    said = shell("push", "report", campaign).out
    for words in ("计划 3 人", "各篇：", "平台次日 8 点才有统计", "会员来问：0 次"):
        assert words in said


def test_the_report_needs_no_account(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the account's secret, and with `--offline`, the report shows the stored figures."""
    campaign = str(shell("push", "start", "2021-02", "--json").json["campaign"])
    assert 0 == shell("push", "report", campaign, "--offline").code
    monkeypatch.delenv("WXBOT_APP_SECRET")
    ran = shell("push", "report", campaign, "--json")
    assert (0, 3) == (ran.code, ran.json["people"]["planned"])
    assert "没有查到阅读数" in ran.err


def test_what_the_bot_answers_is_found_again(shell: Shell) -> None:
    """The report counts answers with a card or a list of the issue's articles, in total and for each article."""
    campaign = str(shell("push", "start", "2021-02", "--json").json["campaign"])
    services = Services(load())
    now = services.now()
    services.sync_index()
    for question in ("比亚迪", "融资", "最新"):
        incoming = Incoming("text", "o", "gh", 1, content=question)
        answer = services.bot.answer(services.bot.understand(incoming, now))
        with services.db.begin() as session:
            entry = NewEntry(question, "o", "text", question, 5, "<xml/>", now, answer.shown_ids)
            journal.record(session, entry)
    services.close()
    asked = shell("push", "report", campaign, "--offline", "--json").json["asked"]
    assert {"比亚迪": 1, "融资": 1, "最新": 1} == {each["query"]: each["times"] for each in asked["about"]}
    assert 20 in [each["n"] for each in asked["shown"]]  # the card of 比亚迪
    assert 6 <= len(asked["shown"])  # … and the five titles of 融资


def test_a_report_of_nothing_is_refused(shell: Shell) -> None:
    """The report of an unknown campaign is refused."""
    assert 3 == shell("push", "report", "99").code


def test_the_hours_to_come(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`push hours` lists the slots of the schedule and what occupies them; `--at next` takes the first free one."""
    monkeypatch.setenv("WXBOT_PUSH_WEEKDAY", "mon,thu")
    monkeypatch.setenv("WXBOT_PUSH_HOUR", "18:30")
    found = shell("push", "hours", "--count", "4", "--json").json["hours"]
    moments = [dt.datetime.fromisoformat(hour["at"]) for hour in found]
    assert {0, 3} == {moment.weekday() for moment in moments}
    made = shell("push", "plan", "2021-02", "--at", "next", "--json").json
    assert moments[0] == dt.datetime.fromisoformat(made["at"])
    assert f"2021-02（计划 {made['campaign']}）" in shell("push", "hours").out
    assert "周一、周四 18:30" in shell("push", "hours").out


def test_a_rule_far_ahead_warns_that_holidays_are_not_known(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slots beyond the announced holidays carry a warning that Monday to Friday count as workdays."""
    monkeypatch.setenv("WXBOT_PUSH_WORKDAYS", "true")
    monkeypatch.setenv("WXBOT_PUSH_WEEKDAY", "wed")
    found = shell("push", "hours", "--count", "100", "--json").json["hours"]
    assert "还没有公布" in found[-1]["warning"]


def test_a_correction_is_planned_and_says_so(shell: Shell) -> None:
    """A correction is refused before a push and before a change of the issue; `--again` plans it, headed 【更正】."""
    words = ("push", "plan", "2021-02", "--correction", "第 14 篇金额有误", "--json")
    assert 3 == shell(*words).code
    shell("push", "start", "2021-02")
    assert 3 == shell(*words).code
    made = shell(*words, "--again").json
    assert made["articles"][0]["title"].startswith("【更正】")
    assert "没有撤回" in made["warnings"][0]
    assert 3 == shell("push", "plan", "2021-02").code


def test_start_says_that_it_is_night(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A push started in quiet hours prints a note and goes out."""
    hour = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).hour
    monkeypatch.setenv("WXBOT_PUSH_HOUR", f"{(hour + 12) % 24:02d}:00")
    monkeypatch.setenv("WXBOT_PUSH_QUIET", f"{(hour - 1) % 24}-{(hour + 2) % 24}")
    planned = shell("push", "plan", "2021-02", "--json").json
    assert any("免打扰" in warning for warning in planned["warnings"])
    ran = shell("push", "start", "2021-02", "--json")
    assert ("finished", True) == (ran.json["state"], "按您的要求立即发送" in ran.err)
