"""Tests for the exports of the package."""

from wxbot import rendering


def test_contents_page_lists_what_is_there() -> None:
    """Every exported name exists, once, in alphabetical order."""
    assert sorted(set(rendering.__all__)) == sorted(rendering.__all__)
    assert all(hasattr(rendering, name) for name in rendering.__all__)
