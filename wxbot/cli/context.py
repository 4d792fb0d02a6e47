"""Open services on first use and print results as lines, tables or JSON, for all commands."""

import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from wxbot.errors import Forbidden, UsageError
from wxbot.lazy import LazyModule
from wxbot.text import escape_controls

if TYPE_CHECKING:
    from rich import box, console, table

    from wxbot import settings as knobs
    from wxbot import wiring
else:
    # `wxbot --help` needs none of them, and not every command shows a table.
    box, console, table = LazyModule("rich.box"), LazyModule("rich.console"), LazyModule("rich.table")
    knobs, wiring = LazyModule("wxbot.settings"), LazyModule("wxbot.wiring")

__all__ = [
    "READABLE",
    "CommandContext",
    "confirm_or_refuse",
    "current_user",
    "json_option",
    "pass_command_context",
    "print_json",
    "print_line",
    "print_notes",
    "print_one_line",
    "print_table",
    "read_lines",
]


class CommandContext:
    """Settings and services of one command: opened at first use, closed at the end of the command."""

    def __init__(self) -> None:
        self._opened = False

    def __enter__(self) -> "CommandContext":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self.services.close()

    @cached_property
    def settings(self) -> "knobs.Settings":
        """Return the settings; print a note when they are those of a demo running in this folder."""
        settings = knobs.load()
        if knobs.demo_settings() and sys.stderr.isatty():
            print_notes(f"（使用正在运行的演示：{knobs.DEMO_FILE.parent}）")
        return settings

    @cached_property
    def services(self) -> "wiring.Services":
        """Return the container of services; opened at first use."""
        services = wiring.Services(self.settings)
        self._opened = True
        return services


pass_command_context = click.make_pass_decorator(CommandContext)

READABLE = "检查文件在不在、有没有权限读；不是 UTF-8 的，用编辑器另存为 UTF-8。"

_COLOURED = re.compile(
    r"(?P<good>^\s*✓(?= ))|(?P<look>^\s*[?!](?= ))|(?P<bad>^\s*✗(?= )|^错误(?=：))|(?P<remedy>^怎么办(?=：))"
    r"|(?P<added>\{\+.*?\+\})|(?P<removed>\[-.*?-\])"
)
_COLOURS = {
    "good": "green",
    "look": "yellow",
    "bad": "red",
    "remedy": "cyan",
    "added": "green",
    "removed": "red",
}


def current_user() -> str:
    """Return the name of the user who runs the command, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "editor"


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option `--json` to a command, as its argument `json_out`."""
    return click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")(command)


def confirm_or_refuse(says: str, question: str, *, given: bool) -> None:
    """Return once the person at the terminal has agreed to what `says` tells, or `given` says so beforehand.

    Raises Forbidden where nobody can be asked, and UsageError for a no.
    """
    if given:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Forbidden(says, remedy="确认后加 --yes 再运行。")
    print_notes(says)
    if not click.confirm(question, default=False, err=True):
        raise UsageError("没有做", remedy="什么也没有改变。")


def print_line(text: str = "") -> None:
    """Print one line of the result to stdout.

    When the reader has closed the pipe (`wxbot … | head -1`), the command still runs to its end and its own exit code.
    """
    try:
        _echo(text)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def print_one_line(text: str) -> None:
    """Print a line that names a file: a line break in the name would begin a line that looks like another result."""
    print_line(escape_controls(text))


def _echo(text: str, *, err: bool = False) -> None:
    """Print a line: at a terminal with colours for its mark, unless NO_COLOR is set; elsewhere without any."""
    if os.environ.get("NO_COLOR"):
        click.echo(text, err=err, color=False)
    else:
        click.echo(_COLOURED.sub(_colour, text), err=err)


def _colour(found: re.Match[str]) -> str:
    """Return a mark in its colour: what is good, what to look at, what is wrong, what was added or removed."""
    return click.style(found[0], fg=_COLOURS[found.lastgroup or ""])


def print_notes(*lines: str) -> None:
    """Print notes for a person to stderr; empty ones are skipped."""
    for line in lines:
        if line:
            _echo(line, err=True)


def print_json(value: Any) -> None:
    """Print the result as one line of JSON."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    # Where stdout cannot encode a character, ASCII escapes give the same document.
    print_line(written if _takes(written) else json.dumps(value, default=str))


def _takes(text: str) -> bool:
    """Return whether stdout can encode every character."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_lines(file: Path) -> list[str]:
    """Return the lines of a text file, or of stdin for `-`. Raises UsageError when it cannot be read."""
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as opened:
            return str(opened.read()).splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageError(
            f"读不了 {file}：{getattr(wrong, 'strerror', None) or '不是 UTF-8'}", remedy=READABLE
        ) from None


def print_table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a table, aligned by display width; 200 columns wide in a pipe."""
    drawn = table.Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        drawn.add_column(head, overflow="fold")  # in a narrow terminal cells wrap instead of being cut
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    at_terminal = sys.stdout is not None and sys.stdout.isatty()
    page = console.Console(width=None if at_terminal else 200, highlight=False)
    with page.capture() as shown:
        page.print(drawn)
    for line in shown.get().splitlines():
        print_line(line)
