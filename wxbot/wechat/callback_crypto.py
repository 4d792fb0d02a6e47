"""Verify, decrypt and encrypt the webhook's messages (wechat-platform.md A1 to A3).

    verify_server   answer the platform's check of our address (GET)
    open            verify one callback (POST) and, in compat and safe mode, decrypt it
    seal            encrypt a reply

How a callback is verified (A2):

    encrypt_type=aes   by `msg_signature`, which covers the ciphertext. With a key, the decrypted message counts and the
                       plain half of a compat body is ignored. Without a key, the plain half of a compat body counts;
                       a safe body is Unreadable.
    otherwise          by `signature`, which does not cover the body. Accepted only when no key is configured: anyone
                       who has seen one address of ours in a log could otherwise forge a member's message.
                       `also_plain` accepts it nevertheless, while an operator switches the mode in the console;
                       the callback is then `forgeable`.

What is wrong with a callback, and the answer to it; the messages are for the log and never hold the token, a key, or
what a member wrote:

    Untrusted         the sender did not prove to be the platform                answer 403
    ├── BadSignature  the signature is missing or wrong
    ├── Stale         the signature is right, but its timestamp is not current (replay)
    └── WrongApp      encrypted for another account
    Unreadable        from the platform, but cannot be decrypted or parsed       answer 200 `success`, and log
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from wxbot.errors import SettingsError, WxbotError
from wxbot.wechat.limits import PUSH_WINDOW_SECONDS
from wxbot.wechat.text_markup import cdata

__all__ = [
    "BadSignature",
    "CallbackCrypto",
    "Stale",
    "Unreadable",
    "Untrusted",
    "VerifiedCallback",
    "WrongApp",
]

# Possessive quantifiers: a megabyte of blanks after the tag costs linear, not quadratic, time.
_ENCRYPT = re.compile(
    rb"<Encrypt>\s*+(?:<!\[CDATA\[)?\s*+([A-Za-z0-9+/=]++)\s*+(?:\]\]>)?\s*+</Encrypt>"
    rb'|"Encrypt"\s*+:\s*+"([A-Za-z0-9+/=\\]++)"'
)
_PLAIN_HALF = re.compile(rb'<MsgType>|"MsgType"')
_BLOCK = 32
_CANDIDATES = 4  # ciphertexts tried in one body: the real one, and a few that a member's text may look like


class Untrusted(WxbotError):
    """The sender did not prove to be the platform: answer 403."""

    remedy = "有人冒充平台，或者两边的 Token、EncodingAESKey、时钟不一样：运行 wxbot doctor。"


class BadSignature(Untrusted):
    """The signature is missing or wrong, or of a kind that this server does not accept."""


class Stale(Untrusted):
    """The signature is right, but its timestamp is too old or in the future: it may be a replay."""


class WrongApp(Untrusted):
    """The message was encrypted for another account."""


class Unreadable(WxbotError):
    """The signature is right, but the body cannot be decrypted or parsed: answer `success` and log it."""

    remedy = "平台发来的内容读不懂：运行 wxbot doctor，看「加密」；还有就把日志里的这一行交给维护人员。"


class VerifiedCallback(NamedTuple):
    """A callback that is proved to come from the platform; `previous_key` tells with which key to seal its reply.

    `forgeable` marks an unencrypted one that was accepted although a key is configured: no signature covers its body.
    """

    body: bytes
    encrypted: bool
    nonce: str
    timestamp: int
    previous_key: bool = False
    forgeable: bool = False


class CallbackCrypto:
    """Opens callbacks and seals replies of one account; immutable, so threads may share it.

    Parameters
    ----------
    token : the webhook token of the console
    app_id : the account's AppID, which every encrypted callback carries inside
    aes_key, previous_aes_key : EncodingAESKey (43 characters) now and before its last change, or None
    also_plain : asked with a key about each signed unencrypted callback: whether it is accepted at this time
    note_unreadable : told when a signed callback arrives that no configured key decrypts

    Raises SettingsError for an empty token or an invalid key, without showing it.
    """

    def __init__(
        self,
        token: str,
        app_id: str,
        aes_key: str | None = None,
        previous_aes_key: str | None = None,
        *,
        also_plain: Callable[[datetime], bool] = lambda _: False,
        note_unreadable: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        if not token:
            raise SettingsError("没有配置 webhook 的 Token：任何人都能冒充平台。")
        self._token = token
        self._app_id = app_id.encode()
        self._ciphers = [_cipher(key) for key in (aes_key, previous_aes_key) if key]
        self._also_plain = also_plain
        self._note_unreadable = note_unreadable

    def __repr__(self) -> str:
        return f"<CallbackCrypto of {self._app_id.decode()}>"

    def verify_server(self, query: Mapping[str, str]) -> str | None:
        """Return the `echostr` to answer to the platform's check of our address (A1); None means: answer 403."""
        if not self._is_signed(query, "signature"):
            return None
        return query.get("echostr", "")

    def sign_query(self, now: datetime, nonce: str) -> dict[str, str]:
        """Return the query of a push sent at this time, with its `signature`; to check our own address."""
        stamp = str(int(now.timestamp()))
        return {"signature": _sha1(self._token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> VerifiedCallback:
        """Verify one callback and return its message, XML or JSON (A2, A3); `query` as in the URL, `body` at most 1 MB.

        Raises BadSignature, Stale or WrongApp (403) and Unreadable (200 `success`).
        """
        if query.get("encrypt_type") == "aes":
            return self._open_encrypted(query, body, now)
        if not self._is_signed(query, "signature"):
            raise BadSignature("signature missing or wrong")
        timestamp = _checked_timestamp(query, now)
        forgeable = bool(self._ciphers)
        if forgeable and not self._also_plain(now):
            raise BadSignature(
                "unencrypted, although an EncodingAESKey is configured: wxbot webhook allow-plain"
            )
        return VerifiedCallback(body, False, query.get("nonce", ""), timestamp, forgeable=forgeable)

    def seal(
        self,
        reply: str,
        now: datetime,
        nonce: str,
        *,
        previous_key: bool = False,
        as_json: bool = False,
        salt: bytes | None = None,
    ) -> str:
        """Encrypt one reply (A3) with the key that opened the callback, as the platform demands.

        `as_json` makes the envelope JSON, for a reply in JSON. Do not seal `success` or an empty answer. `salt` is 16
        bytes, random by default; tests pass the reference's own.
        Raises SettingsError when no key is configured.
        """
        if not self._ciphers:
            raise SettingsError("没有配置 EncodingAESKey，不能加密回复。")
        message = reply.encode("utf-8", "ignore")
        raw = (salt or os.urandom(16)) + len(message).to_bytes(4, "big") + message + self._app_id
        pad = _BLOCK - len(raw) % _BLOCK
        encryptor = self._ciphers[-1 if previous_key else 0].encryptor()
        sealed = base64.b64encode(encryptor.update(raw + bytes([pad]) * pad) + encryptor.finalize()).decode()
        stamp = str(int(now.timestamp()))
        signature = _sha1(self._token, stamp, nonce, sealed)
        if as_json:
            envelope = {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": int(stamp), "Nonce": nonce}
            return json.dumps(envelope, ensure_ascii=False)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _open_encrypted(self, query: Mapping[str, str], body: bytes, now: datetime) -> VerifiedCallback:
        ciphertexts = list(islice(_ciphertexts(body), _CANDIDATES))
        if not ciphertexts:
            # There is no ciphertext for `msg_signature` to cover. The other signature does not cover the body, so the
            # body is not trusted; but it proves the sender, so the platform gets no 403.
            if not self._is_signed(query, "signature"):
                raise BadSignature("no ciphertext in the body, and no signature either")
            raise Unreadable("encrypt_type=aes, but no Encrypt in the body")
        sealed = next((each for each in ciphertexts if self._is_signed(query, "msg_signature", each)), None)
        if sealed is None:
            raise BadSignature("msg_signature missing or wrong")
        timestamp, nonce = _checked_timestamp(query, now), query.get("nonce", "")
        if self._ciphers:
            try:
                xml, previous = self._decrypt(sealed)
            except Unreadable:
                self._note_unreadable(now)
                raise
            return VerifiedCallback(xml, True, nonce, timestamp, previous)
        if _PLAIN_HALF.search(body):
            return VerifiedCallback(body, False, nonce, timestamp)
        self._note_unreadable(now)
        raise Unreadable("the platform encrypts (safe mode), but no EncodingAESKey is configured")

    def _is_signed(self, query: Mapping[str, str], name: str, *covered: str) -> bool:
        """Return whether the query's signature `name` is right; compared in constant time."""
        right = _sha1(self._token, query.get("timestamp", ""), query.get("nonce", ""), *covered)
        return hmac.compare_digest(right.encode(), query.get(name, "").encode("utf-8", "replace"))

    def _decrypt(self, sealed: str) -> tuple[bytes, bool]:
        """Return the message and whether the previous key was needed. Raises WrongApp or Unreadable."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            raise Unreadable("Encrypt is not base64") from None
        other_app = False
        for index, cipher in enumerate(self._ciphers):
            if (inside := _unpad_and_split(cipher, raw)) is None:
                continue
            message, app_id = inside
            if hmac.compare_digest(app_id, self._app_id):
                return message, index > 0
            other_app = True
        if other_app:
            raise WrongApp("encrypted for another AppID")
        raise Unreadable("no configured EncodingAESKey fits")


def _sha1(*parts: str) -> str:
    """Return the platform's signature of the parts: sorted, joined, SHA-1 (A1)."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _checked_timestamp(query: Mapping[str, str], now: datetime) -> int:
    """Return the query's timestamp in unix seconds. Raises Stale when it is not within the window."""
    stamp = query.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Stale("timestamp is no number")
    if abs(now.timestamp() - int(stamp)) > PUSH_WINDOW_SECONDS:
        raise Stale(f"timestamp {stamp} is more than {PUSH_WINDOW_SECONDS} s away from our clock")
    return int(stamp)


def _ciphertexts(body: bytes) -> Iterator[str]:
    """Yield each ciphertext in an XML or JSON body; a member's text in a compat body may look like one."""
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


def _unpad_and_split(cipher: Cipher[CBC], raw: bytes) -> tuple[bytes, bytes] | None:
    """Return message and AppID of one ciphertext, or None when it was encrypted with another key.

    The padding is up to 32 bytes, two AES blocks, which libraries' unpadding functions reject (A3).
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
