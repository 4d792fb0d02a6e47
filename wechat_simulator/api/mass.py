"""Mass messages: submit, preview, ask, delete, speed (reference, sections F1 to F5)."""

__all__ = ["delete", "get", "get_speed", "preview", "send_all", "send_list", "set_speed", "upload_video"]

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, listing, subscriber, text, whole
from wechat_simulator.api.messages import Fields, branch, content, draft_cards, medium
from wechat_simulator.audience import MOST_A_MONTH, STARRED
from wechat_simulator.clock import day, month
from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Follower
from wechat_simulator.jobs import TOO_FAST, ClientId, MassJob
from wechat_simulator.mass import begin, recall

LONGEST_CLIENTMSGID = 32  # bytes
KINDS = ("mpnews", "text", "voice", "image", "mpvideo")
SPEEDS = (80, 60, 45, 30, 10)  # ten thousand a minute


@dataclass(frozen=True)
class Scope:
    """To whom: all, a tag, or a list."""

    to_all: bool = False
    tag_id: int | None = None
    openids: list[str] | None = None


def send_all(account: Account, call: Call) -> Answer:
    """A mass message to all, or to those with a tag."""
    chosen = call.body.get("filter")
    if not isinstance(chosen, dict):
        raise Refusal(40035, "filter")
    if chosen.get("is_to_all") is True:
        return _submit(account, call, Scope(to_all=True))
    tag_id = whole(chosen, "tag_id", 40152, 0, 1 << 40)
    if tag_id not in account.tags and tag_id != STARRED:
        raise Refusal(40152)
    return _submit(account, call, Scope(tag_id=tag_id))


def send_list(account: Account, call: Call) -> Answer:
    """A mass message to two to ten thousand openids."""
    openids = listing(call.body, "touser", 40031)
    if not all(isinstance(one, str) for one in openids):
        raise Refusal(40031)
    if len(openids) < 2:
        raise Refusal(40130)
    if len(openids) > 10_000:
        raise Refusal(40032)
    if not any(account.followers.number(openid) is not None for openid in openids):
        raise Refusal(40031)
    return _submit(account, call, Scope(openids=list(dict.fromkeys(openids))))


def _submit(account: Account, call: Call, scope: Scope) -> Answer:
    """Take a job, or say that it was taken before; an accepted job is only queued.

    The clientmsgid is looked at before the content: the draft of a job that went out is gone, and whoever repeats
    the call after a lost answer must hear 45065 and not 40007.
    """
    kind = _kind(call.body)
    reprint = whole(call.body, "send_ignore_reprint", 40035, 0, 1, 0)
    key = _key(account, call, kind, scope)
    _check_repeat(account, key, call.now)
    entry = _content(account, call.body, kind, call.now)
    _check_product_quota(account, scope, call.now)
    call.admit()
    job = MassJob(
        account.next("mass", 1_000_000_001),
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
    account.masses.jobs[job.msg_id] = job
    account.masses.clientmsgids[key] = ClientId(job.msg_id, call.now)
    answer = {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.msg_id}
    if "articles" in entry:
        job.msg_data_id = account.next("msg data", 2_206_227_001)
        answer["msg_data_id"] = job.msg_data_id
    begin(call.world, account, job)
    return answer


def _kind(body: Fields) -> str:
    kind = body.get("msgtype")
    if kind == "wxcard":
        raise Refusal(45113)
    if kind not in KINDS:
        raise Refusal(40008)
    return str(kind)


def _key(account: Account, call: Call, kind: str, scope: Scope) -> str:
    """The caller's clientmsgid, or the digest of scope and content that the platform derives without one."""
    given = call.body.get("clientmsgid")
    if given is not None and given != "":
        if not isinstance(given, str):
            raise Refusal(47001)
        if len(given.encode("utf-8", "replace")) > LONGEST_CLIENTMSGID:
            raise Refusal(45067)
        return given
    return f"digest {_digest([repr(scope), kind, _substance(account, call.body, kind)])}"


def _substance(account: Account, body: Fields, kind: str) -> Any:
    """What makes two messages the same: the articles' content for a draft, else the branch as it came."""
    inside = branch(body, "images" if kind == "image" else kind)
    if kind != "mpnews":
        return inside
    media_id = text(inside, "media_id", 40007)
    draft = account.shelf.drafts.get(media_id)
    return (
        _articles_digest(draft.articles) if draft is not None else account.shelf.spent.get(media_id, media_id)
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _articles_digest(articles: list[dict[str, Any]]) -> str:
    return _digest([[one[key] for key in ("title", "author", "digest", "content")] for one in articles])


def _check_repeat(account: Account, key: str, now: float) -> None:
    seen = account.masses.seen(key, now)
    if seen is None:
        return
    if now - seen.at < TOO_FAST:
        raise Refusal(45066)
    raise Refusal(45065, msg_id=seen.msg_id)


def _content(account: Account, body: Fields, kind: str, now: float) -> Fields:
    """The message as the job keeps it: articles of a draft, or what an inbox shows."""
    if kind == "mpnews":
        draft = account.shelf.draft(branch(body, "mpnews").get("media_id"))
        articles = [dict(one) for one in draft.articles]
        return {
            "type": "mpnews",
            "media_id": draft.media_id,
            "articles": articles,
            "digest": _articles_digest(articles),
        }
    if kind == "image":
        inside = branch(body, "images")
        media_ids = listing(inside, "media_ids", 40007)
        if not 1 <= len(media_ids) <= 20 or not all(isinstance(one, str) for one in media_ids):
            raise Refusal(40007)
        pictures = [medium(account, "image", media_id, now) for media_id in media_ids]
        return pictures[0] | {"pictures": [one["picture"] for one in pictures]}
    if kind == "mpvideo":
        return medium(account, "video", text(branch(body, "mpvideo"), "media_id", 40007), now)
    return content(account, body, kind, now)


def _check_product_quota(account: Account, scope: Scope, now: float) -> None:
    """One success a day for a subscription account; four messages to all a month for a service account (F5)."""
    standing = [job for job in account.masses.jobs.values() if job.status != "SEND_FAIL"]
    if account.identity.kind == "sub":
        if any(day(job.at) == day(now) for job in standing):
            raise Refusal(45028, "1 a day")
        return
    to_all = [job for job in standing if job.to_all and month(job.at) == month(now)]
    if scope.to_all and len(to_all) >= MOST_A_MONTH:
        raise Refusal(45028, "4 a month")


def preview(account: Account, call: Call) -> Answer:
    """Show a message to one follower; neither the draft nor the quota of mass messages is used up."""
    kind = _kind(call.body)
    follower = _preview_reader(account, call.body)
    if kind == "mpnews":
        draft = account.shelf.draft(branch(call.body, "mpnews").get("media_id"))
        entry: Fields = {"type": "mpnews", "articles": draft_cards(draft)}
    elif kind == "image":
        entry = content(account, call.body, "image", call.now)
    else:
        entry = _content(account, call.body, kind, call.now)
    call.admit()
    inbox.note(call.world, account, follower, "preview", entry)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": account.next("mass", 1_000_000_001)}


def _preview_reader(account: Account, body: Fields) -> Follower:
    """By wx name, which counts more, or by openid."""
    name = body.get("towxname")
    if not name:
        return subscriber(account, text(body, "touser", 40003))
    found = account.followers.by_name(name) if isinstance(name, str) else None
    if found is None:
        raise Refusal(40132)
    return subscriber(account, found.openid)


def _job(account: Account, body: Fields) -> MassJob:
    job = account.masses.jobs.get(whole(body, "msg_id", 40059, 0, 1 << 60))
    if job is None:
        raise Refusal(40059)
    return job


def get(account: Account, call: Call) -> Answer:
    job = _job(account, call.body)
    return {"msg_id": job.msg_id, "msg_status": job.status}


def delete(account: Account, call: Call) -> Answer:
    """Delete sent articles, by job and index or by link; who has the card in the chat keeps it, without the article."""
    job, index = _by_link(account, call.body) if "url" in call.body else (_job(account, call.body), None)
    if job.status not in ("SEND_SUCCESS", "DELETE") or job.msgtype not in ("mpnews", "mpvideo"):
        raise Refusal(40059)
    if index is None:
        index = whole(call.body, "article_idx", 40060, 0, max(1, len(job.pages)), 0)
    call.admit()
    recall(call.world, account, job, index)
    return OK


def _by_link(account: Account, body: Fields) -> tuple[MassJob, int]:
    page_id = text(body, "url", 40059).rpartition("/s/")[2]
    for job in account.masses.jobs.values():
        if page_id in job.pages:
            return job, job.pages.index(page_id) + 1
    raise Refusal(40059)


def get_speed(account: Account, _call: Call) -> Answer:
    speed = account.masses.speed
    return {"speed": speed, "realspeed": SPEEDS[speed]}


def set_speed(account: Account, call: Call) -> Answer:
    """How fast messages go out; not while one goes out."""
    speed = whole(call.body, "speed", 45083, 0, len(SPEEDS) - 1)
    if any(job.stage == "sending" for job in account.masses.jobs.values()):
        raise Refusal(45084)
    call.admit()
    account.masses.speed = speed
    return OK


def upload_video(account: Account, call: Call) -> Answer:
    """Make of a temporary video one that a mass message may carry."""
    found = account.shelf.medium(text(call.body, "media_id", 40007), call.now)
    if found is None or found.type != "video":
        raise Refusal(40007)
    call.admit()
    media_id = secrets.token_hex(32)
    temporary = account.shelf.temporary.get(found.media_id)
    if temporary is not None:
        account.shelf.temporary[media_id] = replace(temporary, media_id=media_id, created=call.now)
    else:
        account.shelf.materials[media_id] = replace(
            account.shelf.materials[found.media_id], media_id=media_id
        )
    return {"type": "video", "media_id": media_id, "created_at": int(call.now)}
