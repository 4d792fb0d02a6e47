"""Mass messages: submit, preview, status, delete, speed (reference, sections F1 to F5)."""

__all__ = [
    "delete_mass_message",
    "get_speed",
    "get_status",
    "send_all",
    "send_list",
    "send_preview",
    "set_speed",
    "upload_video",
]

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.api.call import (
    OK,
    Answer,
    ApiCall,
    required_list,
    required_text,
    subscribed_follower,
    whole_number,
)
from wechat_simulator.api.message_content import (
    Fields,
    draft_cards,
    media_content,
    message_content,
    message_part,
)
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.jobs import MIN_REPEAT_SECONDS, ClientMsgId, MassSendJob
from wechat_simulator.mass_jobs import delete_job_articles, start_job
from wechat_simulator.platform_clock import day, month
from wechat_simulator.recipients import MAX_A_MONTH, STARRED

MAX_CLIENTMSGID_BYTES = 32
KINDS = ("mpnews", "text", "voice", "image", "mpvideo")
SPEEDS = (80, 60, 45, 30, 10)  # in ten thousand messages a minute, by speed level


@dataclass(frozen=True)
class Scope:
    """Recipients of a mass message: all, a tag, or a list of openids."""

    to_all: bool = False
    tag_id: int | None = None
    openids: list[str] | None = None


def send_all(account: Account, call: ApiCall) -> Answer:
    """Submit a mass message to all followers, or to those with a tag."""
    filter_ = call.body.get("filter")
    if not isinstance(filter_, dict):
        raise ApiError(40035, "filter")
    if filter_.get("is_to_all") is True:
        return _submit_job(account, call, Scope(to_all=True))
    tag_id = whole_number(filter_, "tag_id", 40152, 0, 1 << 40)
    if tag_id not in account.tags and tag_id != STARRED:
        raise ApiError(40152)
    return _submit_job(account, call, Scope(tag_id=tag_id))


def send_list(account: Account, call: ApiCall) -> Answer:
    """Submit a mass message to 2 to 10,000 openids."""
    openids = required_list(call.body, "touser", 40031)
    if not all(isinstance(one, str) for one in openids):
        raise ApiError(40031)
    if len(openids) < 2:
        raise ApiError(40130)
    if len(openids) > 10_000:
        raise ApiError(40032)
    if not any(account.followers.number(openid) is not None for openid in openids):
        raise ApiError(40031)
    return _submit_job(account, call, Scope(openids=list(dict.fromkeys(openids))))


def _submit_job(account: Account, call: ApiCall, scope: Scope) -> Answer:
    """Queue a job, or report that the same job was submitted before.

    The clientmsgid is checked before the content: after a successful send the draft no longer exists, and a caller that
    retries after a lost answer must receive 45065 and not 40007.
    """
    kind = _message_kind(call.body)
    reprint = whole_number(call.body, "send_ignore_reprint", 40035, 0, 1, 0)
    key = _idempotency_key(account, call, kind, scope)
    _check_repeat(account, key, call.now)
    entry = _job_content(account, call.body, kind, call.now)
    _check_product_quota(account, scope, call.now)
    call.spend_quota()
    job = MassSendJob(
        account.next_number("mass", 1_000_000_001),
        call.now,
        kind,
        entry,
        scope.to_all,
        scope.tag_id,
        scope.openids,
        key,
        bool(reprint),
        title=entry["articles"][0]["title"] if "articles" in entry else str(entry.get("content", ""))[:40],
    )
    account.mass_messages.jobs[job.msg_id] = job
    account.mass_messages.clientmsgids[key] = ClientMsgId(job.msg_id, call.now)
    answer = {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.msg_id}
    if "articles" in entry:
        job.msg_data_id = account.next_number("msg data", 2_206_227_001)
        answer["msg_data_id"] = job.msg_data_id
    start_job(call.world, account, job)
    return answer


def _message_kind(body: Fields) -> str:
    kind = body.get("msgtype")
    if kind == "wxcard":
        raise ApiError(45113)
    if kind not in KINDS:
        raise ApiError(40008)
    return str(kind)


def _idempotency_key(account: Account, call: ApiCall, kind: str, scope: Scope) -> str:
    """Return the caller's clientmsgid, or a digest of scope and content, which the platform uses when it is missing."""
    clientmsgid = call.body.get("clientmsgid")
    if clientmsgid is not None and clientmsgid != "":
        if not isinstance(clientmsgid, str):
            raise ApiError(47001)
        if len(clientmsgid.encode("utf-8", "replace")) > MAX_CLIENTMSGID_BYTES:
            raise ApiError(45067)
        return clientmsgid
    return f"digest {_digest([repr(scope), kind, _content_identity(account, call.body, kind)])}"


def _content_identity(account: Account, body: Fields, kind: str) -> Any:
    """Return the value that makes two messages the same: the articles' content for a draft, else the message part."""
    inside = message_part(body, "images" if kind == "image" else kind)
    if kind != "mpnews":
        return inside
    media_id = required_text(inside, "media_id", 40007)
    draft = account.media.drafts.get(media_id)
    return (
        _articles_digest(draft.articles)
        if draft is not None
        else account.media.sent_drafts.get(media_id, media_id)
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _articles_digest(articles: list[dict[str, Any]]) -> str:
    return _digest([[one[key] for key in ("title", "author", "digest", "content")] for one in articles])


def _check_repeat(account: Account, key: str, now: float) -> None:
    """Raise 45066 for a repetition within a minute, 45065 with the earlier msg_id for one within 24 hours."""
    earlier = account.mass_messages.find_recent(key, now)
    if earlier is None:
        return
    if now - earlier.at < MIN_REPEAT_SECONDS:
        raise ApiError(45066)
    raise ApiError(45065, msg_id=earlier.msg_id)


def _job_content(account: Account, body: Fields, kind: str, now: float) -> Fields:
    """Return the message as the job stores it: the articles of a draft, or an inbox entry."""
    if kind == "mpnews":
        draft = account.media.draft(message_part(body, "mpnews").get("media_id"))
        articles = [dict(one) for one in draft.articles]
        return {
            "type": "mpnews",
            "media_id": draft.media_id,
            "articles": articles,
            "digest": _articles_digest(articles),
        }
    if kind == "image":
        inside = message_part(body, "images")
        media_ids = required_list(inside, "media_ids", 40007)
        if not 1 <= len(media_ids) <= 20 or not all(isinstance(one, str) for one in media_ids):
            raise ApiError(40007)
        pictures = [media_content(account, "image", media_id, now) for media_id in media_ids]
        return pictures[0] | {"pictures": [one["picture"] for one in pictures]}
    if kind == "mpvideo":
        return media_content(
            account, "video", required_text(message_part(body, "mpvideo"), "media_id", 40007), now
        )
    return message_content(account, body, kind, now)


def _check_product_quota(account: Account, scope: Scope, now: float) -> None:
    """Raise 45028 beyond one message a day (subscription account) or four to all a month (service account) (F5)."""
    not_failed = [job for job in account.mass_messages.jobs.values() if job.status != "SEND_FAIL"]
    if account.identity.kind == "sub":
        if any(day(job.at) == day(now) for job in not_failed):
            raise ApiError(45028, "1 a day")
        return
    to_all = [job for job in not_failed if job.to_all and month(job.at) == month(now)]
    if scope.to_all and len(to_all) >= MAX_A_MONTH:
        raise ApiError(45028, "4 a month")


def send_preview(account: Account, call: ApiCall) -> Answer:
    """Send a message to one follower; neither the draft nor the mass-message quota is used up."""
    kind = _message_kind(call.body)
    follower = _preview_follower(account, call.body)
    if kind == "mpnews":
        draft = account.media.draft(message_part(call.body, "mpnews").get("media_id"))
        entry: Fields = {"type": "mpnews", "articles": draft_cards(draft)}
    elif kind == "image":
        entry = message_content(account, call.body, "image", call.now)
    else:
        entry = _job_content(account, call.body, kind, call.now)
    call.spend_quota()
    inbox.add_entry(call.world, account, follower, "preview", entry)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": account.next_number("mass", 1_000_000_001)}


def _preview_follower(account: Account, body: Fields) -> FollowerRecord:
    """Return the follower by WeChat name, which takes precedence, or by openid."""
    name = body.get("towxname")
    if not name:
        return subscribed_follower(account, required_text(body, "touser", 40003))
    found = account.followers.find_by_wx_name(name) if isinstance(name, str) else None
    if found is None:
        raise ApiError(40132)
    return subscribed_follower(account, found.openid)


def _find_job(account: Account, body: Fields) -> MassSendJob:
    job = account.mass_messages.jobs.get(whole_number(body, "msg_id", 40059, 0, 1 << 60))
    if job is None:
        raise ApiError(40059)
    return job


def get_status(account: Account, call: ApiCall) -> Answer:
    job = _find_job(account, call.body)
    return {"msg_id": job.msg_id, "msg_status": job.status}


def delete_mass_message(account: Account, call: ApiCall) -> Answer:
    """Delete sent articles, by job and index or by link; the cards stay in the chats without the article."""
    job, index = (
        _find_by_url(account, call.body) if "url" in call.body else (_find_job(account, call.body), None)
    )
    if job.status not in ("SEND_SUCCESS", "DELETE") or job.msgtype not in ("mpnews", "mpvideo"):
        raise ApiError(40059)
    if index is None:
        index = whole_number(call.body, "article_idx", 40060, 0, max(1, len(job.pages)), 0)
    call.spend_quota()
    delete_job_articles(call.world, account, job, index)
    return OK


def _find_by_url(account: Account, body: Fields) -> tuple[MassSendJob, int]:
    page_id = required_text(body, "url", 40059).rpartition("/s/")[2]
    for job in account.mass_messages.jobs.values():
        if page_id in job.pages:
            return job, job.pages.index(page_id) + 1
    raise ApiError(40059)


def get_speed(account: Account, _call: ApiCall) -> Answer:
    speed = account.mass_messages.speed
    return {"speed": speed, "realspeed": SPEEDS[speed]}


def set_speed(account: Account, call: ApiCall) -> Answer:
    """Set the sending speed; 45084 while a message is being sent."""
    speed = whole_number(call.body, "speed", 45083, 0, len(SPEEDS) - 1)
    if any(job.stage == "sending" for job in account.mass_messages.jobs.values()):
        raise ApiError(45084)
    call.spend_quota()
    account.mass_messages.speed = speed
    return OK


def upload_video(account: Account, call: ApiCall) -> Answer:
    """Convert a temporary video into one for mass messages."""
    found = account.media.medium(required_text(call.body, "media_id", 40007), call.now)
    if found is None or found.type != "video":
        raise ApiError(40007)
    call.spend_quota()
    media_id = secrets.token_hex(32)
    temporary = account.media.temporary.get(found.media_id)
    if temporary is not None:
        account.media.temporary[media_id] = replace(temporary, media_id=media_id, created=call.now)
    else:
        account.media.materials[media_id] = replace(
            account.media.materials[found.media_id], media_id=media_id
        )
    return {"type": "video", "media_id": media_id, "created_at": int(call.now)}
