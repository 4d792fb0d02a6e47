"""The platform telling an account's server what happened: five seconds, three tries, and what comes of them.

Rules: reference, sections A1, A2 and A5. Everything is sent from a pool, so that one slow server keeps nobody waiting.
"""

__all__ = ["push", "report", "verify"]

import json
import secrets
import time
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode

from wechat_simulator import inbox
from wechat_simulator.account import Account, Identity
from wechat_simulator.clock import hour
from wechat_simulator.crypto import encrypt, signature
from wechat_simulator.faults import PUSH_PATH
from wechat_simulator.incoming import Fields, Incoming, system
from wechat_simulator.passive import Malformed, understand
from wechat_simulator.post import fetch
from wechat_simulator.pushes import Attempt, Push
from wechat_simulator.world import World
from wechat_simulator.xml import write

TRIES = 3


def push(world: World, account: Account, incoming: Incoming) -> "Future[Push]":
    """Send one message or event; the future ends when the follower has seen what there is to see."""
    return world.submit(lambda: _carry(world, account, incoming))


def report(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Tell of what became of a message to one reader, when its time has come."""
    push(
        world,
        account,
        system(account, world.now(), arguments["event"], arguments["fields"], arguments["openid"]),
    )


def _carry(world: World, account: Account, incoming: Incoming) -> Push:
    identity = account.identity
    body = _written(identity, incoming.fields)
    going = Push(
        world.now(), identity.app_id, incoming.openid, incoming.type, incoming.event, identity.callback, body
    )
    if not identity.callback:
        going.note = "no callback URL"
        return _filed(world, going)
    fault = world.faults.strike(PUSH_PATH)
    if fault is not None and fault.kind == "late":
        time.sleep(fault.seconds)
    elif fault is not None and fault.kind == "reorder":
        world.hold(fault.seconds)
    for _ in range(TRIES):
        going.attempts.append(_attempt(world, identity, incoming, body))
        if going.attempts[-1].status == 200:
            break
    if fault is not None and fault.kind == "duplicate":
        going.attempts.append(_attempt(world, identity, incoming, body))
    world.let_go()
    with world.lock:
        _count(account, going)
        _conclude(world, account, incoming, going)
    return _filed(world, going)


def _count(account: Account, going: Push) -> None:
    """Keep what the interface statistics of the account tell of its server."""
    last = going.attempts[-1]
    millis = int(last.seconds * 1000)
    account.fact(going.at, "callback")
    account.fact(going.at, "callback ms", millis)
    if last.status != 200:
        account.fact(going.at, "callback fail")
    slowest = account.facts[hour(going.at)].get("callback slowest", 0)
    account.fact(going.at, "callback slowest", max(0, millis - slowest))


def _filed(world: World, going: Push) -> Push:
    world.pushes.keep(going)
    world.bus.tell("callback", going.openid)
    return going


def _attempt(world: World, identity: Identity, incoming: Incoming, body: str) -> Attempt:
    """One POST, signed anew: a retry has the same body and a timestamp and nonce of its own."""
    moment = world.now() if world.stamp_by_clock else time.time()
    timestamp, nonce = str(int(moment)), str(secrets.randbelow(10**10))
    query = {
        "signature": signature(identity.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": incoming.openid,
    }
    if identity.mode != "plain":
        plain = body.encode("utf-8", "replace")
        encrypted = encrypt(identity.aes_key, identity.app_id, plain, secrets.token_bytes(16))
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(identity.token, timestamp, nonce, encrypted)
        envelope = {"ToUserName": identity.original_id} if identity.mode == "safe" else incoming.fields
        body = _written(identity, envelope | {"Encrypt": encrypted})
    sent = body.encode("utf-8", "replace")
    return fetch("POST", identity.callback, urlencode(query), sent, world.callback_timeout)


def _written(identity: Identity, fields: Fields) -> str:
    """The fields in the data format of the console; JSON has lists where XML has wrappers of lists (section B4)."""
    if identity.data_format == "xml":
        return write(fields)
    flat = {
        name: value
        for tag, inside in fields.items()
        for name, value in (
            inside.items() if isinstance(inside, dict) and "List" in inside else [(tag, inside)]
        )
    }
    return json.dumps(flat, ensure_ascii=False)


def _conclude(world: World, account: Account, incoming: Incoming, going: Push) -> None:
    """Let the follower see the reply, nothing, or the fault notice."""
    answered = next((attempt for attempt in going.attempts if attempt.status == 200), None)
    if not incoming.has_reader:
        return
    follower = account.followers.find(incoming.openid)
    if follower is None:
        return
    try:
        if answered is None:
            raise Malformed(f"no answer in {TRIES} tries")
        seen = understand(account, incoming, answered.answer, world.now())
    except Malformed as wrong:
        going.fault, going.note = True, str(wrong)
        inbox.note(world, account, follower, "reply", {"type": "fault", "content": inbox.FAULT_NOTICE})
        return
    going.shown, going.note = seen.entry, seen.note
    if seen.entry is not None:
        inbox.note(world, account, follower, "reply", seen.entry)


def verify(world: World, account: Account) -> Attempt:
    """Ask the callback URL whether it is ours: the GET with echostr of section A1."""
    identity = account.identity
    timestamp, nonce, echo = (
        str(int(world.now())),
        str(secrets.randbelow(10**10)),
        str(secrets.randbelow(10**19)),
    )
    query = {
        "signature": signature(identity.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
    }
    attempt = fetch("GET", identity.callback, urlencode(query), b"", world.callback_timeout)
    if attempt.status == 200 and attempt.answer != echo.encode():
        attempt.error = "the answer is not the echostr"
    return attempt
