"""Test vectors of callback encryption (reference, section A4)."""

import pytest

from wechat_simulator.callback_format import decrypt, encrypt, signature

ZERO_KEY = "A" * 43
APP_ID = "wxba5fad812f8e6fb9"
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8"
    "XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32II"
    "jdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("AAAAA", "1714112445", "415670741", ENCRYPTED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
    ],
)
def test_signatures_are_those_of_the_vectors(parts: tuple[str, ...], expected: str) -> None:
    """A signature is the SHA-1 over the sorted parts, with or without Encrypt (A1, A2, A4)."""
    assert expected == signature(*parts)


def test_the_safe_vector_is_decrypted() -> None:
    """A message ends in the AppID and is padded to 32 bytes (A3, A4)."""
    message, app_id = decrypt(ZERO_KEY, ENCRYPTED)

    assert APP_ID == app_id
    assert 167 == len(message)
    assert message.startswith(b'{"ToUserName":"gh_97417a04a28d"')


def test_the_same_message_and_salt_make_the_same_ciphertext() -> None:
    """Encryption of the decrypted vector returns the vector byte by byte (A3, A4)."""
    message, _ = decrypt(ZERO_KEY, ENCRYPTED)

    assert encrypt(ZERO_KEY, APP_ID, message, b"a8eedb185eb2fecf") == ENCRYPTED


def test_the_reply_vector() -> None:
    """An encrypted reply and its signature match the vector (A4)."""
    encrypted = encrypt(ZERO_KEY, APP_ID, b'{"demo_resp":"good luck"}', b"707722b803182950")

    assert (
        encrypted
        == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    expected = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    assert expected == signature("AAAAA", "1713424427", "415670741", encrypted)


@pytest.mark.parametrize(
    "broken", ["", "not base64!", "QUJD", "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUI="]
)
def test_invalid_ciphertext_is_refused(broken: str) -> None:
    """Invalid ciphertext raises ValueError and no other exception (A3)."""
    with pytest.raises(ValueError, match=r".*"):
        decrypt(ZERO_KEY, broken)
