"""Facts about how modules hang together."""

import subprocess
import sys
from pathlib import Path


def test_each_module_imports_alone() -> None:
    """No module needs another to have been imported before it: there is no hidden cycle."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("alone.py"))],
        capture_output=True,
        text=True,
        check=False,
    )
    count, *wrong = ran.stdout.split()
    assert [] == wrong, ran.stderr
    assert int(count) > 200
