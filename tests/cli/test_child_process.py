"""Facts about processes that end with whoever started them."""

import subprocess
import sys

import pytest

WAIT = "import time; from wxbot.cli.child_process import end_without_reader; end_without_reader(); "
SECONDS = 60


def test_a_process_ends_when_nobody_reads_its_log() -> None:
    """A process ends by SIGTERM when the other end of its log closes, as after SIGKILL of a process manager."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{WAIT}import os; os.write(2, b'ready'); time.sleep(600)"],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert b"ready" == process.stderr.read(5)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    process.stderr.close()
    assert -15 == process.wait(SECONDS)


def test_a_log_in_a_file_ends_nothing() -> None:
    """No thread watches a log that goes elsewhere."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{WAIT}import threading; print(threading.active_count())"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    assert "1\n" == ran.stdout
