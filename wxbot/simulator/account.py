"""An official account as the platform knows it: its identity, and all that it holds and has used."""

__all__ = ["CHOICES", "Account", "Identity", "make_identity"]

import random
import string
from dataclasses import dataclass, field
from typing import Any

from wxbot.simulator.clock import hour
from wxbot.simulator.followers import Followers
from wxbot.simulator.jobs import Masses, Publication
from wxbot.simulator.quotas import Quotas
from wxbot.simulator.rights import KINDS
from wxbot.simulator.shelf import Shelf
from wxbot.simulator.tokens import Tokens

CHOICES = {"kind": tuple(KINDS), "mode": ("plain", "compat", "safe"), "data_format": ("xml", "json")}
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
    token_overlap: float = 300.0
    mass_delay: float = 1.0
    publish_delay: float = 1.0
    template_delay: float = 0.1
    admin_confirms: bool = False  # a mass message to all waits for the administrator
    originality: dict[str, str] = field(default_factory=dict)  # title of an article: reprint, or unsendable
    publish_fails: int = 0  # the publish_status with which publishing ends; 0 is success
    official_limits: bool = False  # the documented limits of a draft's fields, not the wider ones measured


@dataclass
class Account:
    """One account and its whole state; a reset makes a new one of the same identity."""

    identity: Identity
    followers: Followers
    tokens: Tokens = field(default_factory=Tokens)
    quotas: Quotas = field(default_factory=Quotas)
    shelf: Shelf = field(default_factory=Shelf)
    masses: Masses = field(default_factory=Masses)
    publications: dict[str, Publication] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    conditional_menus: list[dict[str, Any]] = field(default_factory=list)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    template_ids: dict[str, tuple[float, float]] = field(default_factory=dict)  # msgid and when
    qrcodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, float] = field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # day -> what happened -> how often, for datacube
    counters: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, identity: Identity) -> "Account":
        return cls(identity, Followers("o" + _prefix(identity.app_id)))

    def next(self, what: str, first: int = 1) -> int:
        """A number not given out before: of messages, menus, tags and the like."""
        self.counters[what] = self.counters.get(what, first - 1) + 1
        return self.counters[what]

    def fact(self, at: float, what: str, times: int = 1) -> None:
        """Count something that happened, for the account's statistics."""
        counted = self.facts.setdefault(hour(at), {})
        counted[what] = counted.get(what, 0) + times


def _prefix(app_id: str) -> str:
    """Fifteen letters that all computed openids of an account share, as real ones share their first six."""
    chance = random.Random(app_id)
    return "".join(chance.choices(LETTERS, k=15))


def make_identity(chance: random.Random, **given: Any) -> Identity:
    """An identity in which all that is not given (or given as None) is made up in the platform's shapes.

    ValueError for a kind, mode or data format that is none.
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
    for name, choices in CHOICES.items():
        if getattr(identity, name) not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}, not {getattr(identity, name)}")
    return identity
