"""The changes of issues that an editor orders in the console: publish, withdraw, pin, restore.

Each is confirmed on a page that tells what follows for readers and campaigns. The order carries the state that the
page showed: when somebody else changed the issue meanwhile, nothing is done and the page shows it as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from wxbot import library
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound
from wxbot.library import Article, ArticleStatus, Issue, IssueState, RevisionComparison
from wxbot.push import publishing
from wxbot.push.content_changes import CampaignEffect, preview_content_change, preview_withdrawal
from wxbot.rendering import issue_label
from wxbot.wiring import Services

__all__ = [
    "DONE_MESSAGES",
    "IssueOrder",
    "OrderBy",
    "allowed_on_article",
    "allowed_on_issue",
    "article_order",
    "issue_order",
    "require_issue",
    "restore_order",
]

DONE_MESSAGES = {
    "publish": "已公开。",
    "withdraw": "已撤下。",
    "publish-article": "这一篇已重新公开。",
    "withdraw-article": "这一篇已撤下。",
    "pin": "已置顶。",
    "unpin": "已取消置顶。",
    "restore": "已恢复，记为一次新的修订。",
    "taken": "已收下这个文件。",
    "taken-held": "已收下这个文件；有疑问，先等着看，会员还看不到。",
    "held": "已收下这个文件，先不公开：会员还看不到，看好了再按“公开”。",
    "same": "内容本来就是这样，什么也没有改。",
}


@dataclass(frozen=True)
class OrderBy:
    """An editor's confirmation: who confirms, the state that the page showed, and the reason."""

    person: str
    seen: str
    reason: str = ""


@dataclass(frozen=True)
class IssueOrder:
    """A change that can be ordered: its texts, its effects on campaigns, and the call that carries it out.

    `run` returns the name of a message in DONE_MESSAGES. `comparison` is what the change does to the content.
    """

    label: str
    heading: str
    explanation: str
    back: str
    effects: Sequence[CampaignEffect]
    run: Callable[[Services, OrderBy], str]
    needs_reason: bool = False
    comparison: RevisionComparison | None = None


def require_issue(session: Session, key: str) -> Issue:
    """Return an issue in whatever state by its key; raise NotFound."""
    issue = library.any_issue(session, key)
    if issue is None:
        raise NotFound(f"书架上没有 {key}", remedy="回到书架看有哪些期。")
    return issue


def allowed_on_issue(issue: Issue) -> Mapping[str, str]:
    """Return the labels of the changes that the state of an issue allows, by verb."""
    allowed = {}
    if issue.pending is not None and issue.is_public:
        allowed["publish"] = f"公开第 {issue.pending} 次修订"
    elif not issue.is_public:
        allowed["publish"] = "重新公开" if issue.state == IssueState.WITHDRAWN else "公开"
    if issue.state != IssueState.WITHDRAWN:
        allowed["withdraw"] = "撤下"
    return allowed


def allowed_on_article(article: Article) -> Mapping[str, str]:
    """Return the labels of the changes that the status of an article allows, by verb."""
    if article.status == ArticleStatus.REMOVED:
        return {}
    if article.status == ArticleStatus.WITHDRAWN:
        return {"publish": "重新公开"}
    pinning = {"unpin": "取消置顶"} if article.pinned else {"pin": "置顶"}
    return pinning | {"withdraw": "撤下"}


def issue_order(session: Session, issue: Issue, verb: str) -> IssueOrder:
    """Return the order to publish or withdraw an issue; raise Forbidden where its state does not allow it."""
    label = _label(allowed_on_issue(issue), verb, issue.key)
    back, heading = f"shelf/{quote(issue.key)}", f"{label}：{_name(issue)}"
    if verb == "withdraw":
        effects = preview_withdrawal(session, issue.key)
        explanation = _WITHDRAW if issue.is_public else _DISMISS
        return IssueOrder(label, heading, explanation, back, effects, partial(_withdraw, issue.key), True)
    run, effects = partial(_publish, issue.key), preview_content_change(session, issue.key)
    if issue.pending is None:
        explanation = _PUBLISH_AGAIN if issue.state == IssueState.WITHDRAWN else _PUBLISH
        return IssueOrder(label, heading, explanation, back, effects, run)
    comparison = library.compare_revisions(session, issue, issue.pending)
    return IssueOrder(label, heading, _PUBLISH_REVISION, back, effects, run, comparison=comparison)


def article_order(session: Session, issue: Issue, n: int, verb: str) -> IssueOrder:
    """Return the order to withdraw, publish or pin an article; raise NotFound or Forbidden."""
    article = library.any_article(session, issue.key, n)
    if article is None:
        raise NotFound(f"{issue.key} 没有第 {n} 篇", remedy="回到这一期的目录再选。")
    label = _label(allowed_on_article(article), verb, f"{issue.key} 第 {n} 篇")
    effects: Sequence[CampaignEffect] = ()
    if verb == "withdraw":
        effects = preview_withdrawal(session, issue.key, n)
    elif verb == "publish":
        effects = preview_content_change(session, issue.key)
    return IssueOrder(
        label,
        f"{label}：{_name(issue)} 第 {n} 篇《{article.title}》",
        _ARTICLE_EXPLANATIONS[verb],
        f"text/{quote(issue.key)}/{n}",
        effects,
        partial(_change_article, issue.key, n, verb),
        needs_reason=verb == "withdraw",
    )


def restore_order(session: Session, issue: Issue, revision: int) -> IssueOrder:
    """Return the order to restore a revision; raise NotFound for one that the issue does not have."""
    comparison = library.compare_with_present(session, issue, revision)
    waiting = (
        f"第 {issue.pending} 次修订不再等着看，它的内容留在经过里。" if issue.pending is not None else ""
    )
    return IssueOrder(
        "恢复",
        f"恢复：{_name(issue)} 第 {revision} 次修订",
        f"{_RESTORE}{waiting}",
        f"history/{quote(issue.key)}",
        preview_content_change(session, issue.key) if comparison.diff else [],
        partial(_restore, issue.key, revision),
        comparison=comparison,
    )


_PUBLISH = "网页、回答、检索和最新一期里，会员马上看得到它。推送另外计划。"
_PUBLISH_AGAIN = "它重新出现在网页、回答和检索里，网址照旧；单独撤下的文章仍然撤下。"
_PUBLISH_REVISION = "会员现在看到的还是上一次的内容；公开之后换成这一次的。每篇的网址不变。"
_WITHDRAW = "网页改为说明已撤下，回答、检索、最新一期里马上不再有它。网址留着，随时可以重新公开。"
_DISMISS = "它还没有公开，会员没有见过；撤下之后不再等着看，书架上仍找得到，随时可以公开。"
_RESTORE = (
    "这一次修订的内容成为现在的内容，记为一次新的修订；后来的都留在经过里。原稿不动，它再改时又是一次修订。"
)
_ARTICLE_EXPLANATIONS = {
    "withdraw": "这一篇的网页改为说明已撤下，回答和检索里马上不再有它；这一期别的文章不变。以后的修订里它仍然撤下。",
    "publish": "这一篇重新出现在网页、回答和检索里，网址照旧。",
    "pin": "会员查它的栏目时，它排在最前。这一期网页上的次序不变。",
    "unpin": "会员查它的栏目时，它回到原来的次序。",
}


def _name(issue: Issue) -> str:
    """Return the name and the number of an issue as people write them."""
    return f"{issue.title} {issue_label(issue)}".strip()


def _label(allowed: Mapping[str, str], verb: str, what: str) -> str:
    """Return the label of a change; raise Forbidden where it is not allowed."""
    if verb not in allowed:
        raise Forbidden(f"{what} 现在不能这样改：它可能刚被改过", remedy="回到书架，看它现在的样子。")
    return allowed[verb]


def _publish(key: str, services: Services, order: OrderBy) -> str:
    done, _ = publishing.publish(services.pusher, key, by=order.person, now=services.now(), seen=order.seen)
    return "publish" if done else "same"


def _withdraw(key: str, services: Services, order: OrderBy) -> str:
    done, _ = publishing.withdraw(
        services.db, key, order.reason, by=order.person, now=services.now(), seen=order.seen
    )
    return "withdraw" if done else "same"


def _change_article(key: str, n: int, verb: str, services: Services, order: OrderBy) -> str:
    changes: Mapping[str, Callable[[Session], tuple[Article, bool]]] = {
        "withdraw": partial(library.withdraw_article, key=key, n=n, reason=order.reason),
        "publish": partial(library.publish_article, key=key, n=n),
        "pin": partial(library.pin_article, key=key, n=n, pinned=True),
        "unpin": partial(library.pin_article, key=key, n=n, pinned=False),
    }
    publishing.change_article(
        services.pusher,
        key,
        n,
        changes[verb],
        what=verb,
        by=order.person,
        now=services.now(),
        reason=order.reason,
        seen=order.seen,
    )
    return f"{verb}-article" if verb in {"withdraw", "publish"} else verb


def _restore(key: str, revision: int, services: Services, order: OrderBy) -> str:
    number, _ = publishing.restore(
        services.pusher, key, revision, by=order.person, now=services.now(), seen=order.seen
    )
    return "restore" if number is not None else "same"
