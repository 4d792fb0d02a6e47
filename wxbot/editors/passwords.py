"""Hash and verify editors' passwords with scrypt, through `werkzeug.security`.

A stored hash carries its own salt and cost (`scrypt:32768:8:3$salt$digest`), so the cost can be raised later without
invalidating any password. Hashes that versions before werkzeug wrote (`scrypt$32768$8$3$salt$digest`, base64) are still
verified; `needs_rehash` tells them apart, and the next login replaces them.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager

from werkzeug.security import check_password_hash, generate_password_hash

from wxbot.errors import Busy, UsageError

__all__ = [
    "DECOY_HASH",
    "SHORTEST",
    "hash_password",
    "hashing_place",
    "needs_rehash",
    "require_strong",
    "unusable_hash",
    "verify_password",
]

SHORTEST = 10  # characters
LONGEST = 1000  # characters
# The cost that OWASP's password storage cheat sheet recommends for scrypt, in the variant with the least memory
# (32 MB): n, r, p.
METHOD = "scrypt:32768:8:3"
_OLD_PREFIX = "scrypt$"
_OLD_MAX_MEMORY = 64 * 2**20  # bytes; OpenSSL's default limit is just below what this cost needs

# Many simultaneous logins must take neither all memory nor the threads that answer pages, and logins from unknown
# browsers, which anybody can send, not the place of editors.
_EDITOR_PLACE = threading.BoundedSemaphore(1)
_STRANGER_PLACE = threading.BoundedSemaphore(1)

# Verified when there is no account of the given name, so that the response time does not reveal which names exist.
DECOY_HASH = f"{METHOD}${secrets.token_urlsafe(12)}${secrets.token_hex(64)}"

# Parts of the passwords that are tried first, in this country and elsewhere.
_COMMON = re.compile(
    r"password|passw0rd|p@ssw0rd|p@ssword|passwd|qwertyuiop|qwerty|asdfghjkl|asdfgh|asdf|zxcvbnm|zxcv|1qaz2wsx|qazwsx"
    r"|1q2w3e4r5t|1q2w3e4r|1q2w3e|administrator|admin|welcome|letmein|iloveyou|woaini|dragon|monkey|sunshine"
    r"|princess|football|changeme|secret|5201314|1314|520|wxbot|wechat|weixin|gongzhonghao|zhongguo|test|user|login"
    r"|root|abc|密码|公众号|微信|管理员|编辑|(?:19|20)\d\d"
)
_RUN = re.compile(r"(.)\1{2,}")
_DISTINCT = 4  # different characters that must be left


@contextmanager
def hashing_place(wait: float = 10.0, *, known: bool = True) -> Generator[None]:
    """Take the process's place for hashing, one for known editors and one for others.

    Raises Busy if it is not free within `wait` seconds.
    """
    place = _EDITOR_PLACE if known else _STRANGER_PLACE
    if not place.acquire(timeout=wait):
        raise Busy("同时登录的人太多", remedy="过几秒再试。")
    try:
        yield
    finally:
        place.release()


def unusable_hash() -> str:
    """Return a hash that no password has, for an account whose editor has yet to set one."""
    return f"{METHOD}${secrets.token_urlsafe(12)}${secrets.token_hex(64)}"


def require_strong(password: str, name: str) -> None:
    """Raise UsageError if a new password is too short or easily guessed; `name` is the account's.

    Without the account's name, common words, years, and runs such as 1234 or aaaa, some characters must be left.
    """
    _require_length(password)
    folded = _fold(password).casefold()
    rest = _RUN.sub("", _COMMON.sub("", folded.replace(name.casefold(), "")))
    rest = "".join(
        char for at, char in enumerate(rest) if at == 0 or not -1 <= ord(char) - ord(rest[at - 1]) <= 1
    )
    if len(set(rest)) < _DISTINCT:
        raise UsageError(
            "这个密码太容易猜到",
            remedy="不用名字、年份、连着的数字和常见的词；用一句自己记得住、别人想不到的话。",
            field="password",
        )


def hash_password(password: str) -> str:
    """Return the hash to store for a new password; UsageError if the password is too short or too long."""
    _require_length(password)
    return generate_password_hash(_escape(_fold(password)), METHOD)


def verify_password(password: str, stored: str) -> bool:
    """Return whether `stored` is a hash of this password; takes equally long for a right and a wrong password."""
    typed = _fold(password[: LONGEST + 1])
    if stored.startswith(_OLD_PREFIX):
        return _verify_old_hash(typed, stored)
    return check_password_hash(stored, _escape(typed))


def needs_rehash(stored: str) -> bool:
    """Return whether a hash is of an older format or cost, and should be replaced when the password is next known."""
    return not stored.startswith(f"{METHOD}$")


def _require_length(password: str) -> None:
    if len(password) < SHORTEST:
        raise UsageError(
            f"密码至少要 {SHORTEST} 个字符", remedy="用一句自己记得住、别人想不到的话。", field="password"
        )
    if len(password) > LONGEST:
        raise UsageError(f"密码最多 {LONGEST} 个字符", remedy="用短一些的。", field="password")


def _verify_old_hash(typed: str, stored: str) -> bool:
    _, n, r, p, salt, digest = stored.split("$")
    found = hashlib.scrypt(
        typed.encode("utf-8", "surrogatepass"),
        salt=base64.b64decode(salt),
        n=int(n),
        r=int(r),
        p=int(p),
        maxmem=_OLD_MAX_MEMORY,
        dklen=32,
    )
    return hmac.compare_digest(found, base64.b64decode(digest))


def _fold(password: str) -> str:
    # The same key types full width on one keyboard and half width on another.
    return unicodedata.normalize("NFKC", password)


def _escape(password: str) -> str:
    # werkzeug encodes passwords as UTF-8, which has no form for a lone surrogate.
    return password.encode("utf-8", "backslashreplace").decode()
