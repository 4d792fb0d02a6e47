"""A program that tests start: imports each module of wxbot alone, in a process of its own.

A cycle shows only when its modules are imported in the wrong order; imported alone, each is once the first. The
libraries are loaded before the forks, so that a module costs milliseconds.
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
import docx
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
    alembic, apscheduler, chinese_calendar, click, cryptography, docx, flask, granian, jinja2, lxml, opencc, PIL,
    psycopg, pydantic_settings, pypdfium2, pypinyin, requests, rich, rjieba, sqlalchemy, tantivy, wechatpy,
)  # fmt: skip
# Not to be imported: it begins to work at once, or only alembic can run it.
PROGRAMS = ("wxbot.__main__", "wxbot.db.migrations.env")
PROCESSORS = len(os.sched_getaffinity(0))


def _begin(name: str, below: Mapping[str, Sequence[str]]) -> int:
    """Import the module in a process of its own, whose id is given, and each of those below it in a copy of that one.

    Python, too, imports a package before a module in it, so that for the module it is all the same. What fails is
    printed, and why on standard error.
    """
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001  whatever it is, a module that fails is the finding
            traceback.print_exc()
            print(name, flush=True)  # noqa: T201  the answer to the test
            os._exit(1)
        for part in below.get(name, ()):
            os.waitpid(_begin(part, below), 0)
        os._exit(0)
    return child


def main() -> None:
    """Print how many modules there are, and the name of each that does not import alone."""
    assert not [name for name in sys.modules if name.startswith("wxbot.")], (
        "nothing of ours may be loaded before"
    )
    names = _names()
    print(len(names), flush=True)  # noqa: T201  the same
    below: dict[str, list[str]] = defaultdict(list)
    for name in names:
        below[name.rpartition(".")[0]].append(name)
    under_way = 0
    for name in below["wxbot"]:
        if under_way == PROCESSORS:
            os.wait()
            under_way -= 1
        _begin(name, below)
        under_way += 1
    for _ in range(under_way):
        os.wait()


def _names() -> list[str]:
    """Every module, found by its file: to walk the packages would import them."""
    root = Path(wxbot.__file__).parent
    found = (
        ".".join(["wxbot", *file.relative_to(root).with_suffix("").parts]) for file in root.rglob("*.py")
    )
    names = sorted(name.removesuffix(".__init__") for name in found)
    # The name of a migration begins with its number: only alembic can import it.
    return [name for name in names if name not in PROGRAMS and ".versions." not in name]


if __name__ == "__main__":
    main()
