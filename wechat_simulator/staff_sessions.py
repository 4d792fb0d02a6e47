"""Conversations of followers with the account's staff (客服): handed over by a reply, and back by the staff.

A reply `transfer_customer_service` opens a session. While it lasts, the follower's messages go to the staff and not to
the account's server; it ends when the staff close it, or half an hour after the follower's last message (reference,
sections B5 and C). The server hears of it by `kf_create_session`, `kf_switch_session` and `kf_close_session`.
"""

__all__ = ["ACTIONS", "act_as_staff", "is_with_staff"]

from concurrent.futures import Future

from wechat_simulator import callbacks, inbox
from wechat_simulator.account import Account
from wechat_simulator.callback_messages import Fields, job_event
from wechat_simulator.follower_registry import SESSION_SECONDS, FollowerRecord
from wechat_simulator.traffic import CallbackRecord
from wechat_simulator.world import World

ACTIONS = ("say", "switch", "close")


def is_with_staff(follower: FollowerRecord, now: float) -> bool:
    """Tell if a message of this follower goes to the staff; it keeps the session open."""
    if not follower.staff or now >= follower.staff_until:
        follower.staff = ""
        return False
    follower.staff_until = now + SESSION_SECONDS
    return True


def act_as_staff(
    world: World, account: Account, openid: str, action: str, fields: Fields
) -> "Future[CallbackRecord] | None":
    """Say something to a follower, pass the conversation `to` another of the staff, or close it; return the report.

    Raise ValueError for an unknown action, and for a follower who is not with the staff.
    """
    if action not in ACTIONS:
        raise ValueError(f"does must be one of {', '.join(ACTIONS)}")
    with world.lock:
        follower = account.followers.find(openid)
        if follower is None or not is_with_staff(follower, world.now()):
            raise ValueError(f"{openid} is not with the staff")
        if action == "say":
            entry = {"type": "text", "content": str(fields.get("content", ""))}
            inbox.add_entry(world, account, follower, "customer", entry)
            return None
        before = follower.staff
        follower.staff = str(fields.get("to", before)) if action == "switch" else ""
        report = {"KfAccount": before}
        if action == "switch":
            report = {"FromKfAccount": before, "ToKfAccount": follower.staff}
        message = job_event(account, world.now(), f"kf_{action}_session", report, openid)
    return callbacks.push(world, account, message)
