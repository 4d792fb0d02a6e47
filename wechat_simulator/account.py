"""One official account: its settings and everything the platform stores for it."""

__all__ = ["Account", "Identity", "check_settings", "make_identity"]

import base64
import binascii
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wechat_simulator.access_tokens import AccountTokens
from wechat_simulator.call_quotas import CallQuotas
from wechat_simulator.follower_registry import FollowerRegistry
from wechat_simulator.jobs import MassMessages, PublishedDraft
from wechat_simulator.media_store import MediaStore
from wechat_simulator.platform_clock import hour
from wechat_simulator.rights import KINDS

CHOICES: dict[str, tuple[object, ...]] = {
    "kind": tuple(KINDS),
    "mode": ("plain", "compat", "safe"),
    "data_format": ("xml", "json"),
    "publish_fails": (0, 2, 3, 4, 6),
}
DELAYS = ("token_overlap", "mass_delay", "publish_delay", "template_delay")
MAX_DELAY = 10**8  # seconds, about three years
LETTERS = string.ascii_letters + string.digits


@dataclass
class Identity:
    """Settings of an account as made in the platform's console; they survive a reset. All times are in seconds."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    original_id: str
    kind: str = "svc"
    mode: str = "plain"
    callback: str = ""
    name: str = "模拟公众号"
    data_format: str = "xml"  # of callbacks: xml or json
    ip_allow: list[str] = field(default_factory=list)  # addresses that may request tokens; empty: all
    secret_frozen: bool = False
    account_frozen: bool = False
    token_overlap: float = 300.0
    mass_delay: float = 1.0
    publish_delay: float = 1.0
    template_delay: float = 0.1
    admin_confirms: bool = False  # a mass message to all needs the administrator
    originality: dict[str, str] = field(default_factory=dict)  # title -> "reprint" or "unsendable"
    mass_fails: str = ""  # Status of failing mass messages, such as err(10001)
    template_fails: bool = False  # template messages fail on the platform
    publish_fails: int = 0  # publish_status of publications; 0 success, 6 banned later
    official_limits: bool = False  # documented limits of drafts, not the wider measured ones


@dataclass
class Account:
    """An account with its whole state. A reset replaces it by a new one with the same identity."""

    identity: Identity
    followers: FollowerRegistry
    tokens: AccountTokens = field(default_factory=AccountTokens)
    quotas: CallQuotas = field(default_factory=CallQuotas)
    media: MediaStore = field(default_factory=MediaStore, metadata={"stored_as": "shelf"})
    mass_messages: MassMessages = field(default_factory=MassMessages, metadata={"stored_as": "masses"})
    publications: dict[str, PublishedDraft] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    conditional_menus: list[dict[str, Any]] = field(default_factory=list)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    template_ids: dict[str, tuple[float, float]] = field(
        default_factory=dict
    )  # openid client_msg_id -> msgid, time
    qrcodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, float] = field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Chats of two people, by both openids: cards and texts that one forwarded to the other.
    friend_chats: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Hour -> name of the event -> number of times, for datacube.
    event_counts: dict[str, dict[str, int]] = field(default_factory=dict, metadata={"stored_as": "facts"})
    counters: dict[str, int] = field(default_factory=dict)

    @classmethod
    def create(cls, identity: Identity) -> "Account":
        """Create an account without followers or content."""
        return cls(identity, FollowerRegistry("o" + _openid_prefix(identity.app_id)))

    def next_number(self, what: str, first: int = 1) -> int:
        """Return the next unused number of a counter, such as `mass` or `menu id`; the first one is `first`."""
        self.counters[what] = self.counters.get(what, first - 1) + 1
        return self.counters[what]

    def count_event(self, at: float, what: str, times: int = 1) -> None:
        """Count an event for the account's statistics, in the hour that contains `at`."""
        counted = self.event_counts.setdefault(hour(at), {})
        counted[what] = counted.get(what, 0) + times


def _openid_prefix(app_id: str) -> str:
    """Return the 15 characters that all generated openids of an account share; real ones share their first six."""
    rng = random.Random(app_id)
    return "".join(rng.choices(LETTERS, k=15))


def make_identity(rng: random.Random, **settings: Any) -> Identity:
    """Create an identity; values that are missing or None are generated in the platform's formats.

    Raise ValueError that names an invalid value.
    """
    generated: dict[str, Any] = {
        "app_id": "wx" + "".join(rng.choices("0123456789abcdef", k=16)),
        "secret": "".join(rng.choices("0123456789abcdef", k=32)),
        "token": "".join(rng.choices(LETTERS, k=16)),
        "aes_key": "".join(rng.choices(LETTERS, k=42)) + "A",  # 43 characters hold 32 bytes and two zero bits
        "original_id": "gh_" + "".join(rng.choices("0123456789abcdef", k=12)),
    }
    identity = Identity(**generated | {key: value for key, value in settings.items() if value is not None})
    check_settings(vars(identity))
    return identity


def check_settings(values: Mapping[str, Any]) -> None:
    """Raise ValueError for a setting that has the right type but no valid value."""
    for name in CHOICES.keys() & values.keys():
        if values[name] not in CHOICES[name]:
            raise ValueError(
                f"{name} must be one of {', '.join(map(str, CHOICES[name]))}, not {values[name]}"
            )
    if "aes_key" in values and not _is_aes_key(values["aes_key"]):
        raise ValueError("aes_key must be 43 letters and digits that encode 32 bytes")
    for name in DELAYS:
        if not 0 <= values.get(name, 0) <= MAX_DELAY:
            raise ValueError(f"{name} must be a number of seconds from 0 to {MAX_DELAY}")


def _is_aes_key(aes_key: str) -> bool:
    try:
        return len(aes_key) == 43 and len(base64.b64decode(aes_key + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
