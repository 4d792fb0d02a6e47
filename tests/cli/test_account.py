"""Facts about `wxbot followers`, `menu`, `doctor`, `stats`, `backup` and `restore`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import wechat_simulator
from tests.conftest import SAMPLE, Shell
from tests.harness import call_simulator
from wxbot.settings import load
from wxbot.wiring import Services


@pytest.fixture
def account(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[wechat_simulator.RunningSimulator]:
    """An account on the simulated platform, with our rules beside the settings."""
    with wechat_simulator.run(kind="svc", mass_delay=0.0) as platform:
        for name, value in {
            "APP_ID": platform.account.app_id,
            "APP_SECRET": platform.account.secret,
            "TOKEN": platform.account.token,
            "PLATFORM_URL": platform.url,
            "PUBLIC_URL": "https://news.example.org",
        }.items():
            monkeypatch.setenv(f"WXBOT_{name}", value)
        (home / "config").mkdir()
        shipped = SAMPLE.parents[2] / "config" / "rules.toml"
        (home / "config" / "rules.toml").write_bytes(shipped.read_bytes())
        yield platform


def test_followers_are_synced_page_by_page(shell: Shell, account: wechat_simulator.RunningSimulator) -> None:
    """A sync stores every follower and prints how many came and left; a second sync changes nothing."""
    call_simulator(account, "/_sim/followers", {"count": 25_000})
    call_simulator(account, "/_sim/followers", {"openid": "alice"})
    first = shell("followers", "sync", "--json").json
    assert {"total": 25_001, "met": 25_001, "new": 25_001, "left": 0} == first
    assert 4 == len(call_simulator(account, "/_sim/calls?path=/cgi-bin/user/get")), (
        "three pages, and the empty one that ends it"
    )

    call_simulator(account, "/_sim/unfollow", {"openid": "alice"})
    assert {"total": 25_000, "met": 25_000, "new": 0, "left": 1} == shell("followers", "sync", "--json").json
    assert 25_000 == shell("followers", "stats", "--json").json["following"]


@pytest.mark.both_databases
def test_a_sync_that_broke_off_goes_on_where_it_stopped(
    shell: Shell, account: wechat_simulator.RunningSimulator, database_url: str
) -> None:
    """A sync that was killed after its first page resumes with the second, and marks nobody as having left."""
    call_simulator(account, "/_sim/followers", {"count": 25_000})
    wxbot = Services(load())
    first = next(wxbot.pusher.sync_followers())
    assert (10_000, 25_000) == (first.met, first.total)
    wxbot.close()

    assert {"total": 25_000, "met": 15_000, "new": 15_000, "left": 0} == shell(
        "followers", "sync", "--json"
    ).json
    assert 25_000 == shell("followers", "stats", "--json").json["following"]


def test_the_menu_is_shown_compared_and_applied(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """`menu diff` prints the differences, `menu apply` removes them, and a dry run changes nothing."""
    assert "没有菜单" in shell("menu", "show").out
    assert 1 == shell("menu", "diff").code
    shell("menu", "apply", "--dry-run")
    assert "没有菜单" in shell("menu", "show").out
    assert 0 == shell("menu", "apply").code
    assert "投融界" in shell("menu", "show").out
    assert 0 == shell("menu", "diff").code


def test_a_menu_beyond_the_platforms_limits_is_refused_here(
    shell: Shell, account: wechat_simulator.RunningSimulator, home: Path
) -> None:
    """A menu name that is too long is reported before the platform is called."""
    (home / "config" / "rules.toml").write_text(
        '[[menu]]\nname = "一二三四五六七"\nkey = "X"\n', encoding="utf-8"
    )
    ran = shell("menu", "apply")
    assert 2 == ran.code
    assert "一二三四五六七" in ran.err
    assert [] == call_simulator(account, "/_sim/calls?path=/cgi-bin/menu/create")


def test_the_doctor_finds_what_is_wrong(
    shell: Shell, account: wechat_simulator.RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor` reports a wrong secret with its remedy and exit code 1, and does not show the secret."""
    monkeypatch.setenv("WXBOT_APP_SECRET", "0123456789abcdef0123456789abcdef")
    ran = shell("doctor")
    assert 1 == ran.code
    assert "✗ 平台凭据" in ran.out
    assert "0123456789abcdef" not in ran.out + ran.err


@pytest.mark.both_databases
def test_the_doctor_asks_though_a_token_is_kept(
    shell: Shell, account: wechat_simulator.RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor` notices at once that the secret was changed after the last token was fetched."""
    assert 0 == shell("followers", "sync").code
    monkeypatch.setenv("WXBOT_APP_SECRET", "0123456789abcdef0123456789abcdef")
    assert "✗ 平台凭据" in shell("doctor").out


def test_the_doctor_is_content_with_a_sound_account(
    shell: Shell, account: wechat_simulator.RunningSimulator
) -> None:
    """Settings, database, clock, disk, content, index, credentials, drafts, sending and followers are all in order."""
    findings = {f["name"]: f["good"] for f in shell("doctor", "--json").json}
    assert {"设置", "数据库", "时钟", "磁盘", "内容", "索引", "平台凭据", "草稿", "群发", "粉丝名单"} <= {
        name for name, good in findings.items() if good
    }


def test_stats_count_the_shelf(shell: Shell) -> None:
    """The overview counts issues and articles."""
    shell("ingest", str(SAMPLE))
    found = shell("stats", "--json").json
    assert (1, 22) == (found["issues"], found["articles"])


@pytest.mark.both_databases
def test_a_backup_comes_back_and_old_campaigns_ask(
    shell: Shell, account: wechat_simulator.RunningSimulator, database_url: str
) -> None:
    """A restore brings the issues back and pauses an approved campaign: it may have been sent since the backup."""
    shell("ingest", str(SAMPLE))
    campaign = str(shell("push", "plan", "2021-02", "--at", "2030-01-01T09:00", "--json").json["campaign"])
    shell("push", "approve", campaign)
    assert 0 == shell("backup", "b.db").code
    assert 3 == shell("backup", "b.db").code
    shell("push", "start", campaign)

    assert 3 == shell("restore", "b.db").code
    assert 0 == shell("restore", "b.db", "--yes").code

    assert "paused" == shell("push", "show", campaign, "--json").json["state"]
    shell("worker", "--once")
    assert 1 == len(call_simulator(account, "/_sim/calls?path=/cgi-bin/message/mass/sendall"))


def test_a_file_that_is_no_backup_changes_nothing(shell: Shell, home: Path, database_url: str) -> None:
    """Restoring from a text file is refused, and the library is unchanged."""
    shell("ingest", str(SAMPLE))
    (home / "notes.txt").write_text("no database", encoding="utf-8")
    assert 3 == shell("restore", "notes.txt", "--yes").code
    assert 1 == len(shell("issues", "--json").json)
