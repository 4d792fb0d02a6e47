"""Add a group of synonyms to the editors' file, and list the groups added this way, which can be taken back."""

import re
from collections.abc import Sequence

from wxbot.db import Session
from wxbot.editor_files.catalogue import SYNONYMS
from wxbot.editor_files.history import changes
from wxbot.editor_files.store import EditorFiles, FileEdit
from wxbot.editor_files.tables import ChangeState, FileChange
from wxbot.search.synonyms import append_group, contains

__all__ = ["add_group", "recent_groups"]

_ADDED = "加入同义词："
_TAKEN_BACK = re.compile(r"撤销了第 (\d+) 次改动")
_LOOKED_AT = 50  # changes among which the last groups are looked for


def add_group(files: EditorFiles, words: Sequence[str], who: str) -> int | None:
    """Append the group to the file; return the id of the change, None if the file has it already.

    Raises UsageError for fewer than two different words, and Forbidden if somebody else saves at the same moment.
    """
    present = files.read(SYNONYMS)
    text = append_group(present.text, words)
    if contains(present.text, words):
        return None
    return files.save(SYNONYMS, FileEdit(text, present.token, who, _ADDED + "＝".join(words)))


def recent_groups(session: Session, limit: int) -> list[tuple[FileChange, str]]:
    """Return the last changes that added a group and were not taken back, with the group as text; the newest first."""
    found, taken_back = list[tuple[FileChange, str]](), set[int]()
    for change in changes(session, SYNONYMS, _LOOKED_AT):
        if change.state != ChangeState.DONE:
            continue
        if match := _TAKEN_BACK.match(change.what):
            taken_back.add(int(match[1]))
        elif change.what.startswith(_ADDED) and change.id not in taken_back:
            found.append((change, change.what.removeprefix(_ADDED)))
    return found[:limit]
