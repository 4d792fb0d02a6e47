"""The package's contents page."""

from wxbot import rendering


def test_contents_page_lists_what_is_there() -> None:
    """Every name that the package promises exists, once, in order."""
    assert sorted(set(rendering.__all__)) == sorted(rendering.__all__)
    assert all(hasattr(rendering, name) for name in rendering.__all__)
