"""Tests of password hashing."""

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
    """A hash matches its own password, whatever characters it holds, and no other password."""
    stored = passwords.hash_password(right)
    assert passwords.verify_password(right, stored)
    assert passwords.verify_password(wrong, stored) is (_folded(wrong) == _folded(right))


def _folded(text: str) -> str:
    """Return a text with full-width characters folded to half width."""
    return unicodedata.normalize("NFKC", text)


def test_a_hash_of_the_old_format_still_matches() -> None:
    """A hash that an earlier version wrote is verified at its own cost, and is due to be replaced."""
    digest = hashlib.scrypt(b"ten letters", salt=b"salt", n=1024, r=8, p=1, dklen=32)
    stored = f"scrypt$1024$8$1$c2FsdA==${base64.b64encode(digest).decode()}"
    assert passwords.verify_password("ten letters", stored)
    assert not passwords.verify_password("ten Letters", stored)
    assert passwords.needs_rehash(stored)
    assert not passwords.needs_rehash(passwords.hash_password("ten letters"))


def test_a_lone_surrogate_is_accepted() -> None:
    """A password with half of a surrogate pair is hashed like any other."""
    stored = passwords.hash_password("0123456789\ud800")
    assert passwords.verify_password("0123456789\ud800", stored)
    assert not passwords.verify_password("0123456789", stored)


def test_half_and_full_width_are_one() -> None:
    """The full-width form that a Chinese keyboard types is the same password."""
    assert passwords.verify_password("ｐａｓｓｗｏｒｄ１２", passwords.hash_password("password12"))


def test_nothing_matches_the_decoy() -> None:
    """The decoy has the format and cost of a real hash, and no password matches it."""
    real, decoy = passwords.hash_password("0123456789").split("$"), passwords.DECOY_HASH.split("$")
    assert real[0] == decoy[0]
    assert [len(part) for part in real] == [len(part) for part in decoy]
    assert not passwords.verify_password("", passwords.DECOY_HASH)


def test_a_hash_costs_what_is_recommended() -> None:
    """A new hash has the cost that OWASP recommends, so that a stolen database is expensive to search."""
    assert "scrypt:32768:8:3" == passwords.hash_password("0123456789").partition("$")[0]


def test_an_over_long_password_is_refused() -> None:
    """A password of more than 1000 characters is refused, so that no request makes the server hash a megabyte."""
    with pytest.raises(UsageError, match="最多"):
        passwords.hash_password("长" * 1001)
