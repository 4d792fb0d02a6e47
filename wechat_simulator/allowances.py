"""How many customer-service messages a follower's own actions allow, and for how long (reference, section E)."""

__all__ = ["ACTIONS", "acted", "usable"]

from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Allowance, Follower

HOURS_48 = 48 * 3600.0
ACTIONS: dict[str, tuple[int | None, float]] = {  # action: messages allowed, seconds it lasts
    "message": (5, HOURS_48),
    "menu": (3, 60.0),
    "follow": (3, 60.0),
    "scan": (3, 60.0),
    "pay": (None, HOURS_48),
}


def acted(follower: Follower, action: str, now: float) -> None:
    """A follower did something: that action's allowance begins anew."""
    follower.allowances[action] = Allowance(now)


def usable(follower: Follower, now: float) -> Allowance:
    """The allowance that pays for a message; 45015 when none is open, 45047 when all open ones are used up.

    Of several open ones that which ends first pays, so that nothing is wasted.
    """
    open_ones = [
        (allowance.at + ACTIONS[action][1], ACTIONS[action][0], allowance)
        for action, allowance in follower.allowances.items()
        if now < allowance.at + ACTIONS[action][1]
    ]
    if not open_ones:
        raise Refusal(45015)
    left = [one for one in open_ones if one[1] is None or one[2].used < one[1]]
    if not left:
        raise Refusal(45047)
    return min(left, key=lambda one: one[0])[2]
