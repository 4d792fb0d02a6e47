"""Modules that are loaded when they are first used.

Importing all of the product's libraries takes longer than answering a question: a command that only looks at the shelf
waits for no alembic, no PDF and no HTTP. Such a module is named once, where it stands:

    if TYPE_CHECKING:
        from wxbot.bulletin.readers import pdf
    else:
        pdf = LazyModule("wxbot.bulletin.readers.pdf")

The first branch is what the checkers of types and of floors read. Whether a start stays free of these libraries is held
by `tests/cli/test_start.py`.
"""

import importlib
from typing import Any

__all__ = ["LazyModule"]


class LazyModule:
    """Stands for the module `name`: whatever is asked of it is asked of the module, imported by then.

    Any thread may be the first. What the import raises, the first use raises.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)
