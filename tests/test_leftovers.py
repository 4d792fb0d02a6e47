"""Facts about what a killed test run leaves behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.leftovers import MARK

RUN = """
import os, subprocess, time
from tests.leftovers import MARK, watch_this_run
watch_this_run()
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(child.pid, os.environ[MARK], flush=True)
time.sleep(600)
"""


def test_a_killed_run_leaves_no_process_and_no_folder() -> None:
    """After SIGKILL of a test run, a process that it started in a session of its own ends; its folder is deleted."""
    bare = {name: value for name, value in os.environ.items() if name != MARK}
    run = subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, env=bare, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    child, folder = run.stdout.readline().split()
    assert Path(folder).is_dir()
    run.kill()
    run.communicate()

    until = time.monotonic() + 60
    while (Path(f"/proc/{child}").exists() or Path(folder).exists()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
    assert not Path(folder).exists()
