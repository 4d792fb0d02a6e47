"""The package's contents page is true."""

import importlib
import pkgutil
from types import ModuleType

import wxbot.wechat


def test_contents_page_is_what_is_there() -> None:
    """`__all__` names just what the package holds, its modules aside."""
    there = {
        name
        for name, value in vars(wxbot.wechat).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert there == set(wxbot.wechat.__all__)


def test_every_module_is_on_the_contents_page() -> None:
    """The docstring speaks of each module, and each module opens with what it is for."""
    for found in pkgutil.iter_modules(wxbot.wechat.__path__):
        module = importlib.import_module(f"wxbot.wechat.{found.name}")
        assert found.name in (wxbot.wechat.__doc__ or "")
        assert module.__doc__
        assert all(hasattr(module, name) for name in module.__all__)
