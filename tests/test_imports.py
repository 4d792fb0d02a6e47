"""Tests of imports between modules."""

import subprocess
import sys
from pathlib import Path

from tests.alone import PROGRAMS
from tests.conventions import ROOT, read_sources


def test_each_module_imports_alone() -> None:
    """Every module can be imported first, so there is no hidden import cycle."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("alone.py"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    count, *wrong = ran.stdout.split()
    assert [] == wrong, ran.stderr
    assert int(count) == len(_tracked_modules()), "every module of the package was tried"


def _tracked_modules() -> list[str]:
    """Return the files of the package that git tracks, without programs and migrations."""
    programs = [f"{name.replace('.', '/')}.py" for name in PROGRAMS]
    tracked = [path for path in read_sources(ROOT) if path.startswith("wxbot/")]
    return [path for path in tracked if path not in programs and "/versions/0" not in path]
