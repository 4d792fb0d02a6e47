"""A program that tests start: imports each module of wxbot alone, in a process of its own.

A cycle shows only when its modules are imported in the wrong order; imported alone, each is once the first. The
libraries are loaded before the forks, so that a module costs milliseconds.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
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


def _begun(name: str) -> int:
    """The id of a process that imports the module alone; it says on standard error what went wrong."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            os._exit(0)
        except BaseException:  # noqa: BLE001  whatever it is, a module that fails is the finding
            traceback.print_exc()
            os._exit(1)
    return child


def _failing(names: Iterable[str]) -> Iterator[str]:
    """Those of the modules whose import alone fails, as many tried at once as there are processors."""
    under_way: dict[int, str] = {}
    for name in names:
        if len(under_way) == PROCESSORS:
            yield from _ended(under_way)
        under_way[_begun(name)] = name
    while under_way:
        yield from _ended(under_way)


def _ended(under_way: dict[int, str]) -> Iterator[str]:
    """Wait for one to end; its name, if it failed."""
    child, status = os.wait()
    name = under_way.pop(child)
    if status:
        yield name


def main() -> None:
    """Print how many modules there are, and the name of each that does not import alone."""
    assert not [name for name in sys.modules if name.startswith("wxbot.")], (
        "nothing of ours may be loaded before"
    )
    names = _names()
    wrong = sorted(_failing(names))
    print(len(names), *wrong)  # noqa: T201  the answer to the test


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
