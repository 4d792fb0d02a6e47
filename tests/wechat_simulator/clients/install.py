"""Install clients that conflict with this environment, once, into var/clients, which git ignores.

wechatpy_2    a virtual environment with wechatpy 2, whose package name is that of our version
node_modules  the npm clients
"""

__all__ = ["node_modules", "wechatpy_2"]

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT

HERE = Path(__file__).parent
CACHE = ROOT / "var" / "clients"
INSTALL_SECONDS = 300


def wechatpy_2() -> Path:
    """Return the Python of a virtual environment with wechatpy 2 from PyPI, pinned by hashes."""
    return _installed_folder("wechatpy-2", HERE / "requirements.txt", _make_environment) / "bin" / "python"


def node_modules() -> Path:
    """Return the folder of the npm packages in package.json."""
    return _installed_folder("npm", HERE / "package.json", _make_node_modules) / "node_modules"


def _installed_folder(name: str, pins: Path, make: Callable[[Path, Path], None]) -> Path:
    """Return the folder with these pins; install it if they changed, under a lock shared by all processes."""
    home, wanted = CACHE / name, hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = home / "made-from"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            make(home, pins)
            stamp.write_text(wanted)
    return home


def _make_environment(home: Path, pins: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", str(home))
    python = str(home / "bin" / "python")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    pip = (sys.executable, "-m", "pip", "--python", python, *quiet)
    _run(*pip, "install", "--require-hashes", "-r", str(pins))


def _make_node_modules(home: Path, pins: Path) -> None:
    shutil.copy(pins, home)
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier")
    _run("npm", "install", *quiet, cwd=home)


def _run(*command: str, cwd: Path | None = None) -> None:
    """Run an installer; raise an error with its output if it fails."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
