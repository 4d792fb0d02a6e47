"""Documents that are far too long are refused, whatever they are."""

from collections.abc import Iterator
from itertools import count

import pytest

from wxbot.bulletin.model import Line, limit_lines
from wxbot.errors import BulletinError


def endless() -> Iterator[Line]:
    """A document that never ends."""
    return (Line(at, "正文。") for at in count(1))


def test_a_document_without_end_is_refused_in_time() -> None:
    """Reading stops at the bound, and the editor hears why."""
    with pytest.raises(BulletinError, match="超过") as refused:
        limit_lines(endless(), "a.docx")

    assert refused.value.remedy


def test_what_is_within_the_bound_is_given_as_it_is() -> None:
    """The lines of a bulletin come out in their order."""
    lines = (Line(1, "一"), Line(2, "二"))

    assert lines == limit_lines(iter(lines), "a.txt")
