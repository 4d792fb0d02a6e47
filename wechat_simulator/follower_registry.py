"""Registry of an account's followers, with their allowances for customer-service messages (reference, section E).

A follower has a number, in the order of following. Followers created as a crowd have no record until they act: their
openid is computed from the number and decoded back to it. A million followers therefore take no memory, and a page of
ten thousand openids needs no search.
"""

__all__ = [
    "ALLOWANCES",
    "SCENES",
    "SESSION_SECONDS",
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

SEARCHED = 50_000  # more would stop the platform for a noticeable time
SESSION_SECONDS = 1800.0  # after a follower's last message to the staff
SCENES = {  # subscribe_scene -> user_source in statistics (sections K1 and K5)
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
OPENID_BYTES = 9  # bytes encoded in a computed openid, as 12 characters
# Multiplying by an odd number is a bijection modulo a power of two: it scatters consecutive numbers and can be undone.
MIX = 0x9E3779B97F4A7C15F3
UNMIX = pow(MIX, -1, 1 << (8 * OPENID_BYTES))
MASK = (1 << (8 * OPENID_BYTES)) - 1


@dataclass(slots=True)
class Allowance:
    """Customer-service messages allowed by one action of a follower: start time and number already used (section E)."""

    at: float
    used: int = 0


@dataclass(slots=True)
class FollowerRecord:
    """A user who did something: their relation to the account and the content of their chat."""

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
    name: str = ""  # WeChat name
    unionid: str = ""  # set if the account is bound to an open platform account
    client: int = 0  # 1 iOS, 2 Android, 3 other, 0 unspecified
    allowances: dict[str, Allowance] = field(default_factory=dict)
    consents: dict[str, int] = field(default_factory=dict)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    typing: bool = False
    staff: str = ""  # kf_account that the conversation is handed over to
    staff_until: float = 0.0


@dataclass
class FollowerRegistry:
    """All users of one account, numbered in the order in which they appeared."""

    prefix: str
    count: int = 0  # next number
    by_openid: dict[str, FollowerRecord] = field(default_factory=dict, metadata={"stored_as": "known"})
    given_openids: dict[int, str] = field(default_factory=dict, metadata={"stored_as": "named"})
    # Numbers already assigned whose user does not follow at present.
    not_following: int = field(default=0, metadata={"stored_as": "gone"})
    crowds: list[int] = field(default_factory=list)  # first number of each crowd
    crowd_times: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Number of followers at present."""
        return self.count - self.not_following

    def openid(self, number: int) -> str:
        """Return the openid of a number."""
        named = self.given_openids.get(number)
        if named is not None:
            return named
        mixed = (number * MIX) & MASK
        return self.prefix + base64.urlsafe_b64encode(mixed.to_bytes(OPENID_BYTES, "big")).decode()

    def number(self, openid: str) -> int | None:
        """Return the number of a known user, following or not; None for any other openid."""
        known = self.by_openid.get(openid)
        if known is not None:
            return known.number
        if not openid.startswith(self.prefix) or len(openid) != len(self.prefix) + 12:
            return None
        try:
            mixed = int.from_bytes(base64.b64decode(openid[len(self.prefix) :], b"-_", validate=True), "big")
        except (binascii.Error, ValueError):
            return None
        number = (mixed * UNMIX) & MASK
        return number if number < self.count and number not in self.given_openids else None

    def find(self, openid: str) -> FollowerRecord | None:
        """Return the record of a user, creating it for a member of a crowd; None for an unknown openid."""
        known = self.by_openid.get(openid)
        if known is not None:
            return known
        number = self.number(openid)
        if number is None:
            return None
        followed_at = self.crowd_times[bisect_right(self.crowds, number) - 1]
        found = FollowerRecord(openid, number, subscribed=True, subscribe_time=followed_at)
        self.by_openid[openid] = found
        return found

    def follows(self, openid: str) -> bool:
        """Return whether the user follows at present."""
        known = self.by_openid.get(openid)
        return known.subscribed if known is not None else self.number(openid) is not None

    def get_or_create(self, openid: str) -> FollowerRecord:
        """Return the record of a user; a new one does not follow yet. Raise ValueError for an invalid openid."""
        found = self.find(openid)
        if found is None:
            if not OPENID.fullmatch(openid):
                raise ValueError("an openid consists of 1 to 128 letters, digits, - and _")
            found = FollowerRecord(openid, self.count)
            self.by_openid[openid] = found
            self.given_openids[self.count] = openid
            self.count += 1
            self.not_following += 1
        return found

    def follow(self, openid: str, now: float) -> FollowerRecord:
        """Mark the user as a follower since `now`, and return the record."""
        found = self.get_or_create(openid)
        if not found.subscribed:
            found.subscribed, found.subscribe_time = True, now
            self.not_following -= 1
        return found

    def unfollow(self, openid: str) -> FollowerRecord | None:
        """Mark the user as not following and drop tags, remark and allowances; the chat stays.

        Return None if the user did not follow.
        """
        found = self.find(openid)
        if found is None or not found.subscribed:
            return None
        found.subscribed = False
        found.tags, found.remark, found.allowances = [], "", {}
        self.not_following += 1
        return found

    def add_crowd(self, size: int, now: float) -> None:
        """Add `size` followers without records."""
        if size:
            self.crowds.append(self.count)
            self.crowd_times.append(now)
            self.count += size

    def walk(self, after: int = -1) -> Iterator[str]:
        """Yield the openids of present followers in order, starting behind the number `after`."""
        for number in range(after + 1, self.count):
            openid = self.openid(number)
            known = self.by_openid.get(openid)
            if known is None or known.subscribed:
                yield openid

    def page(self, offset: int, limit: int) -> list[str]:
        """Return up to `limit` openids of present followers, from `offset` on."""
        if not self.not_following:
            return [self.openid(number) for number in range(offset, min(offset + limit, self.count))]
        return list(islice(self.walk(), offset, offset + limit))

    def search(self, text: str) -> Iterator[str]:
        """Yield the openids of present followers that contain the text, or whose name does; in either case of letters.

        Those who have acted come first. Of a crowd the first SEARCHED are searched.
        """
        wanted = text.casefold()
        acted = {
            one.openid
            for one in self.records()
            if one.subscribed and (wanted in one.openid.casefold() or wanted in one.name.casefold())
        }
        yield from sorted(acted, key=lambda openid: self.number(openid) or 0)
        for openid in islice(self.walk(), SEARCHED):
            if wanted in openid.casefold() and openid not in acted:
                yield openid

    def find_by_wx_name(self, name: str) -> FollowerRecord | None:
        """Return the user with a WeChat name, or None."""
        return next((one for one in self.records() if name and one.name == name), None)

    def records(self) -> Iterator[FollowerRecord]:
        """Yield the users with a record, in the order of their first action."""
        return iter(self.by_openid.values())


HOURS_48 = 48 * 3600.0
ALLOWANCES: dict[
    str, tuple[int | None, float]
] = {  # action -> messages allowed (None: unlimited), duration in seconds
    "message": (5, HOURS_48),
    "menu": (3, 60.0),
    "follow": (3, 60.0),
    "scan": (3, 60.0),
    "pay": (None, HOURS_48),
}


def start_allowance(follower: FollowerRecord, action: str, now: float) -> None:
    """Start the allowance of an action, replacing an earlier one of the same action."""
    follower.allowances[action] = Allowance(now)


def usable_allowance(follower: FollowerRecord, now: float) -> Allowance:
    """Return the allowance to charge for a message; 45015 when none is open, 45047 when all open ones are used up.

    Of several the one that expires first is charged, so that the follower can receive the most messages.
    """
    open_ones = [
        (allowance.at + ALLOWANCES[action][1], ALLOWANCES[action][0], allowance)
        for action, allowance in follower.allowances.items()
        if now < allowance.at + ALLOWANCES[action][1]
    ]
    if not open_ones:
        raise ApiError(45015)
    usable = [one for one in open_ones if one[1] is None or one[2].used < one[1]]
    if not usable:
        raise ApiError(45047)
    return min(usable, key=lambda one: one[0])[2]
