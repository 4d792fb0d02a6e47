"""A small invented library in a real index on the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.articles import ARTICLES
from wxbot.search import Index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a path for an index; the folder does not exist yet."""
    return tmp_path / "state" / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    """Return an index of the invented library at version 1."""
    index = Index.open(folder)
    assert index.update(ARTICLES, [], 1)
    yield index
    index.close()
