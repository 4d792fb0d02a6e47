"""The platform telling an account's server what happened: five seconds, three tries, and what comes of them.

Rules: reference, sections A1, A2 and A5. Everything is sent from a pool, so that one slow server keeps nobody waiting.
"""

__all__ = ["push", "report", "verify_url"]

import json
import secrets
import time
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode

from wechat_simulator import inbox
from wechat_simulator.account import Account, Identity
from wechat_simulator.callback_format import encrypt, signature, to_xml
from wechat_simulator.callback_messages import CallbackMessage, Fields, job_event
from wechat_simulator.faults import PUSH_PATH
from wechat_simulator.http_exchange import fetch
from wechat_simulator.passive_replies import MalformedReply, parse_reply
from wechat_simulator.platform_clock import hour
from wechat_simulator.traffic import CallbackAttempt, CallbackRecord
from wechat_simulator.world import World

TRIES = 3


def push(world: World, account: Account, incoming: CallbackMessage) -> "Future[CallbackRecord]":
    """Send one message or event; the future ends when the follower has seen what there is to see."""
    return world.submit(lambda: _deliver(world, account, incoming))


def report(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Tell of what became of a message to one reader, when its time has come."""
    push(
        world,
        account,
        job_event(account, world.now(), arguments["event"], arguments["fields"], arguments["openid"]),
    )


def _deliver(world: World, account: Account, incoming: CallbackMessage) -> CallbackRecord:
    identity = account.identity
    body = _serialize(identity, incoming.fields)
    going = CallbackRecord(
        world.now(), identity.app_id, incoming.openid, incoming.type, incoming.event, identity.callback, body
    )
    if not identity.callback:
        going.note = "no callback URL"
        return _log_callback(world, going)
    fault = world.faults.take(PUSH_PATH)
    if fault is not None and fault.kind == "late":
        time.sleep(fault.seconds)
    elif fault is not None and fault.kind == "reorder":
        world.hold_callback(fault.seconds)
    for _ in range(TRIES):
        going.attempts.append(_send_attempt(world, identity, incoming, body))
        if going.attempts[-1].status == 200:
            break
    if fault is not None and fault.kind == "duplicate":
        going.attempts.append(_send_attempt(world, identity, incoming, body))
    world.release_held_callbacks()
    with world.lock:
        _count_callback(account, going)
        _show_reply(world, account, incoming, going)
    return _log_callback(world, going)


def _count_callback(account: Account, going: CallbackRecord) -> None:
    """Keep what the interface statistics of the account tell of its server."""
    last = going.attempts[-1]
    millis = int(last.seconds * 1000)
    account.count_event(going.at, "callback")
    account.count_event(going.at, "callback ms", millis)
    if last.status != 200:
        account.count_event(going.at, "callback fail")
    slowest = account.event_counts[hour(going.at)].get("callback slowest", 0)
    account.count_event(going.at, "callback slowest", max(0, millis - slowest))


def _log_callback(world: World, going: CallbackRecord) -> CallbackRecord:
    world.callbacks.add(going)
    world.changes.publish("callback", going.openid)
    return going


def _send_attempt(world: World, identity: Identity, incoming: CallbackMessage, body: str) -> CallbackAttempt:
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
        body = _serialize(identity, envelope | {"Encrypt": encrypted})
    sent = body.encode("utf-8", "replace")
    return fetch("POST", identity.callback, urlencode(query), sent, world.callback_timeout)


def _serialize(identity: Identity, fields: Fields) -> str:
    """The fields in the data format of the console; JSON has lists where XML has wrappers of lists (section B4)."""
    if identity.data_format == "xml":
        return to_xml(fields)
    flat = {
        name: value
        for tag, inside in fields.items()
        for name, value in (
            inside.items() if isinstance(inside, dict) and "List" in inside else [(tag, inside)]
        )
    }
    return json.dumps(flat, ensure_ascii=False)


def _show_reply(world: World, account: Account, incoming: CallbackMessage, going: CallbackRecord) -> None:
    """Let the follower see the reply, nothing, or the fault notice."""
    answered = next((attempt for attempt in going.attempts if attempt.status == 200), None)
    if not incoming.has_reader:
        return
    follower = account.followers.find(incoming.openid)
    if follower is None:
        return
    try:
        if answered is None:
            raise MalformedReply(f"no answer in {TRIES} tries")
        seen = parse_reply(account, incoming, answered.answer, world.now())
    except MalformedReply as wrong:
        going.fault, going.note = True, str(wrong)
        inbox.add_entry(world, account, follower, "reply", {"type": "fault", "content": inbox.FAULT_NOTICE})
        return
    going.to_json, going.note = seen.entry, seen.note
    if seen.entry is not None:
        inbox.add_entry(world, account, follower, "reply", seen.entry)


def verify_url(world: World, account: Account) -> CallbackAttempt:
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
