"""Tests of the statements of operations.md about failures, and of a state folder that cannot be written."""

import re
from pathlib import Path

from tests.conftest import ROOT, SAMPLE
from tests.harness import PushHarness
from tests.push.scenarios import TO_ALL
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses
from wxbot import push


def test_every_row_about_failures_names_a_test() -> None:
    """Each row of the table of failures in operations.md names a test, and this package has that test."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("## When something fails during a push")[1].split("\n## ")[0]
    rows = [row for row in section.splitlines() if row.startswith("| ") and "what fails" not in row]
    named = [re.findall(r"`(test_\w+)`", row) for row in rows]
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert len(named) >= 10
    assert all(len(names) == 1 and f"def {names[0]}(" in tests for names in named)


def test_a_folder_that_cannot_be_written_stops_no_push(
    short: PushHarness, processes: WorkerProcesses, database_url: str, tmp_path: Path
) -> None:
    """With a file in place of `var/`, a due campaign is sent, and a new bulletin is ingested and planned."""
    (tmp_path / "var").write_text("no folder", encoding="utf-8")
    bulletins = tmp_path / "content" / "bulletins"
    bulletins.mkdir(parents=True)
    text = SAMPLE.read_text(encoding="utf-8").replace("第 02 期 2021", "第 03 期 2021")
    (bulletins / "2021-03.txt").write_text(text, encoding="utf-8")
    trial = Prepared(short, TO_ALL, database_url, processes, tmp_path).trial(1)
    worker = processes.start(trial.url)
    trial.advance_until(lambda: _is_planned(trial, "2021-03"))
    trial.finish([worker])
    assert [] == trial.find_errors()
    trial.close()
    assert "cannot write to the place of search index" in processes.log_text()
    assert "Traceback" not in processes.log_text()


def _is_planned(trial: Trial, number: str) -> bool:
    with trial.db.read() as session:
        return push.queries.latest_campaign(session, number) is not None
