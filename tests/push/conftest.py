"""Fixtures for fault tests: a short issue, and workers in separate processes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.scenarios import FIELDS, TEMPLATE
from tests.push.worker_processes import ForkServer, SharedClock, WorkerProcesses
from wxbot import library

SHORT = """长风联盟工作简报
2021 年第 09 期 2021 年 05 月 10 日 长风联盟秘书处编

【新动向】

 联盟召开春季会员大会

五月八日，联盟在北京召开春季会员大会，四十多家会员单位的代表到会。
"""


@pytest.fixture
def short_issue(harness: PushHarness, tmp_path: Path) -> PushHarness:
    """Ingest an issue of one article: fewer pictures are then drawn for each campaign."""
    (tmp_path / "short.txt").write_text(SHORT, encoding="utf-8")
    (ingested,) = library.ingest(harness.db, [tmp_path / "short.txt"], harness.now())
    assert "2021-09" == ingested.parsed.number
    harness.number = "2021-09"
    return harness


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Start the program that forks workers, once for all tests because it imports the whole product."""
    fork_server = ForkServer(SHORT)
    yield fork_server
    fork_server.close()


@pytest.fixture
def workers(fork_server: ForkServer, harness: PushHarness, tmp_path: Path) -> Iterator[WorkerProcesses]:
    """Return the workers of the test's account; none runs yet."""
    account = harness.platform.account
    env = {
        "WXBOT_APP_ID": account.app_id,
        "WXBOT_APP_SECRET": account.secret,
        "WXBOT_PLATFORM_URL": harness.platform.url,
        "WXBOT_PUBLIC_URL": harness.settings.public_url,
        "WXBOT_ACCOUNT_NAME": harness.settings.author,
        "WXBOT_STATE": str(tmp_path / "var"),
        "WXBOT_CONTENT": str(tmp_path / "content"),
        "WXBOT_NOTICE_TEMPLATE": TEMPLATE,
        "WXBOT_NOTICE_FIELDS": json.dumps(FIELDS),
    }
    workers = WorkerProcesses(
        fork_server, env, SharedClock(harness.platform, tmp_path / "clock"), tmp_path / "workers.log"
    )
    yield workers
    workers.close()
