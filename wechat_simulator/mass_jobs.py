"""The life of a mass message after it was accepted: confirmation, originality, sending, the event (section F3)."""

__all__ = ["decide_job", "delete_job_articles", "expire_confirmation", "send_job", "start_job"]

from typing import Any

from wechat_simulator import callbacks
from wechat_simulator.account import Account
from wechat_simulator.callback_messages import job_event
from wechat_simulator.inbox import article_card
from wechat_simulator.jobs import MassSendJob, RecipientSet
from wechat_simulator.media_store import ArticlePage
from wechat_simulator.recipients import count_deliveries, select_recipients
from wechat_simulator.world import World

CONFIRM_SECONDS = 30 * 60
REFUSED, UNANSWERED = "err(40001)", "err(40002)"
REPRINT, UNSENDABLE = "err(30003)", "err(30002)"


def start_job(world: World, account: Account, job: MassSendJob) -> None:
    """Start a job on its way; one to all may have to wait for the administrator first."""
    if account.identity.admin_confirms and job.to_all:
        job.stage = "confirming"
        world.schedule_action(account, CONFIRM_SECONDS, "mass unconfirmed", msg_id=job.msg_id)
    else:
        world.schedule_action(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    world.changes.publish("job")


def decide_job(world: World, account: Account, job: MassSendJob, accept: bool) -> None:
    """The administrator decides; ValueError when nothing waits for it."""
    if job.stage != "confirming":
        raise ValueError("this job does not wait for the administrator")
    if accept:
        job.stage = "sending"
        world.schedule_action(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    else:
        _fail_job(world, account, job, REFUSED)
    world.changes.publish("job")


def expire_confirmation(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Half an hour has passed; a job that still waits for the administrator has failed."""
    job = account.mass_messages.jobs[arguments["msg_id"]]
    if job.stage == "confirming":
        _fail_job(world, account, job, UNANSWERED)


def send_job(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """The job's turn: judge its originality, deliver it, tell the account."""
    job = account.mass_messages.jobs[arguments["msg_id"]]
    if job.stage != "sending":
        return
    verdicts = _originality_verdicts(account, job)
    if account.identity.mass_fails:
        _fail_job(world, account, job, account.identity.mass_fails)
    elif "unsendable" in verdicts:
        _fail_job(world, account, job, UNSENDABLE)
    elif "reprint" in verdicts and not job.send_ignore_reprint:
        _fail_job(world, account, job, REPRINT)
    else:
        _deliver(world, account, job)


def _originality_verdicts(account: Account, job: MassSendJob) -> list[str]:
    """What the originality check says of each article: "" for its own."""
    known = account.identity.originality
    return [known.get(one["title"], "") for one in job.content.get("articles", [])]


def _deliver(world: World, account: Account, job: MassSendJob) -> None:
    now = world.now()
    reached = select_recipients(account, job, now)
    job.audience, job.sent = reached.audience, reached.audience.size()
    job.errors = len(job.openids) - reached.total if job.openids is not None else 0
    job.total, job.filtered = reached.total + job.errors, job.sent + job.errors
    job.status, job.stage, job.outcome, job.sent_at = "SEND_SUCCESS", "done", "send success", now
    count_deliveries(account, job, now)
    pages = _publish_draft(account, job, now)
    job.entry = {"id": account.next_number("entry"), "at": round(now, 3), "from": "account", "via": "mass"}
    job.entry |= {"msg_id": job.msg_id} | _inbox_content(job, pages)
    account.count_event(now, "pages sent", job.sent * max(1, len(pages)))
    world.changes.publish("inbox")
    _report_job(world, account, job)


def _publish_draft(account: Account, job: MassSendJob, now: float) -> list[ArticlePage]:
    """The articles of the job on pages of their own; the draft they came from is gone."""
    articles = job.content.get("articles")
    if articles is None:
        return []
    pages = account.media.publish_articles(articles, now, f"m{job.msg_id}")
    account.media.drafts.pop(job.content["media_id"], None)
    account.media.sent_drafts[job.content["media_id"]] = job.content["digest"]
    job.pages = [page.id for page in pages]
    return pages


def _inbox_content(job: MassSendJob, pages: list[ArticlePage]) -> dict[str, Any]:
    if not pages:
        return job.content
    cards = [
        article_card(
            page.article["title"],
            page.article["digest"],
            article_url(page.id),
            page.article.get("thumb_url", ""),
        )
        for page in pages
    ]
    return {"type": "mpnews", "articles": cards}


def article_url(page_id: str) -> str:
    """The permanent link of an article."""
    return f"http://mp.weixin.qq.com/s/{page_id}"


def _fail_job(world: World, account: Account, job: MassSendJob, outcome: str) -> None:
    job.status, job.stage, job.outcome = "SEND_FAIL", "done", outcome
    job.audience = RecipientSet()
    _report_job(world, account, job)


def _report_job(world: World, account: Account, job: MassSendJob) -> None:
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
        fields["CopyrightCheckResult"] = _copyright_result(_originality_verdicts(account, job))
        items = [
            {"ArticleIdx": at, "ArticleUrl": article_url(page)} for at, page in enumerate(job.pages, start=1)
        ]
        fields["ArticleUrlResult"] = {"Count": len(items), "ResultList": {"item": items}}
    told = job_event(account, world.now(), "MASSSENDJOBFINISH", fields, account.followers.prefix + "mphelper")
    callbacks.push(world, account, told)
    world.changes.publish("job")
    world.changes.publish("draft")


def _copyright_result(verdicts: list[str]) -> dict[str, Any]:
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


def delete_job_articles(world: World, account: Account, job: MassSendJob, index: int) -> None:
    """Delete an article of a sent job (1-based), or with 0 all of it; the card stays in the chats."""
    chosen = job.pages if index == 0 else job.pages[index - 1 : index]
    for page_id in chosen:
        account.media.pages[page_id].deleted = True
    if all(account.media.pages[page_id].deleted for page_id in job.pages):
        job.status = "DELETE"
    world.changes.publish("job")
    world.changes.publish("inbox")
