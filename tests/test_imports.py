"""Tests of imports between modules."""

import subprocess
import sys
from pathlib import Path


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
    assert int(count) > 200
