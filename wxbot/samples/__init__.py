"""Samples that ship with the program: a bulletin, synonyms, settings, menu and rules, as an association starts with.

The folders `config/` and `content/` of the repository hold the same files; a test compares them.
"""

import os
import secrets
from pathlib import Path

__all__ = ["CONFIG", "CONTENT", "SYNONYMS", "copy_missing"]

_FOLDER = Path(__file__).parent
CONFIG = _FOLDER / "config"
CONTENT = _FOLDER / "content"
SYNONYMS = CONTENT / "synonyms.txt"


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy the files below `source` into `target` where there are none of these names; return the new ones.

    A file appears whole or not at all, and one that exists, even as a broken link, is never touched.
    """
    copied = list[Path]()
    for file in sorted(source.rglob("*")):
        goal = target / file.relative_to(source)
        if file.is_dir():
            goal.mkdir(parents=True, exist_ok=True)
        elif not os.path.lexists(goal):
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
