"""Facts about the checks through the public address, on a running server."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.conftest import Shell
from tests.wechat.crooked import answer, crooked
from tests.wechat.ways import OK
from wxbot import journal
from wxbot.doctor import CheckResult, examine, latest, renew
from wxbot.doctor.examination import CHECKS
from wxbot.settings import load
from wxbot.web.app import create_app, runtime_of
from wxbot.wiring import Services

PUBLIC = ("域名", "证书", "网页", "验证", "消息")


@pytest.fixture
def services(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Yield the services of a running server in safe mode, whose public address is its own."""
    for name, value in {
        "APP_ID": "wx0123456789abcdef",
        "APP_SECRET": "0" * 32,
        "TOKEN": "tokenOfTheTests",
        "ENCODING_AES_KEY": "a" * 43,
        "PLATFORM_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(f"WXBOT_{name}", value)
    with_server = Services(load())
    app = create_app(
        settings=with_server.settings,
        db=with_server.db,
        index=with_server.index,
        bot=with_server.bot,
        envelope=with_server.envelope,
        clock=with_server.now,
    )
    with_server.sync_index()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("WXBOT_PUBLIC_URL", f"http://127.0.0.1:{server.port}")
    services = Services(load())
    yield services
    services.close()
    server.shutdown()
    runtime_of(app).close()
    with_server.close()


def public_results(services: Services) -> dict[str, CheckResult]:
    """Return the results of the checks through the public address."""
    return {result.name: result for result in examine(services, {name: CHECKS[name] for name in PUBLIC})}


def test_a_server_that_answers_members_passes(services: Services) -> None:
    """An encrypted message through the public address is answered, and leaves no trace in the journal."""
    results = public_results(services)
    assert [] == [result for result in results.values() if not result.good]
    assert "加密消息得到了回答" in results["消息"].says
    with services.db.read() as session:
        assert 0 == journal.count(session)


def test_a_server_with_an_older_token_is_found(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of the token without a restart, echo and message fail, and the remedy is the restart."""
    monkeypatch.setenv("WXBOT_TOKEN", "changedSince")
    changed = Services(load())
    results = public_results(changed)
    changed.close()
    assert {"验证", "消息"} == {name for name, result in results.items() if not result.good}
    assert "重启 wxbot serve" in results["验证"].remedy


def test_workers_renew_the_diagnosis_once(services: Services) -> None:
    """A renewed diagnosis names what is wrong, and another worker does not run the checks again within the hour."""
    assert renew(services)
    assert not renew(services)
    stored = latest(services.db)
    assert stored is not None
    assert "平台凭据" in {result.name for result in stored.problems}


def test_one_cause_is_explained_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the platform only the check of the credentials explains it; a dead server is explained by one check."""
    monkeypatch.setenv("WXBOT_PUBLIC_URL", "http://127.0.0.1:9")
    alone = Services(load())
    names = ("平台凭据", "账号权利", "草稿", "菜单", "网页", "验证", "消息", "回调", "数据格式")
    results = {result.name: result for result in examine(alone, {name: CHECKS[name] for name in names})}
    alone.close()
    assert {"平台凭据", "网页"} == {name for name, result in results.items() if result.remedy}
    assert "先解决「平台凭据」" in results["草稿"].says
    assert "原因同「网页」" == results["消息"].says
    assert results["数据格式"].good


def test_a_redirect_to_another_host_is_not_followed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server at the public address cannot make this machine fetch an address of its own network."""
    with crooked(OK) as inside, crooked(answer(b"", "302 Found", f"Location: {inside.url}/a\r\n")) as outside:
        monkeypatch.setenv("WXBOT_PUBLIC_URL", outside.url)
        redirected = Services(load())
        (result,) = examine(redirected, {"网页": CHECKS["网页"]})
        redirected.close()
        assert (False, []) == (result.good, inside.asked)
        assert 1 == len(outside.asked)
