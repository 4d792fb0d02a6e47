"""Lazy import: load a module when it is first used.

Importing all libraries takes longer than answering a question, so a command that only reads the library imports
neither alembic nor the PDF and HTTP libraries. A module is made lazy where it would be imported:

    if TYPE_CHECKING:
        from wxbot.bulletin.readers import pdf
    else:
        pdf = LazyModule("wxbot.bulletin.readers.pdf")

Type checkers and import-linter read the first branch. `tests/cli/test_start.py` tests that a start does not import
these libraries.
"""

import importlib
from types import ModuleType
from typing import Any

__all__ = ["LazyModule"]


class LazyModule:
    """Proxy of the module `name`: the first access to an attribute imports the module.

    Safe to use from several threads. An error of the import is raised at the first access.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            self._module = importlib.import_module(self._name)
        return getattr(self._module, attribute)
