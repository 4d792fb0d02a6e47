"""Signatures and AES of the callback (reference, sections A1 to A4), written from the rules alone."""

__all__ = ["decrypt", "encrypt", "signature"]

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # PKCS#7 to 32 bytes, not to AES's own 16


def signature(*parts: str) -> str:
    """SHA-1 in hex over the sorted, joined parts: token, timestamp, nonce and, in safe mode, Encrypt."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()


def _cipher(aes_key: str) -> "Cipher[modes.CBC]":
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(aes_key: str, app_id: str, message: bytes, salt: bytes) -> str:
    """Base64 of the ciphertext; `salt` is 16 random bytes."""
    plain = salt + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(aes_key: str, encrypted: str) -> tuple[bytes, str]:
    """The message and the app id that follows it; ValueError for what is not such a ciphertext."""
    decryptor = _cipher(aes_key).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
    if len(padded) < BLOCK or not 1 <= padded[-1] <= BLOCK:
        raise ValueError("not a message of the platform")
    plain = padded[: -padded[-1]]
    length = int.from_bytes(plain[16:20], "big")
    if len(plain) < 20 + length:
        raise ValueError("not a message of the platform")
    return plain[20 : 20 + length], plain[20 + length :].decode()
