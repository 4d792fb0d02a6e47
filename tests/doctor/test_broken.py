"""Facts about `wxbot doctor` on an installation of which one thing is broken, for real."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest

import wechat_simulator
from tests.conftest import Shell
from tests.harness import call_simulator
from tests.wechat.crooked import answer, crooked, untrusted
from wxbot.bot.editor_notices import EditorNotice, NoticeState
from wxbot.doctor import CheckResult, examine
from wxbot.doctor.examination import CHECKS
from wxbot.rendering import typesetting
from wxbot.settings import load
from wxbot.wiring import Services

Account = wechat_simulator.RunningSimulator
Environment = pytest.MonkeyPatch


@pytest.fixture
def account(shell: Shell, monkeypatch: Environment) -> Iterator[Account]:
    """Yield an account on the simulated platform, which the settings name."""
    with wechat_simulator.run(kind="svc", mode="safe") as platform:
        found = platform.account
        for name, value in {
            "APP_ID": found.app_id,
            "APP_SECRET": found.secret,
            "TOKEN": found.token,
            "ENCODING_AES_KEY": found.aes_key,
            "PLATFORM_URL": platform.url,
        }.items():
            monkeypatch.setenv(f"WXBOT_{name}", value)
        yield platform


def problem(name: str, services: Services | None = None) -> CheckResult:
    """Run one check and return its result, which is a problem with a remedy."""
    services = services or Services(load())
    (result,) = examine(services, {name: CHECKS[name]})
    services.close()
    assert (False, True) == (result.good, bool(result.remedy)), result
    return result


def _damage_database(home: Path, env: Environment) -> None:
    (home / "damaged.db").write_bytes(bytes(range(256)) * 64)
    env.setenv("WXBOT_DATABASE_URL", f"sqlite:///{home / 'damaged.db'}")


def _block_index(home: Path, env: Environment) -> None:
    shutil.rmtree(home / "var", ignore_errors=True)
    (home / "var" / "index.lock").mkdir(parents=True)


def _lose_fonts(home: Path, env: Environment) -> None:
    # The path of the installed file: deleting the file itself would break all other tests.
    env.setattr(pylopdf_fonts_zh_cn, "serif_path", lambda: str(home / "none.otf"))
    typesetting.serif.cache_clear()


def _lose_notice(home: Path, env: Environment) -> None:
    env.setenv("WXBOT_EDITORS", "oEditor")
    services = Services(load())
    now = services.now()
    with services.db.begin() as session:
        session.add(
            EditorNotice(openid="oEditor", text="t", state=NoticeState.REFUSED, made_at=now, moved_at=now)
        )
    services.close()


def _lose_domain(home: Path, env: Environment) -> None:
    env.setenv("WXBOT_PUBLIC_URL", "https://nobody.invalid")


def _lose_encryption(home: Path, env: Environment) -> None:
    env.setenv("WXBOT_EDITORS", "oEditor")
    env.delenv("WXBOT_ENCODING_AES_KEY")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "breaking", "says"),
    [
        ("数据库", _damage_database, "损坏"),
        ("索引", _block_index, "索引只在内存里"),
        ("字体", _lose_fonts, "字体读不了"),
        ("后台", lambda *_: None, "还没有运行过"),
        ("编辑通知", _lose_notice, "1 条没有送到"),
        ("域名", _lose_domain, "nobody.invalid 解析不了"),
        ("加密", _lose_encryption, "没有设置 encoding_aes_key"),
    ],
)
def test_what_is_broken_here_is_found_with_a_remedy(
    account: Account,
    home: Path,
    monkeypatch: Environment,
    name: str,
    breaking: Callable[[Path, Environment], None],
    says: str,
) -> None:
    """Each check of this machine is red once its subject is broken."""
    breaking(home, monkeypatch)
    assert says in problem(name).says


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_clock_that_differs_from_the_databases_is_found(account: Account) -> None:
    """A machine whose clock is ten seconds ahead of PostgreSQL's is named with the difference."""
    ahead = Services(load(), machine=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=10))
    ahead.sync_index()
    assert "比数据库的快 10." in problem("时钟", ahead).says


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_certificate_that_nobody_trusts_is_explained_once(
    account: Account, tmp_path: Path, monkeypatch: Environment
) -> None:
    """An untrusted certificate is named in Chinese, and the pages behind it refer to it; plain HTTP is told apart."""
    with untrusted(tmp_path) as (url, _):
        monkeypatch.setenv("WXBOT_PUBLIC_URL", url)
        services = Services(load())
        found = list(examine(services, {name: CHECKS[name] for name in ("证书", "网页", "验证", "消息")}))
        services.close()
    assert "localhost 的证书无效：是自签名的" == found[0].says
    assert ["原因同「证书」"] * 3 == [each.says for each in found[1:]]
    with crooked(answer(b"")) as plain:
        monkeypatch.setenv("WXBOT_PUBLIC_URL", plain.url.replace("http:", "https:"))
        assert "端口上不是 https" in problem("证书").says


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_server_at_the_public_address_is_found(account: Account, monkeypatch: Environment) -> None:
    """A server that is not wxbot fails the page, and the message's remedy is not another token."""
    for name, says in (("网页", "不像是 wxbot"), ("消息", "没有接受")):
        with crooked(*[answer(b"other", "501 Not Implemented")] * 2) as other:
            monkeypatch.setenv("WXBOT_PUBLIC_URL", other.url)
            found = problem(name)
        assert says in found.says
        assert "Token" not in found.remedy


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "fault", "name", "says", "remedy"),
    [
        ({"secret": "f" * 32}, None, "平台凭据", "AppSecret 无效", "WXBOT_APP_SECRET"),
        ({"secret_frozen": True}, None, "平台凭据", "AppSecret 已被冻结", "解冻"),
        ({"account_frozen": True}, None, "平台凭据", "账号已被冻结", "公众平台"),
        ({"ip_allow": ["192.0.2.1"]}, None, "平台凭据", "IP 白名单", "加入 127.0.0.1"),
        ({}, ("/cgi-bin/stable_token", "html", 0), "平台凭据", "HTTP 502", "再试"),
        ({"kind": "personal"}, None, "群发", "没有群发接口的权限", "--route draft"),
        ({}, ("/cgi-bin/draft/count", "errcode", 48001), "草稿", "没有调用此接口的权限", "认证"),
        ({}, ("/cgi-bin/draft/count", "errcode", 45009), "草稿", "额度已用完", "零点"),
        ({"callback": ""}, None, "回调", "没有填写服务器地址", "服务器配置"),
    ],
)
def test_each_fault_of_the_platform_is_found_with_its_remedy(
    account: Account,
    settings: dict[str, object],
    fault: tuple[str, str, int] | None,
    name: str,
    says: str,
    remedy: str,
) -> None:
    """A wrong secret, a frozen account, the allow-list, rights, quotas and the callback are told apart."""
    call_simulator(account, "/_sim/account", {"callback": "http://127.0.0.1:9/wechat", **settings})
    if fault:
        path, kind, errcode = fault
        order = {"path": path, "kind": kind, "errcode": errcode, "times": 9}
        call_simulator(account, "/_sim/faults", order)
    found = problem(name)
    assert says in found.says
    assert remedy in found.remedy


def test_settings_that_cannot_be_read_are_a_finding(shell: Shell, monkeypatch: Environment) -> None:
    """With a wrong setting `doctor` names it, as JSON too, and ends with 1: no other check can run."""
    monkeypatch.setenv("WXBOT_PORT", "abc")
    ran = shell("doctor", "--json")
    (found,) = ran.json
    assert (1, "设置", False) == (ran.code, found["name"], found["good"])
    assert "WXBOT_PORT" in found["says"]
    assert found["remedy"]
    assert "✗ 设置：设置有误：WXBOT_PORT" in shell("doctor").out
