"""Import each module of wxbot first in a process of its own, to find import cycles; `test_imports` runs this program.

A cycle fails only for some import orders, so each module is imported first once. The libraries are imported before
the forks, so that one module takes milliseconds.
"""

import importlib
import os
import sys
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import alembic.command
import apscheduler.schedulers.background
import chinese_calendar
import click
import cryptography.hazmat.primitives.ciphers
import flask
import granian
import jinja2
import lxml.html
import opencc
import PIL.Image
import psycopg
import pydantic_settings
import pypdfium2
import pypinyin
import requests
import rich.console
import rjieba
import sqlalchemy.dialects.postgresql
import sqlalchemy.dialects.sqlite
import sqlalchemy.orm
import tantivy
import wechatpy.client

import wxbot

LIBRARIES = (
    alembic, apscheduler, chinese_calendar, click, cryptography, flask, granian, jinja2, lxml, opencc, PIL,
    psycopg, pydantic_settings, pypdfium2, pypinyin, requests, rich, rjieba, sqlalchemy, tantivy, wechatpy,
)  # fmt: skip
# Modules that run a program or build an application when they are imported, or that only alembic can import.
PROGRAMS = ("wxbot.__main__", "wxbot.asgi", "wxbot.wsgi", "wxbot.db.migrations.env")
PROCESSORS = len(os.sched_getaffinity(0))


def _start_import(name: str, below: Mapping[str, Sequence[str]]) -> int:
    """Fork a process that imports a module, and then one copy of it for each module below; return its process id.

    Python imports a package before its modules anyway, so sharing that import changes nothing. A module that fails
    is printed, with the traceback on standard error.
    """
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001  any failure of an import is reported
            traceback.print_exc()
            print(name, flush=True)  # noqa: T201  output read by the test
            os._exit(1)
        for part in below.get(name, ()):
            os.waitpid(_start_import(part, below), 0)
        os._exit(0)
    return child


def main() -> None:
    """Print the number of modules, then the name of each one that cannot be imported first."""
    assert not [name for name in sys.modules if name.startswith("wxbot.")], (
        "no module of wxbot may be imported before the forks"
    )
    names = _names()
    print(len(names), flush=True)  # noqa: T201  output read by the test
    below: dict[str, list[str]] = defaultdict(list)
    for name in names:
        below[name.rpartition(".")[0]].append(name)
    running = 0
    for name in below["wxbot"]:
        if running == PROCESSORS:
            os.wait()
            running -= 1
        _start_import(name, below)
        running += 1
    for _ in range(running):
        os.wait()


def _names() -> list[str]:
    """Return the names of all modules, found by file: walking the packages would import them."""
    root = Path(wxbot.__file__).parent
    found = (
        ".".join(["wxbot", *file.relative_to(root).with_suffix("").parts]) for file in root.rglob("*.py")
    )
    names = sorted(name.removesuffix(".__init__") for name in found)
    # Only alembic can import a migration, whose name starts with a digit.
    return [name for name in names if name not in PROGRAMS and ".versions." not in name]


if __name__ == "__main__":
    main()
