"""JSON views of accounts, drafts, jobs, publications and quotas for the control interface."""

__all__ = ["account_view", "draft_view", "job_view", "publication_view", "quota_view"]

from dataclasses import asdict
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.jobs import MassSendJob, PublishedDraft
from wechat_simulator.media_store import Draft, local_path
from wechat_simulator.rights import KINDS, is_allowed
from wechat_simulator.world import World


def account_view(account: Account) -> dict[str, Any]:
    """Return the account's settings, secrets included: tests need them, and the account is not real."""
    return asdict(account.identity) | {
        "kind_name": KINDS[account.identity.kind],
        "followers": account.followers.total,
    }


def draft_view(draft: Draft) -> dict[str, Any]:
    """Return a draft; `open` and `picture` of each article are paths of the simulator."""
    articles = [
        {
            **article,
            "open": local_path(article["url"]),
            "picture": local_path(article.get("thumb_url", "")),
        }
        for article in draft.articles
    ]
    return {"media_id": draft.media_id, "update_time": int(draft.updated), "articles": articles}


def job_view(job: MassSendJob) -> dict[str, Any]:
    """Return a mass message with its state and counts."""
    names = (
        "msg_id msg_data_id at msgtype title status stage outcome to_all tag_id clientmsgid"
        " total filtered sent errors sent_at pages"
    )
    return {name: getattr(job, name) for name in names.split()}


def publication_view(account: Account, one: PublishedDraft) -> dict[str, Any]:
    """Return a publication with its state; `open` are the simulator's paths to its articles."""
    pages = [account.media.pages[page] for page in one.pages]
    return {
        "publish_id": one.publish_id,
        "article_id": one.article_id,
        "at": one.at,
        "status": one.status,
        "media_id": one.media_id,
        "articles": [{"title": page.article["title"], "open": f"/s/{page.id}"} for page in pages],
    }


def quota_view(world: World, account: Account) -> list[dict[str, Any]]:
    """Return used and allowed calls today for every endpoint that the account has the right to."""
    now = world.now()
    rows = []
    for path, limits in world.limits.items():
        if is_allowed(account.identity.kind, limits.right):
            usage = account.quotas.usage(path, now)
            limit = limits.daily if usage.daily is None else usage.daily
            rows.append({"path": path, "used": usage.today, "limit": limit})
    return rows
