"""The life of a mass message after it was accepted: confirmation, originality, sending, the event (section F3)."""

__all__ = ["begin", "confirm", "on_sent", "on_unconfirmed", "recall"]

from typing import Any

from wechat_simulator import callbacks
from wechat_simulator.account import Account
from wechat_simulator.audience import choose, count_delivery
from wechat_simulator.inbox import article
from wechat_simulator.incoming import system
from wechat_simulator.jobs import Audience, MassJob
from wechat_simulator.shelf import Page
from wechat_simulator.world import World

CONFIRM_SECONDS = 30 * 60
REFUSED, UNANSWERED = "err(40001)", "err(40002)"
REPRINT, UNSENDABLE = "err(30003)", "err(30002)"


def begin(world: World, account: Account, job: MassJob) -> None:
    """Start a job on its way; one to all may have to wait for the administrator first."""
    if account.identity.admin_confirms and job.to_all:
        job.stage = "confirming"
        world.later(account, CONFIRM_SECONDS, "mass unconfirmed", msg_id=job.msg_id)
    else:
        world.later(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    world.bus.tell("job")


def confirm(world: World, account: Account, job: MassJob, accept: bool) -> None:
    """The administrator decides; ValueError when nothing waits for it."""
    if job.stage != "confirming":
        raise ValueError("this job does not wait for the administrator")
    if accept:
        job.stage = "sending"
        world.later(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    else:
        _fail(world, account, job, REFUSED)
    world.bus.tell("job")


def on_unconfirmed(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Half an hour has passed; a job that still waits for the administrator has failed."""
    job = account.masses.jobs[arguments["msg_id"]]
    if job.stage == "confirming":
        _fail(world, account, job, UNANSWERED)


def on_sent(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """The job's turn: judge its originality, deliver it, tell the account."""
    job = account.masses.jobs[arguments["msg_id"]]
    if job.stage != "sending":
        return
    verdicts = _verdicts(account, job)
    if account.identity.mass_fails:
        _fail(world, account, job, account.identity.mass_fails)
    elif "unsendable" in verdicts:
        _fail(world, account, job, UNSENDABLE)
    elif "reprint" in verdicts and not job.send_ignore_reprint:
        _fail(world, account, job, REPRINT)
    else:
        _deliver(world, account, job)


def _verdicts(account: Account, job: MassJob) -> list[str]:
    """What the originality check says of each article: "" for its own."""
    known = account.identity.originality
    return [known.get(one["title"], "") for one in job.content.get("articles", [])]


def _deliver(world: World, account: Account, job: MassJob) -> None:
    now = world.now()
    reached = choose(account, job, now)
    job.audience, job.sent = reached.audience, reached.audience.size()
    job.errors = len(job.openids) - reached.total if job.openids is not None else 0
    job.total, job.filtered = reached.total + job.errors, job.sent + job.errors
    job.status, job.stage, job.outcome, job.sent_at = "SEND_SUCCESS", "done", "send success", now
    count_delivery(account, job, now)
    pages = _spend_draft(account, job, now)
    job.entry = {"id": account.next("entry"), "at": round(now, 3), "from": "account", "via": "mass"}
    job.entry |= {"msg_id": job.msg_id} | _appearance(job, pages)
    account.fact(now, "pages sent", job.sent * max(1, len(pages)))
    world.bus.tell("inbox")
    _report(world, account, job)


def _spend_draft(account: Account, job: MassJob, now: float) -> list[Page]:
    """The articles of the job on pages of their own; the draft they came from is gone."""
    articles = job.content.get("articles")
    if articles is None:
        return []
    pages = account.shelf.show(articles, now, f"m{job.msg_id}")
    account.shelf.drafts.pop(job.content["media_id"], None)
    account.shelf.spent[job.content["media_id"]] = job.content["digest"]
    job.pages = [page.id for page in pages]
    return pages


def _appearance(job: MassJob, pages: list[Page]) -> dict[str, Any]:
    if not pages:
        return job.content
    cards = [
        article(
            page.article["title"], page.article["digest"], address(page.id), page.article.get("thumb_url", "")
        )
        for page in pages
    ]
    return {"type": "mpnews", "articles": cards}


def address(page_id: str) -> str:
    """The permanent link of an article."""
    return f"http://mp.weixin.qq.com/s/{page_id}"


def _fail(world: World, account: Account, job: MassJob, outcome: str) -> None:
    job.status, job.stage, job.outcome = "SEND_FAIL", "done", outcome
    job.audience = Audience()
    _report(world, account, job)


def _report(world: World, account: Account, job: MassJob) -> None:
    """Tell the account's server: MASSSENDJOBFINISH, section B3."""
    fields: dict[str, Any] = {
        "MsgID": job.msg_id,
        "Status": job.outcome,
        "TotalCount": job.total,
        "FilterCount": job.filtered,
        "SentCount": job.sent,
        "ErrorCount": job.errors,
    }
    if "articles" in job.content:
        fields["CopyrightCheckResult"] = _copyright(_verdicts(account, job))
        items = [
            {"ArticleIdx": at, "ArticleUrl": address(page)} for at, page in enumerate(job.pages, start=1)
        ]
        fields["ArticleUrlResult"] = {"Count": len(items), "ResultList": {"item": items}}
    told = system(account, world.now(), "MASSSENDJOBFINISH", fields, account.followers.prefix + "mphelper")
    callbacks.push(world, account, told)
    world.bus.tell("job")
    world.bus.tell("draft")


def _copyright(verdicts: list[str]) -> dict[str, Any]:
    """The originality results of all articles; without a finding the platform checked nothing."""
    judged = [(at, verdict) for at, verdict in enumerate(verdicts, start=1) if verdict]
    items = [
        {
            "ArticleIdx": at,
            "UserDeclareState": 0,
            "AuditState": 2,
            "OriginalArticleUrl": "http://mp.weixin.qq.com/s/original",
            "OriginalArticleType": 1,
            "CanReprint": int(verdict == "reprint"),
            "NeedReplaceContent": 1,
            "NeedShowReprintSource": 1,
        }
        for at, verdict in judged
    ]
    state = 3 if "unsendable" in verdicts else 2 if items else 1
    return {"Count": len(items), "ResultList": {"item": items}, "CheckState": state}


def recall(world: World, account: Account, job: MassJob, index: int) -> None:
    """Delete an article of a sent job (1-based), or with 0 all of it; the card stays in the chats."""
    chosen = job.pages if index == 0 else job.pages[index - 1 : index]
    for page_id in chosen:
        account.shelf.pages[page_id].deleted = True
    if all(account.shelf.pages[page_id].deleted for page_id in job.pages):
        job.status = "DELETE"
    world.bus.tell("job")
    world.bus.tell("inbox")
