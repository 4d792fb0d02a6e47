"""Tests of imports between modules."""

import importlib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

import wxbot
from tests.conventions import ROOT, read_sources

# Modules that run a program or build an application when they are imported, or that only alembic can import.
PROGRAMS = ("wxbot.__main__", "wxbot.asgi", "wxbot.wsgi", "wxbot.db.migrations.env")


def test_no_imports_form_a_cycle() -> None:
    """The imports of modules form no cycle, so each can be imported first; those for type checkers do not count.

    A package is imported before its modules anyway: that its module needs it is no import of its own.
    """
    graph = grimp.build_graph("wxbot", exclude_type_checking_imports=True, cache_dir=None)
    needed = {
        name: {
            each
            for imported in graph.find_modules_directly_imported_by(name)
            for each in {imported, *_packages(imported) - _packages(name)} - {name}
        }
        for name in graph.modules
    }
    TopologicalSorter(needed).prepare()
    assert len(graph.modules) == len(_tracked_modules()), "every module of the package was read"


def _packages(name: str) -> set[str]:
    """Return the packages that Python imports before a module."""
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def test_each_module_imports() -> None:
    """Every module can be imported."""
    names = [name for name in _tracked_modules() if name not in PROGRAMS and ".versions." not in name]
    assert names == [importlib.import_module(name).__name__ for name in names]


def _tracked_modules() -> list[str]:
    """Return the names of the package's modules that git tracks; `gunicorn.conf.py` is a sample, not a module."""
    root = Path(wxbot.__file__).parent.parent
    assert root == ROOT
    tracked = (
        path for path in read_sources(ROOT) if path.startswith("wxbot/") and "." not in Path(path).stem
    )
    return [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in tracked]
