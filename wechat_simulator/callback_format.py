"""Wire format of callbacks: XML and JSON, signatures and AES encryption (reference, sections A1 to A4)."""

__all__ = ["InvalidReply", "decrypt", "encrypt", "parse_json", "parse_xml", "signature", "to_xml"]

import base64
import hashlib
import json
import struct
import xml.etree.ElementTree as ET
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class InvalidReply(ValueError):
    """Not a well-formed document of a reply."""


def to_xml(fields: dict[str, Any]) -> str:
    """Serialize fields as `<xml>…</xml>`: text in CDATA, numbers bare, a list as its tag repeated."""
    return f"<xml>{_elements(fields)}</xml>"


def _elements(fields: dict[str, Any]) -> str:
    return "".join(
        f"<{tag}>{_element_text(one)}</{tag}>"
        for tag, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    )


def _element_text(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    if isinstance(value, str):
        return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"
    return str(value)


def parse_xml(data: bytes) -> ET.Element:
    """Return the root element of a reply. Raise InvalidReply for anything not well-formed or with a DOCTYPE."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise InvalidReply("not UTF-8") from None
    if "<!DOCTYPE" in text.upper():
        raise InvalidReply("a DOCTYPE is refused")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities cannot be declared without a DOCTYPE
    except (ET.ParseError, ValueError):
        raise InvalidReply("not well-formed XML") from None
    if root.tag != "xml":
        raise InvalidReply("the root is not <xml>")
    return root


def parse_json(data: bytes) -> ET.Element:
    """Return a reply in JSON as the tree of its XML: a list of articles becomes items. Raise InvalidReply."""
    try:
        fields = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InvalidReply("not well-formed JSON") from None
    if not isinstance(fields, dict):
        raise InvalidReply("the JSON is not an object")
    return _tree("xml", fields)


def _tree(tag: str, value: Any) -> ET.Element:
    """Return a JSON value as an element."""
    element = ET.Element(tag)
    if isinstance(value, dict):
        element.extend(_tree(str(name), inner) for name, inner in value.items())
    elif isinstance(value, list):
        element.extend(_tree("item", inner) for inner in value)
    else:
        element.text = "" if value is None else str(value)
    return element


BLOCK = 32  # WeChat pads to 32 bytes (PKCS#7), not to AES's block size of 16


def signature(*parts: str) -> str:
    """Return the SHA-1 (hex) of the sorted, joined parts: token, timestamp, nonce and, in safe mode, Encrypt."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()


def _cipher(aes_key: str) -> "Cipher[modes.CBC]":
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(aes_key: str, app_id: str, message: bytes, salt: bytes) -> str:
    """Encrypt a message and return it as Base64; `salt` is 16 random bytes."""
    plain = salt + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(aes_key: str, encrypted: str) -> tuple[bytes, str]:
    """Return the message and the app id that follows it. Raise ValueError for anything else."""
    decryptor = _cipher(aes_key).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
    if len(padded) < BLOCK or not 1 <= padded[-1] <= BLOCK:
        raise ValueError("not an encrypted message")
    plain = padded[: -padded[-1]]
    length = int.from_bytes(plain[16:20], "big")
    if len(plain) < 20 + length:
        raise ValueError("not an encrypted message")
    return plain[20 : 20 + length], plain[20 + length :].decode()
