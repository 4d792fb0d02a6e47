"""Samples that ship with the program: for an association that starts, and for what runs around the program.

    CONFIG, CONTENT    settings, menu and rules; a bulletin and synonyms
    DEPLOYMENT         nginx, Caddy, systemd, gunicorn, Prometheus and Grafana

The folders `config/` and `content/` of the repository hold the same files; a test compares them.
"""

import os
import secrets
from pathlib import Path

__all__ = ["CONFIG", "CONTENT", "DEPLOYMENT", "SYNONYMS", "copy_missing", "list_files"]

_FOLDER = Path(__file__).parent
CONFIG = _FOLDER / "config"
CONTENT = _FOLDER / "content"
DEPLOYMENT = _FOLDER / "deployment"
SYNONYMS = CONTENT / "synonyms.txt"


def list_files(source: Path) -> list[Path]:
    """Return the files below a folder of samples, without what Python compiled from them."""
    return sorted(file for file in source.rglob("*") if file.is_file() and file.suffix != ".pyc")


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy the files below `source` into `target` where there are none of these names; return the new ones.

    A file appears whole or not at all, and one that exists, even as a broken link, is never touched.
    """
    copied = list[Path]()
    for file in list_files(source):
        goal = target / file.relative_to(source)
        if os.path.lexists(goal):
            continue
        goal.parent.mkdir(parents=True, exist_ok=True)
        draft = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}")
        draft.write_bytes(file.read_bytes())
        try:
            os.link(draft, goal)  # fails if another process has created it meanwhile
            copied.append(goal)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return copied
