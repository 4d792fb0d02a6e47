"""A small invented library, put into a real index on the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.articles import ARTICLES
from wxbot.search import Index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index may live; nothing is there yet."""
    return tmp_path / "state" / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    """The invented library, indexed, standing at version 1."""
    index = Index.open(folder)
    assert index.update(ARTICLES, [], 1)
    yield index
    index.close()
