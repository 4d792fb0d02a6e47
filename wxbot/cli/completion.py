"""Complete issues and campaigns in the shell without loading the command whose argument they are.

A person waits for each press of the tab key, and loading a command's libraries takes seconds on a small machine. The
names come from the SQLite file itself; for anything else, such as PostgreSQL, options or a database of an older
version, the command is loaded and completes them (`issue_name`, `campaign_name`).
"""

import json
import os
import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import click
from click.shell_completion import CompletionItem, get_completion_class

__all__ = [
    "CAMPAIGN_ARGUMENTS",
    "CAMPAIGN_STATES",
    "COMPLETE_VARIABLE",
    "ISSUE_ARGUMENTS",
    "ISSUE_STATES",
    "complete_names",
    "offered_names",
]

COMPLETE_VARIABLE = "_WXBOT_COMPLETE"

ISSUE_ARGUMENTS = {
    "diff", "issues history", "issues keep", "issues restore", "publish", "push plan", "push start", "show", "withdraw",
}  # fmt: skip
"""Commands whose first argument is an issue."""

CAMPAIGN_ARGUMENTS = {
    f"push {name}"
    for name in (
        "approve", "cancel", "pause", "preview", "recall", "report", "resolve", "resume", "retry", "show",
    )
}  # fmt: skip
"""Commands whose first argument is a campaign."""

ISSUE_STATES = {"held": "先留着", "withdrawn": "撤下了"}
CAMPAIGN_STATES = {
    "planned": "待批准",
    "approved": "已批准，等时刻",
    "running": "进行中",
    "paused": "已暂停",
    "waiting": "等待中",
    "unknown": "结果不明",
    "finished": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
}

_OFFERED = 20
_ISSUES = "SELECT number, title, state FROM issue WHERE substr(number, 1, ?) = ? ORDER BY place DESC, id DESC LIMIT ?"
_CAMPAIGNS = (
    "SELECT id, number, state FROM (SELECT * FROM campaign ORDER BY id DESC LIMIT ?) "
    "WHERE substr(id, 1, ?) = ? ORDER BY id DESC"
)


def complete_names(command: click.Command, environ: Mapping[str, str]) -> bool:
    """Answer the shell's question for an issue or a campaign; return False for any other question."""
    shell, _, what = environ.get(COMPLETE_VARIABLE, "").partition("_")
    kind = get_completion_class(shell) if what == "complete" else None
    if kind is None:
        return False
    completer = kind(command, {}, "wxbot", COMPLETE_VARIABLE)
    try:
        words, beginning = completer.get_completion_args()
        found = offered_names(words, beginning, environ)
    except (KeyError, ValueError, OSError, sqlite3.Error):
        return False
    for item in found or ():
        click.echo(completer.format_completion(item))
    return found is not None


def offered_names(
    words: Sequence[str], beginning: str, environ: Mapping[str, str]
) -> list[CompletionItem] | None:
    """Return the issues or campaigns that begin so, newest first; None where the command has to be loaded.

    Raises ValueError for settings that cannot be read, and sqlite3.Error for a database of another version.
    """
    command = " ".join(words)
    if beginning.startswith("-") or command not in ISSUE_ARGUMENTS | CAMPAIGN_ARGUMENTS:
        return None
    file = _sqlite_file(environ)
    if file is None or not file.is_file():
        return None
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=1)) as database:
        if command in ISSUE_ARGUMENTS:
            rows = database.execute(_ISSUES, (len(beginning), beginning, _OFFERED)).fetchall()
            return [
                CompletionItem(key, help=_label(title, ISSUE_STATES.get(state))) for key, title, state in rows
            ]
        rows = database.execute(_CAMPAIGNS, (_OFFERED, len(beginning), beginning)).fetchall()
        return [
            CompletionItem(str(key), help=_label(of, CAMPAIGN_STATES.get(state))) for key, of, state in rows
        ]


def _label(*parts: str | None) -> str:
    """Return the parts that are there, with blanks between them."""
    return " ".join(filter(None, parts))


def _sqlite_file(environ: Mapping[str, str]) -> Path | None:
    """Return the file of the database that the settings name; None for one of another kind."""
    address = environ.get("WXBOT_DATABASE_URL", "")
    if not address and environ.get("WXBOT_DATABASE_URL_FILE"):
        return None
    if not address:
        file = Path(environ.get("WXBOT_CONFIG") or "config/wxbot.toml")
        demo = _demo_address(environ)
        known = [
            demo,
            _written_address(file),
            "" if demo else _written_address(file.with_name("secrets.toml")),
        ]
        address = next(filter(None, reversed(known)), "sqlite:///var/wxbot.db")
    scheme, separator, name = address.partition(":///")
    return Path(name) if scheme == "sqlite" and separator and name and "?" not in name else None


def _written_address(file: Path) -> str:
    """Return the database that a file of settings names; "" for none."""
    values = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.is_file() else {}
    return str(values.get("database_url", ""))


def _demo_address(environ: Mapping[str, str]) -> str:
    """Return the database of a demo that runs in this folder; "" for none."""
    file = Path("var/demo/settings.json")
    if any(environ.get(f"WXBOT_{name}") for name in ("APP_ID", "STATE")) or not file.is_file():
        return ""
    demo = json.loads(file.read_text(encoding="utf-8"))
    try:
        os.kill(int(demo["pid"]), 0)
    except OSError:
        return ""
    return str(demo["database_url"])
