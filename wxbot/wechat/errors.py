"""What can be wrong with a push from the platform, by what the door does about it.

    Untrusted         nobody proved to be the platform                       answer 403
    ├── BadSignature  the signature is missing or wrong
    ├── Stale         the signature is right, but of another hour
    └── WrongApp      encrypted for another account
    Unreadable        the platform, but with a body that means nothing here  answer 200 `success`, and log

The messages are for the log: they never hold the token, a key, or what a member wrote.
"""

from wxbot.errors import WxbotError

__all__ = ["BadSignature", "Stale", "Unreadable", "Untrusted", "WrongApp"]


class Untrusted(WxbotError):
    """Whoever sent this did not prove to be the platform: answer 403."""


class BadSignature(Untrusted):
    """The signature is missing or wrong, or of a kind that this server does not judge by."""


class Stale(Untrusted):
    """Rightly signed, but too long ago or too far ahead: perhaps somebody plays back a recording."""


class WrongApp(Untrusted):
    """Decrypted well, but meant for another account."""


class Unreadable(WxbotError):
    """Rightly signed, but the body cannot be decrypted or understood: answer `success` and log it."""
