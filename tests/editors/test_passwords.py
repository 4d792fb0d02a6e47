"""Facts about passwords."""

import base64
import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.editors import passwords
from wxbot.errors import UsageError


@settings(max_examples=5)
@given(st.text(min_size=10, max_size=40), st.text(max_size=40))
def test_the_same_password_matches_and_another_does_not(right: str, wrong: str) -> None:
    """Whatever is in it, even halves of characters; another one never does."""
    kept = passwords.hash_password(right)
    assert passwords.verify_password(right, kept)
    assert passwords.verify_password(wrong, kept) is (_folded(wrong) == _folded(right))


def _folded(text: str) -> str:
    """A text as a keyboard of one width would type it."""
    return unicodedata.normalize("NFKC", text)


def test_a_cost_of_before_still_matches() -> None:
    """What was kept at a lower cost is compared at that cost."""
    digest = hashlib.scrypt(b"ten letters", salt=b"salt", n=1024, r=8, p=1, dklen=32)
    kept = f"scrypt$1024$8$1$c2FsdA==${base64.b64encode(digest).decode()}"
    assert passwords.verify_password("ten letters", kept)
    assert not passwords.verify_password("ten Letters", kept)


def test_half_and_full_width_are_one() -> None:
    """A keyboard in Chinese mode types the same password."""
    assert passwords.verify_password("ｐａｓｓｗｏｒｄ１２", passwords.hash_password("password12"))


def test_nothing_matches_the_decoy() -> None:
    """It has the form of the others, and nobody's password."""
    cost = passwords.hash_password("0123456789").split("$")[:4]
    assert cost == passwords.DECOY_HASH.split("$")[:4]
    assert not passwords.verify_password("", passwords.DECOY_HASH)


def test_a_novel_is_no_password() -> None:
    """Too long is refused, so that nobody makes the server hash a megabyte."""
    with pytest.raises(UsageError, match="最多"):
        passwords.hash_password("长" * 1001)
