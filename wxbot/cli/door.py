"""What every command has in common: the parts it may need, and how a result is shown."""

import getpass
import json
import os
import sys
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from wxbot.errors import UsageError
from wxbot.settings import DEMO_FILE, Settings, load, running_demo
from wxbot.wiring import Wxbot

__all__ = ["Door", "as_json", "columns", "me", "pass_door", "read_lines", "say", "speak"]


class Door:
    """The parts of the product for one command; opened when first used, closed at its end."""

    def __init__(self) -> None:
        self._opened = False

    def __enter__(self) -> "Door":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self.wxbot.close()

    @cached_property
    def settings(self) -> Settings:
        """The settings; says so when they are those of a demo that runs in this folder."""
        settings = load()
        demo = running_demo(os.environ)
        if demo and sys.stderr.isatty():
            speak(f"（使用正在运行的演示：{DEMO_FILE.parent}）")
        return settings

    @cached_property
    def wxbot(self) -> Wxbot:
        """Everything else."""
        self._opened = True
        return Wxbot(self.settings)


pass_door = click.make_pass_decorator(Door)


def me() -> str:
    """Who types, for the audit log."""
    try:
        return getpass.getuser()
    except OSError:
        return "editor"


def say(text: str = "") -> None:
    """One line of the result."""
    click.echo(text)


def speak(*lines: str) -> None:
    """Words for a person, beside the result."""
    for line in lines:
        if line:
            click.echo(line, err=True)


def as_json(value: Any) -> None:
    """The result as one line of JSON, and nothing else on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def read_lines(file: Path) -> list[str]:
    """The lines of a text file, or of standard input for `-`; UsageError when it cannot be read."""
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as opened:
            return str(opened.read()).splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageError(f"读不了 {file}：{wrong}") from None


def columns(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """The result as a table, aligned by what a terminal shows; full width in a pipe."""
    table = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(table)
