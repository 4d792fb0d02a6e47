"""The package's contents page."""

from wxbot import cards


def test_contents_page_lists_what_is_there() -> None:
    """Every name that the package promises exists, once, in order."""
    assert sorted(set(cards.__all__)) == sorted(cards.__all__)
    assert all(hasattr(cards, name) for name in cards.__all__)
