"""Files that editors own (编辑自己的设置): rules and menu, reply texts, synonyms, publications, brand; with a history.

    EditorFiles.save      check a text and put it in place of the file, unless somebody changed the file meanwhile
    EditorFiles.undo      take one change back, keeping later ones
    changes, get_change   the history: who changed what and when, with the text before and after
    add_group             add a group of synonyms; recent_groups lists those added last
    TomlEntries           edit one entry of a TOML file; comments and the other entries stay as written
    change_table          the same for the only table of a text
    list_files            the files and what makes a text of each unusable

The command line, the console and a person's own editor change the same files.
"""

from wxbot.editor_files.catalogue import (
    BRAND,
    PUBLICATIONS,
    RULES,
    SYNONYMS,
    EditorFile,
    FileProblem,
    list_files,
    reply_key,
)
from wxbot.editor_files.file_text import FileText
from wxbot.editor_files.history import changes, get_change, last_known
from wxbot.editor_files.store import EditorFiles, FileEdit, UnusableText
from wxbot.editor_files.synonym_groups import add_group, recent_groups
from wxbot.editor_files.tables import ChangeState, FileChange
from wxbot.editor_files.toml_entries import TomlEntries, change_table

__all__ = [
    "BRAND",
    "PUBLICATIONS",
    "RULES",
    "SYNONYMS",
    "ChangeState",
    "EditorFile",
    "EditorFiles",
    "FileChange",
    "FileEdit",
    "FileProblem",
    "FileText",
    "TomlEntries",
    "UnusableText",
    "add_group",
    "change_table",
    "changes",
    "get_change",
    "last_known",
    "list_files",
    "recent_groups",
    "reply_key",
]
