"""The platform's numbers, and the two fields of a draft that are brought within them here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.text import width
from wxbot.wechat import limits


@pytest.mark.parametrize(
    ("repair", "fits"),
    [
        (limits.repair_author, "长风联盟秘书处"),
        (limits.repair_source_url, "https://e.org/a?b=c"),
    ],
)
def test_what_fits_is_not_changed(repair: object, fits: str) -> None:
    """A field within its limit goes out as the editor wrote it."""
    assert callable(repair)
    assert (fits, False) == repair(fits)


@given(st.text(max_size=100))
def test_author_fits_in_any_script(author: str) -> None:
    """Eight 汉字 or sixteen letters."""
    assert 16 >= width(limits.repair_author(author).value)


def test_too_long_address_is_left_out() -> None:
    """Half an address leads nowhere."""
    assert ("", True) == limits.repair_source_url("https://e.org/" + "a" * 1024)


def test_every_number_is_listed() -> None:
    """`__all__` of `limits` is complete, and each number is positive."""
    names = {name for name in vars(limits) if name.isupper() and not name.startswith("_")}

    assert names <= set(limits.__all__)
    assert all(number > 0 for name in names if isinstance(number := getattr(limits, name), int))
