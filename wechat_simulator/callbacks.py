"""Callbacks to the account's server: signing, encryption, a five-second timeout, three attempts, and the reply.

Rules: reference, sections A1, A2 and A5. Callbacks are sent from a thread pool, so a slow server delays only its own.
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
from wechat_simulator.faults import CALLBACK_PATH
from wechat_simulator.follower_registry import SESSION_SECONDS, FollowerRecord
from wechat_simulator.http_exchange import fetch
from wechat_simulator.passive_replies import MalformedReply, parse_reply
from wechat_simulator.platform_clock import hour
from wechat_simulator.traffic import CallbackAttempt, CallbackRecord
from wechat_simulator.world import World

TRIES = 3


def push(world: World, account: Account, message: CallbackMessage) -> "Future[CallbackRecord]":
    """Send one message or event in the background; the future completes when the follower's chat shows the outcome."""
    return world.submit(lambda: _deliver(world, account, message))


def report(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Send the event that reports the result of a message to one user."""
    push(
        world,
        account,
        job_event(account, world.now(), arguments["event"], arguments["fields"], arguments["openid"]),
    )


def _deliver(world: World, account: Account, message: CallbackMessage) -> CallbackRecord:
    """Send one callback with its retries and any ordered fault, then show the reply to the follower."""
    identity = account.identity
    body = _serialize(identity, message.fields)
    record = CallbackRecord(
        world.now(), identity.app_id, message.openid, message.type, message.event, identity.callback, body
    )
    if not identity.callback:
        record.note = "no callback URL"
        return _log_callback(world, record)
    fault = world.faults.take(CALLBACK_PATH)
    if fault is not None and fault.kind == "late":
        time.sleep(fault.seconds)
    elif fault is not None and fault.kind == "reorder":
        world.hold_callback(fault.seconds)
    for _ in range(TRIES):
        record.attempts.append(_send_attempt(world, identity, message, body))
        if record.attempts[-1].status == 200:
            break
    if fault is not None and fault.kind == "duplicate":
        record.attempts.append(_send_attempt(world, identity, message, body))
    world.release_held_callbacks()
    with world.lock:
        _count_callback(account, record)
        _show_reply(world, account, message, record)
    return _log_callback(world, record)


def _count_callback(account: Account, record: CallbackRecord) -> None:
    """Count the callback's duration and failure for the account's interface statistics."""
    last = record.attempts[-1]
    millis = int(last.seconds * 1000)
    account.count_event(record.at, "callback")
    account.count_event(record.at, "callback ms", millis)
    if last.status != 200:
        account.count_event(record.at, "callback fail")
    slowest = account.event_counts[hour(record.at)].get("callback slowest", 0)
    account.count_event(record.at, "callback slowest", max(0, millis - slowest))


def _log_callback(world: World, record: CallbackRecord) -> CallbackRecord:
    world.callbacks.add(record)
    world.changes.publish("callback", record.openid)
    return record


def _send_attempt(world: World, identity: Identity, message: CallbackMessage, body: str) -> CallbackAttempt:
    """Send one POST. A retry has the same body but a new timestamp and nonce, so its signature differs."""
    seconds = world.clock.signing_time() if world.stamp_by_clock else time.time()
    timestamp, nonce = str(int(seconds)), str(secrets.randbelow(10**10))
    query = {
        "signature": signature(identity.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": message.openid,
    }
    if identity.mode != "plain":
        plain = body.encode("utf-8", "replace")
        encrypted = encrypt(identity.aes_key, identity.app_id, plain, secrets.token_bytes(16))
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(identity.token, timestamp, nonce, encrypted)
        envelope = {"ToUserName": identity.original_id} if identity.mode == "safe" else message.fields
        body = _serialize(identity, envelope | {"Encrypt": encrypted})
    sent = body.encode("utf-8", "replace")
    return fetch("POST", identity.callback, urlencode(query), sent, world.callback_timeout)


def _serialize(identity: Identity, fields: Fields) -> str:
    """Serialize the fields in the console's data format; JSON has lists where XML has list wrappers (section B4)."""
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


def _show_reply(world: World, account: Account, message: CallbackMessage, record: CallbackRecord) -> None:
    """Show the follower the reply, nothing, or the fault notice."""
    answered = next((attempt for attempt in record.attempts if attempt.status == 200), None)
    if not message.has_reader:
        return
    follower = account.followers.find(message.openid)
    if follower is None:
        return
    try:
        if answered is None:
            raise MalformedReply(f"no answer in {TRIES} attempts")
        outcome = parse_reply(account, message, answered.answer, world.now())
    except MalformedReply as error:
        record.fault, record.note = True, str(error)
        inbox.add_entry(world, account, follower, "reply", {"type": "fault", "content": inbox.FAULT_NOTICE})
        return
    record.shown, record.note = outcome.entry, outcome.note
    if outcome.entry is not None:
        inbox.add_entry(world, account, follower, "reply", outcome.entry)
    if outcome.staff is not None:
        _open_session(world, account, follower, outcome.staff)


def _open_session(world: World, account: Account, follower: FollowerRecord, staff: str) -> None:
    """Hand a conversation over to `staff`, or to the first of the staff, and report it to the server."""
    follower.staff = staff or f"kf2001@{account.identity.original_id}"
    follower.staff_until = world.now() + SESSION_SECONDS
    fields = {"KfAccount": follower.staff}
    push(world, account, job_event(account, world.now(), "kf_create_session", fields, follower.openid))


def verify_url(world: World, account: Account) -> CallbackAttempt:
    """Send the verification GET with echostr (section A1) to the callback URL; the attempt has an error if it fails."""
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
