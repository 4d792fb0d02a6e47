"""The envelope of the webhook: is it from the platform, and what is inside?

    verify_server   the platform checks our address (GET)
    open    verify and, in compat and safe mode, decrypt one push (POST)
    seal    encrypt a reply

How a push is judged (wechat-platform.md A2):

    encrypt_type=aes   by `msg_signature`, which covers the ciphertext. With a key, what is decrypted counts
                       and the plain half of a compat body is never looked at. Without a key, the plain half
                       of a compat body counts; a safe body is Unreadable.
    otherwise          by `signature`, which covers no body. Accepted only where no key is configured: whoever
                       has seen one address of ours in a log could otherwise put words into a member's mouth.
                       `also_plain` accepts it nevertheless, for the hour in which the console is switched
                       over.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from wxbot.errors import SettingsError
from wxbot.wechat.errors import BadSignature, Stale, Unreadable, WrongApp
from wxbot.wechat.limits import PUSH_WINDOW_SECONDS
from wxbot.wechat.text_markup import cdata

__all__ = ["CallbackCrypto", "VerifiedCallback"]

# Possessive: a megabyte of blanks after the tag is passed over once, not once a blank.
_ENCRYPT = re.compile(
    rb"<Encrypt>\s*+(?:<!\[CDATA\[)?\s*+([A-Za-z0-9+/=]++)\s*+(?:\]\]>)?\s*+</Encrypt>"
    rb'|"Encrypt"\s*+:\s*+"([A-Za-z0-9+/=\\]++)"'
)
_PLAIN_HALF = b"<MsgType>"
_BLOCK = 32


class VerifiedCallback(NamedTuple):
    """One push, proved to be the platform's; `previous_key` names the key that its reply is sealed with."""

    xml: bytes
    encrypted: bool
    nonce: str
    timestamp: int
    previous_key: bool = False


class CallbackCrypto:
    """Opens and seals for one account; holds no state that changes, so every thread may use it.

    Parameters
    ----------
    token : the webhook token of the console
    app_id : the account's AppID, which every encrypted push carries inside
    aes_key, previous_aes_key : EncodingAESKey (43 characters) now and before its last change, or None
    also_plain : with a key, accept pushes that are not encrypted too

    Raises SettingsError for an empty token or a key that is none, without showing it.
    """

    def __init__(
        self,
        token: str,
        app_id: str,
        aes_key: str | None = None,
        previous_aes_key: str | None = None,
        *,
        also_plain: bool = False,
    ) -> None:
        if not token:
            raise SettingsError("没有配置 webhook 的 Token：任何人都能冒充平台。")
        self._token = token
        self._app_id = app_id.encode()
        self._ciphers = [_cipher(key) for key in (aes_key, previous_aes_key) if key]
        self._plain = also_plain or not self._ciphers

    def __repr__(self) -> str:
        return f"<CallbackCrypto of {self._app_id.decode()}>"

    def verify_server(self, query: Mapping[str, str]) -> str | None:
        """The `echostr` to answer to the platform's check of our address (A1), or None: answer 403."""
        if not self._signed(query, "signature"):
            return None
        return query.get("echostr", "")

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> VerifiedCallback:
        """Verify one push and take out its XML (A2, A3); `query` as the URL had it, `body` at most 1 MB.

        Raises BadSignature, Stale or WrongApp (403) and Unreadable (200 `success`).
        """
        if query.get("encrypt_type") == "aes":
            return self._open_encrypted(query, body, now)
        if not self._plain:
            raise BadSignature("an unencrypted push, although an EncodingAESKey is configured")
        if not self._signed(query, "signature"):
            raise BadSignature("signature missing or wrong")
        return VerifiedCallback(body, False, query.get("nonce", ""), _fresh(query, now))

    def seal(
        self, xml: str, now: datetime, nonce: str, *, previous_key: bool = False, salt: bytes | None = None
    ) -> str:
        """Encrypt one reply (A3): with the key that opened the push, as the platform asks.

        `success` and the empty answer are never sealed. `salt` is 16 random bytes; only the reference's own
        vectors name them. Raises SettingsError where no key is configured.
        """
        if not self._ciphers:
            raise SettingsError("没有配置 EncodingAESKey，不能加密回复。")
        message = xml.encode("utf-8", "ignore")
        raw = (salt or os.urandom(16)) + len(message).to_bytes(4, "big") + message + self._app_id
        pad = _BLOCK - len(raw) % _BLOCK
        encryptor = self._ciphers[-1 if previous_key else 0].encryptor()
        sealed = base64.b64encode(encryptor.update(raw + bytes([pad]) * pad) + encryptor.finalize()).decode()
        stamp = str(int(now.timestamp()))
        signature = _sha1(self._token, stamp, nonce, sealed)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _open_encrypted(self, query: Mapping[str, str], body: bytes, now: datetime) -> VerifiedCallback:
        found = list(_encrypted(body))
        if not found:
            # Nothing that `msg_signature` could cover. The other signature is not enough to act on a body,
            # but enough not to answer the platform with a failure.
            if not self._signed(query, "signature"):
                raise BadSignature("no ciphertext in the body, and no signature either")
            raise Unreadable("encrypt_type=aes, but no Encrypt in the body")
        sealed = next((each for each in found if self._signed(query, "msg_signature", each)), None)
        if sealed is None:
            raise BadSignature("msg_signature missing or wrong")
        timestamp, nonce = _fresh(query, now), query.get("nonce", "")
        if self._ciphers:
            xml, previous = self._decrypt(sealed)
            return VerifiedCallback(xml, True, nonce, timestamp, previous)
        if _PLAIN_HALF in body:
            return VerifiedCallback(body, False, nonce, timestamp)
        raise Unreadable("the platform encrypts (safe mode), but no EncodingAESKey is configured")

    def _signed(self, query: Mapping[str, str], name: str, *covered: str) -> bool:
        """Whether the signature `name` of the query is right; in a time that tells nothing about it."""
        right = _sha1(self._token, query.get("timestamp", ""), query.get("nonce", ""), *covered)
        return hmac.compare_digest(right.encode(), query.get(name, "").encode("utf-8", "replace"))

    def _decrypt(self, sealed: str) -> tuple[bytes, bool]:
        """The message inside, and whether only the previous key fitted."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            raise Unreadable("Encrypt is not base64") from None
        misled = False
        for at, cipher in enumerate(self._ciphers):
            if (inside := _unpacked(cipher, raw)) is None:
                continue
            message, app_id = inside
            if hmac.compare_digest(app_id, self._app_id):
                return message, at > 0
            misled = True
        if misled:
            raise WrongApp("encrypted for another AppID")
        raise Unreadable("no configured EncodingAESKey fits")


def _sha1(*parts: str) -> str:
    """Section A1: the parts sorted, joined and hashed; SHA-1 is the platform's choice."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _fresh(query: Mapping[str, str], now: datetime) -> int:
    """The timestamp of the query in unix seconds, or Stale."""
    stamp = query.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Stale("timestamp is no number")
    if abs(now.timestamp() - int(stamp)) > PUSH_WINDOW_SECONDS:
        raise Stale(f"timestamp {stamp} is more than {PUSH_WINDOW_SECONDS} s away from our clock")
    return int(stamp)


def _encrypted(body: bytes) -> Iterator[str]:
    """Every ciphertext of an envelope, XML or JSON: a member's words in a compat body may look like one."""
    for match in _ENCRYPT.finditer(body):
        yield (match[1] or match[2].replace(b"\\", b"")).decode("ascii")


def _cipher(aes_key: str) -> Cipher[CBC]:
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError("EncodingAESKey 应为 43 个字母或数字。")
    return Cipher(AES(key), CBC(key[:16]))


def _unpacked(cipher: Cipher[CBC], raw: bytes) -> tuple[bytes, bytes] | None:
    """Message and AppID of one ciphertext, or None when this key does not fit.

    The padding goes up to 32, two blocks of AES, which the unpadders of libraries refuse (A3).
    """
    if not raw or len(raw) % 16:
        return None
    decryptor = cipher.decryptor()
    plain = decryptor.update(raw) + decryptor.finalize()
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        return None
    end = 20 + int.from_bytes(plain[16:20], "big")
    if end > len(plain) - pad:
        return None
    return plain[20:end], plain[end : len(plain) - pad]
