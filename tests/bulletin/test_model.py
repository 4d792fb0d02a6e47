"""Tests of the limit on the lines of a document."""

from collections.abc import Iterator
from itertools import count

import pytest

from wxbot.bulletin.model import Line, limit_lines
from wxbot.errors import BulletinError


def endless() -> Iterator[Line]:
    """Return an infinite document."""
    return (Line(at, "正文。") for at in count(1))


def test_a_document_without_end_is_refused_in_time() -> None:
    """Reading stops at the limit with an error and a remedy."""
    with pytest.raises(BulletinError, match="超过") as refused:
        limit_lines(endless(), "a.docx")

    assert refused.value.remedy


def test_a_short_document_is_unchanged() -> None:
    """Lines within the limit are returned in order."""
    lines = (Line(1, "一"), Line(2, "二"))

    assert lines == limit_lines(iter(lines), "a.txt")
