"""Processing of an accepted mass message: confirmation, originality check, sending, the event (section F3)."""

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
    """Schedule the job's sending; a message to all may first need the administrator's confirmation."""
    if account.identity.admin_confirms and job.to_all:
        job.stage = "confirming"
        world.schedule_action(account, CONFIRM_SECONDS, "mass unconfirmed", msg_id=job.msg_id)
    else:
        world.schedule_action(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    world.changes.publish("job")


def decide_job(world: World, account: Account, job: MassSendJob, accept: bool) -> None:
    """Apply the administrator's decision. Raise ValueError when the job does not wait for one."""
    if job.stage != "confirming":
        raise ValueError("this job does not wait for the administrator")
    if accept:
        job.stage = "sending"
        world.schedule_action(account, account.identity.mass_delay, "mass sent", msg_id=job.msg_id)
    else:
        _fail_job(world, account, job, REFUSED)
    world.changes.publish("job")


def expire_confirmation(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Fail a job that the administrator has not confirmed within half an hour."""
    job = account.mass_messages.jobs[arguments["msg_id"]]
    if job.stage == "confirming":
        _fail_job(world, account, job, UNANSWERED)


def send_job(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Send a job that is due: check originality, select recipients, report the result."""
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
    """Return the originality check's verdict on each article; "" if it is original."""
    verdicts = account.identity.originality
    return [verdicts.get(one["title"], "") for one in job.content.get("articles", [])]


def _deliver(world: World, account: Account, job: MassSendJob) -> None:
    """Send the job to its recipients and record the counts."""
    now = world.now()
    selection = select_recipients(account, job, now)
    job.audience, job.sent = selection.audience, selection.audience.size()
    job.errors = len(job.openids) - selection.total if job.openids is not None else 0
    job.total, job.filtered = selection.total + job.errors, job.sent + job.errors
    job.status, job.stage, job.outcome, job.sent_at = "SEND_SUCCESS", "done", "send success", now
    count_deliveries(account, job, now)
    pages = _publish_draft(account, job, now)
    job.entry = {"id": account.next_number("entry"), "at": round(now, 3), "from": "account", "via": "mass"}
    job.entry |= {"msg_id": job.msg_id} | _inbox_content(job, pages)
    account.count_event(now, "pages sent", job.sent * max(1, len(pages)))
    world.changes.publish("inbox")
    _report_job(world, account, job)


def _publish_draft(account: Account, job: MassSendJob, now: float) -> list[ArticlePage]:
    """Create the pages of the job's articles and delete the draft; it cannot be sent twice."""
    articles = job.content.get("articles")
    if articles is None:
        return []
    pages = account.media.publish_articles(articles, now, f"m{job.msg_id}")
    account.media.drafts.pop(job.content["media_id"], None)
    account.media.sent_drafts[job.content["media_id"]] = job.content["digest"]
    job.pages = [page.id for page in pages]
    return pages


def _inbox_content(job: MassSendJob, pages: list[ArticlePage]) -> dict[str, Any]:
    """Return the inbox entry's content: cards for articles, else the message itself."""
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
    """Return the permanent link of an article."""
    return f"http://mp.weixin.qq.com/s/{page_id}"


def _fail_job(world: World, account: Account, job: MassSendJob, outcome: str) -> None:
    """End a job without recipients, with the given Status."""
    job.status, job.stage, job.outcome = "SEND_FAIL", "done", outcome
    job.audience = RecipientSet()
    _report_job(world, account, job)


def _report_job(world: World, account: Account, job: MassSendJob) -> None:
    """Send MASSSENDJOBFINISH (section B3) to the account's server."""
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
    message = job_event(
        account, world.now(), "MASSSENDJOBFINISH", fields, account.followers.prefix + "mphelper"
    )
    callbacks.push(world, account, message)
    world.changes.publish("job")
    world.changes.publish("draft")


def _copyright_result(verdicts: list[str]) -> dict[str, Any]:
    """Return the originality results of all articles; CheckState 1 means that nothing was found."""
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
    """Delete an article of a sent job (1-based), or all with index 0; the card stays in the chats."""
    chosen = job.pages if index == 0 else job.pages[index - 1 : index]
    for page_id in chosen:
        account.media.pages[page_id].deleted = True
    if all(account.media.pages[page_id].deleted for page_id in job.pages):
        job.status = "DELETE"
    world.changes.publish("job")
    world.changes.publish("inbox")
