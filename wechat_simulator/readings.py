"""Readers with an article: they read, share, keep, like it, and comment on it."""

__all__ = ["KINDS", "comment", "note"]

from wechat_simulator.account import Account
from wechat_simulator.statistics import articles

KINDS = ("read", "share", "favour", "like")


def note(account: Account, page_id: str, what: str, who: str, now: float) -> None:
    """Count that somebody did something with an article; ValueError for an unknown article or deed."""
    if page_id not in account.shelf.pages:
        raise ValueError(f"no article {page_id}")
    if what not in KINDS:
        raise ValueError(f"does is one of {', '.join(KINDS)}")
    account.fact(now, f"{what} {page_id}")
    account.fact(now, f"{what}er {page_id} {who}")


def comment(account: Account, page_id: str, openid: str, content: str, now: float) -> int:
    """Write a comment; its user_comment_id. ValueError for an unknown article, or one closed to comments."""
    found = next((one for one in articles(account) if one.page.id == page_id), None)
    if found is None:
        raise ValueError(f"no article {page_id}")
    data_id, _, at = found.msgid.partition("_")
    thread = account.comments.setdefault(f"{data_id}_{int(at) - 1}", {"open": True, "list": []})
    if not thread["open"]:
        raise ValueError("comments are closed")
    number = account.next("comment")
    thread["list"].append(
        {
            "user_comment_id": number,
            "openid": openid,
            "create_time": int(now),
            "content": content,
            "comment_type": 0,
        }
    )
    account.fact(now, f"comment {page_id}")
    return number
