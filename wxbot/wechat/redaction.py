"""Nothing secret leaves the house: tokens and secrets are masked in logs and in what is quoted.

The platform wants the token in the address of every call (wechat-platform.md 0, N2), and urllib3 writes
addresses into its debug log.
"""

import logging
import re

__all__ = ["mask", "mask_library_logs"]

_SECRET = re.compile(
    r"((?:access_token|app_?secret|secret|ticket)\\?[\"']?\s*[=:]\s*\\?[\"']?)[^&\s\"'\\,}]+", re.IGNORECASE
)
_TALKERS = ("urllib3.connectionpool", "urllib3.util.retry")


def mask(text: str, *secrets: str) -> str:
    """The text without the values named, and without what follows `access_token=`, `secret:` and the like."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return _SECRET.sub(r"\1***", text)


class _Masked(logging.Filter):
    """Masks a record before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass."""
        record.msg, record.args = mask(record.getMessage()), ()
        return True


_masked = _Masked()


def mask_library_logs() -> None:
    """Mask the logs of the libraries that write addresses; may be called any number of times."""
    for name in _TALKERS:
        logging.getLogger(name).addFilter(_masked)
