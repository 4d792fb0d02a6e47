"""Tests of the failure table in operations.md, and of a state folder that cannot be written."""

import re
from pathlib import Path

from tests.conftest import ROOT, SAMPLE
from tests.harness import PushHarness
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import TO_ALL
from tests.push.worker_processes import WorkerProcesses
from wxbot import push


def test_every_row_of_the_failure_table_names_a_test() -> None:
    """Each row of the table in operations.md names one test, and that test exists in this folder."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("## 推送中途出错")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "出什么错" not in line]
    named = [re.findall(r"`(test_\w+)`", line) for line in rows]
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert len(named) >= 10
    assert all(len(names) == 1 and f"def {names[0]}(" in tests for names in named)


def test_pushes_continue_without_a_writable_state_folder(
    short_issue: PushHarness, workers: WorkerProcesses, database_url: str, tmp_path: Path
) -> None:
    """With a file in the place of `var/`, a due campaign is sent, and a new bulletin is ingested and planned."""
    (tmp_path / "var").write_text("no folder", encoding="utf-8")
    bulletins = tmp_path / "content" / "bulletins"
    bulletins.mkdir(parents=True)
    text = SAMPLE.read_text(encoding="utf-8").replace("第 02 期 2021", "第 03 期 2021")
    (bulletins / "2021-03.txt").write_text(text, encoding="utf-8")
    run = PreparedCampaign(short_issue, TO_ALL, database_url, workers, tmp_path).start_run(1)
    worker = workers.start(run.url)
    run.wait_until(lambda: _is_planned(run, "2021-03"))
    run.finish([worker])
    assert [] == run.find_errors()
    run.close()
    assert "cannot write to the place of search index" in workers.log_text()
    assert "Traceback" not in workers.log_text()


def _is_planned(run: FaultRun, number: str) -> bool:
    """Return whether the issue has a campaign."""
    with run.db.read() as session:
        return push.queries.latest_campaign(session, number) is not None
