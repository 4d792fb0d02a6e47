"""Passwords: what is asked of a new one, how it is kept, how one that was typed is compared.

Kept is scrypt's digest with its salt and its cost (`scrypt$2^15$8$3$salt$digest`), so that the cost can rise without
anybody's password becoming wrong.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata

from wxbot.errors import UsageError

__all__ = ["DECOY_HASH", "SHORTEST", "hash_password", "verify_password"]

SHORTEST = 10  # characters
LONGEST = 1000
# What OWASP's password storage sheet asks of scrypt, in the variant with the least memory (32 MB).
_COST, _BLOCK, _LANES = 2**15, 8, 3
_MEMORY = 64 * 2**20  # OpenSSL's own bound lies just below what this cost needs
_DIGEST_BYTES = 32

# One digest at a time in a process: many logins at once must take neither its memory nor both processors.
_one_at_a_time = threading.Lock()


def hash_password(password: str) -> str:
    """What is kept of a new password. UsageError when it is too short, or too long to be meant."""
    if len(password) < SHORTEST:
        raise UsageError(f"密码至少要 {SHORTEST} 个字符", remedy="用一句自己记得住、别人想不到的话。")
    if len(password) > LONGEST:
        raise UsageError(f"密码最多 {LONGEST} 个字符", remedy="用短一些的。")
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    return _written(salt, digest)


def verify_password(password: str, kept: str) -> bool:
    """Whether this is the password of which `kept` is kept; takes as long for a wrong one as for the right one."""
    _, cost, block, lanes, salt, digest = kept.split("$")
    found = _scrypt(password[: LONGEST + 1], base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    # The same key gives full width on one keyboard and half width on another.
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    with _one_at_a_time:
        return hashlib.scrypt(typed, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=_DIGEST_BYTES)


def _written(salt: bytes, digest: bytes) -> str:
    salt64, digest64 = (base64.b64encode(each).decode() for each in (salt, digest))
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt64}${digest64}"


# Compared with where there is no such account, so that the time of an answer does not tell which names exist.
DECOY_HASH = _written(secrets.token_bytes(16), secrets.token_bytes(_DIGEST_BYTES))
