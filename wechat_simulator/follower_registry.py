"""Who follows an account: a million of them by a counter, a record only for those who did something.

Each follower has a number, in the order of following. The openid of one that was only counted is computed
from the number and turned back into it, so that a crowd costs no memory and a page of ten thousand openids no search.
"""

__all__ = [
    "ACTIONS",
    "SCENES",
    "Allowance",
    "FollowerRecord",
    "FollowerRegistry",
    "start_allowance",
    "usable_allowance",
]

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from wechat_simulator.api_errors import ApiError

SCENES = {  # how a reader came to follow, and the number of that in statistics (sections K1 and K5)
    "ADD_SCENE_SEARCH": 1,
    "ADD_SCENE_ACCOUNT_MIGRATION": 0,
    "ADD_SCENE_PROFILE_CARD": 17,
    "ADD_SCENE_QR_CODE": 30,
    "ADD_SCENE_PROFILE_LINK": 57,
    "ADD_SCENE_PROFILE_ITEM": 0,
    "ADD_SCENE_PAID": 0,
    "ADD_SCENE_WECHAT_ADVERTISEMENT": 100,
    "ADD_SCENE_REPRINT": 161,
    "ADD_SCENE_LIVESTREAM": 201,
    "ADD_SCENE_CHANNELS": 200,
    "ADD_SCENE_WXA": 149,
    "ADD_SCENE_OTHERS": 0,
}
OPENID = re.compile(r"[A-Za-z0-9_-]{1,128}")
SIZE = 9  # bytes of a computed openid's tail: 12 characters
MIXER = 0x9E3779B97F4A7C15F3
UNMIXER = pow(MIXER, -1, 1 << (8 * SIZE))
MASK = (1 << (8 * SIZE)) - 1


@dataclass(slots=True)
class Allowance:
    """Messages that one action of a follower allows: since when, how many are used (section E)."""

    at: float
    used: int = 0


@dataclass(slots=True)
class FollowerRecord:
    """One reader with a history: what the account may send, and what the reader has seen."""

    openid: str
    number: int
    subscribed: bool = False
    subscribe_time: float = 0.0
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    qr_scene: int = 0
    qr_scene_str: str = ""
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    blacklisted: bool = False
    blocks_templates: bool = False
    refuses_messages: bool = False
    minor: bool = False
    name: str = ""  # the wx name
    unionid: str = ""  # where the account is bound to an open platform
    client: int = 0  # the telephone: 1 iOS, 2 Android, 3 another, 0 none in particular
    allowances: dict[str, Allowance] = field(default_factory=dict)
    consents: dict[str, int] = field(default_factory=dict)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    typing: bool = False


@dataclass
class FollowerRegistry:
    """All readers of one account, in the order in which they came."""

    prefix: str
    count: int = 0  # the next number
    by_openid: dict[str, FollowerRecord] = field(default_factory=dict, metadata={"stored_as": "known"})
    given_openids: dict[int, str] = field(default_factory=dict, metadata={"stored_as": "named"})
    # Numbers already assigned whose user does not follow at present.
    not_following: int = field(default=0, metadata={"stored_as": "gone"})
    crowds: list[int] = field(default_factory=list)  # first number of each crowd
    crowd_times: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many follow now."""
        return self.count - self.not_following

    def openid(self, number: int) -> str:
        named = self.given_openids.get(number)
        if named is not None:
            return named
        mixed = (number * MIXER) & MASK
        return self.prefix + base64.urlsafe_b64encode(mixed.to_bytes(SIZE, "big")).decode()

    def number(self, openid: str) -> int | None:
        """The number of a reader this account knows of, following or not; None for any other openid."""
        known = self.by_openid.get(openid)
        if known is not None:
            return known.number
        if not openid.startswith(self.prefix) or len(openid) != len(self.prefix) + 12:
            return None
        try:
            mixed = int.from_bytes(base64.b64decode(openid[len(self.prefix) :], b"-_", validate=True), "big")
        except (binascii.Error, ValueError):
            return None
        number = (mixed * UNMIXER) & MASK
        return number if number < self.count and number not in self.given_openids else None

    def find(self, openid: str) -> FollowerRecord | None:
        """The record of a reader, made now if the reader was only counted so far; None if unknown."""
        known = self.by_openid.get(openid)
        if known is not None:
            return known
        number = self.number(openid)
        if number is None:
            return None
        came = self.crowd_times[bisect_right(self.crowds, number) - 1]
        found = FollowerRecord(openid, number, subscribed=True, subscribe_time=came)
        self.by_openid[openid] = found
        return found

    def follows(self, openid: str) -> bool:
        known = self.by_openid.get(openid)
        return known.subscribed if known is not None else self.number(openid) is not None

    def get_or_create(self, openid: str) -> FollowerRecord:
        """The record of a reader, known before or not; a new one does not follow yet."""
        found = self.find(openid)
        if found is None:
            if not OPENID.fullmatch(openid):
                raise ValueError("an openid is made of letters, digits, - and _")
            found = FollowerRecord(openid, self.count)
            self.by_openid[openid] = found
            self.given_openids[self.count] = openid
            self.count += 1
            self.not_following += 1
        return found

    def follow(self, openid: str, now: float) -> FollowerRecord:
        found = self.get_or_create(openid)
        if not found.subscribed:
            found.subscribed, found.subscribe_time = True, now
            self.not_following -= 1
        return found

    def unfollow(self, openid: str) -> FollowerRecord | None:
        """Take note that a reader left: tags, remark and allowances end, what was seen remains."""
        found = self.find(openid)
        if found is None or not found.subscribed:
            return None
        found.subscribed = False
        found.tags, found.remark, found.allowances = [], "", {}
        self.not_following += 1
        return found

    def add_crowd(self, size: int, now: float) -> None:
        """Let `size` readers follow at once."""
        if size:
            self.crowds.append(self.count)
            self.crowd_times.append(now)
            self.count += size

    def walk(self, after: int = -1) -> Iterator[str]:
        """The openids of those who follow now, in order, from the number behind `after`."""
        for number in range(after + 1, self.count):
            openid = self.openid(number)
            known = self.by_openid.get(openid)
            if known is None or known.subscribed:
                yield openid

    def page(self, offset: int, limit: int) -> list[str]:
        """A page of those who follow now; the way to `offset` is walked only where somebody left."""
        if not self.not_following:
            return [self.openid(number) for number in range(offset, min(offset + limit, self.count))]
        return list(islice(self.walk(), offset, offset + limit))

    def find_by_wx_name(self, name: str) -> FollowerRecord | None:
        """The reader with a wx name."""
        return next((one for one in self.records() if name and one.name == name), None)

    def records(self) -> Iterator[FollowerRecord]:
        """The readers with a record, in the order in which they did something first."""
        return iter(self.by_openid.values())


HOURS_48 = 48 * 3600.0
ACTIONS: dict[str, tuple[int | None, float]] = {  # action: messages allowed, seconds it lasts
    "message": (5, HOURS_48),
    "menu": (3, 60.0),
    "follow": (3, 60.0),
    "scan": (3, 60.0),
    "pay": (None, HOURS_48),
}


def start_allowance(follower: FollowerRecord, action: str, now: float) -> None:
    """A follower did something: that action's allowance begins anew."""
    follower.allowances[action] = Allowance(now)


def usable_allowance(follower: FollowerRecord, now: float) -> Allowance:
    """The allowance that pays for a message; 45015 when none is open, 45047 when all open ones are used up.

    Of several open ones that which ends first pays, so that nothing is wasted.
    """
    open_ones = [
        (allowance.at + ACTIONS[action][1], ACTIONS[action][0], allowance)
        for action, allowance in follower.allowances.items()
        if now < allowance.at + ACTIONS[action][1]
    ]
    if not open_ones:
        raise ApiError(45015)
    left = [one for one in open_ones if one[1] is None or one[2].used < one[1]]
    if not left:
        raise ApiError(45047)
    return min(left, key=lambda one: one[0])[2]
