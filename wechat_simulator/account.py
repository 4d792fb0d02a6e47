"""An official account as the platform knows it: its identity, and all that it holds and has used."""

__all__ = ["Account", "Identity", "check_settings", "make_identity"]

import base64
import binascii
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wechat_simulator.access_tokens import TokenStore
from wechat_simulator.call_quotas import CallQuotas
from wechat_simulator.follower_registry import FollowerRegistry
from wechat_simulator.jobs import MassMessages, Publication
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
LONGEST_DELAY = 10**8  # seconds: three years
LETTERS = string.ascii_letters + string.digits


@dataclass
class Identity:
    """What is set in the console and outlives a reset; times in seconds."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    original_id: str
    kind: str = "svc"
    mode: str = "plain"
    callback: str = ""
    name: str = "模拟公众号"
    data_format: str = "xml"  # of callbacks; the console offers json as well
    ip_allow: list[str] = field(default_factory=list)  # empty: every address may ask for tokens
    secret_frozen: bool = False
    account_frozen: bool = False
    token_overlap: float = 300.0
    mass_delay: float = 1.0
    publish_delay: float = 1.0
    template_delay: float = 0.1
    admin_confirms: bool = False  # a mass message to all waits for the administrator
    originality: dict[str, str] = field(default_factory=dict)  # title of an article: reprint, or unsendable
    mass_fails: str = ""  # the Status with which mass messages end, such as err(10001); none: they succeed
    template_fails: bool = False  # template messages end with the platform's own failure
    publish_fails: int = 0  # the publish_status with which publishing ends; 0 is success, 6 a ban afterwards
    official_limits: bool = False  # the documented limits of a draft's fields, not the wider ones measured


@dataclass
class Account:
    """One account and its whole state; a reset makes a new one of the same identity."""

    identity: Identity
    followers: FollowerRegistry
    tokens: TokenStore = field(default_factory=TokenStore)
    quotas: CallQuotas = field(default_factory=CallQuotas)
    media: MediaStore = field(default_factory=MediaStore, metadata={"stored_as": "shelf"})
    mass_messages: MassMessages = field(default_factory=MassMessages, metadata={"stored_as": "masses"})
    publications: dict[str, Publication] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    conditional_menus: list[dict[str, Any]] = field(default_factory=list)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    template_ids: dict[str, tuple[float, float]] = field(default_factory=dict)  # msgid and when
    qrcodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, float] = field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Hour -> name of the event -> number of times, for datacube.
    event_counts: dict[str, dict[str, int]] = field(default_factory=dict, metadata={"stored_as": "facts"})
    counters: dict[str, int] = field(default_factory=dict)

    @classmethod
    def create(cls, identity: Identity) -> "Account":
        return cls(identity, FollowerRegistry("o" + _openid_prefix(identity.app_id)))

    def next_number(self, what: str, first: int = 1) -> int:
        """A number not given out before: of messages, menus, tags and the like."""
        self.counters[what] = self.counters.get(what, first - 1) + 1
        return self.counters[what]

    def count_event(self, at: float, what: str, times: int = 1) -> None:
        """Count something that happened, for the account's statistics."""
        counted = self.event_counts.setdefault(hour(at), {})
        counted[what] = counted.get(what, 0) + times


def _openid_prefix(app_id: str) -> str:
    """Fifteen letters that all computed openids of an account share, as real ones share their first six."""
    chance = random.Random(app_id)
    return "".join(chance.choices(LETTERS, k=15))


def make_identity(chance: random.Random, **given: Any) -> Identity:
    """An identity in which all that is not given (or given as None) is made up in the platform's shapes.

    ValueError says which value is none.
    """
    made: dict[str, Any] = {
        "app_id": "wx" + "".join(chance.choices("0123456789abcdef", k=16)),
        "secret": "".join(chance.choices("0123456789abcdef", k=32)),
        "token": "".join(chance.choices(LETTERS, k=16)),
        "aes_key": "".join(chance.choices(LETTERS, k=42))
        + "A",  # 43 characters hold 32 bytes and two zero bits
        "original_id": "gh_" + "".join(chance.choices("0123456789abcdef", k=12)),
    }
    identity = Identity(**made | {key: value for key, value in given.items() if value is not None})
    check_settings(vars(identity))
    return identity


def check_settings(values: Mapping[str, Any]) -> None:
    """ValueError for a setting that is of its type and nevertheless none: a word, a key, a number of seconds."""
    for name in CHOICES.keys() & values.keys():
        if values[name] not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(map(str, CHOICES[name]))}, not {values[name]}")
    if "aes_key" in values and not _is_aes_key(values["aes_key"]):
        raise ValueError("aes_key is 43 letters and digits that stand for 32 bytes")
    for name in DELAYS:
        if not 0 <= values.get(name, 0) <= LONGEST_DELAY:
            raise ValueError(f"{name} is a number of seconds from 0 to {LONGEST_DELAY}")


def _is_aes_key(aes_key: str) -> bool:
    try:
        return len(aes_key) == 43 and len(base64.b64decode(aes_key + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
