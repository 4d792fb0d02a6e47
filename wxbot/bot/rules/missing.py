"""Describe what a rule or a menu entry points at, when members cannot see it: missing, held, or withdrawn."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from wxbot import library
from wxbot.bulletin.issue_number import IssueReference
from wxbot.db import Session
from wxbot.library import Issue, IssueState
from wxbot.search.names import LibraryNames, NamedPublication

__all__ = ["missing_article", "missing_issue", "missing_publication", "unreachable_links"]

_ARCHIVE = "archive/"


def missing_publication(name: str, names: LibraryNames) -> str:
    """Describe a publication that has no public issue."""
    known = "、".join(f"{each.slug}（{each.name}）" if each.slug else each.name for each in names.public)
    return f"没有公开了的刊物「{name}」" + (f"，现有：{known}" if known else "")


def missing_issue(session: Session, of: IssueReference, publication: NamedPublication | None = None) -> str:
    """Describe an issue that members cannot see."""
    name = f"{publication.short_name if publication else ''}{of}"
    found = library.find(session, of, publication.id if publication else None, everything=True)
    return f"书架上没有{name}" if found is None else f"{name}{_why_hidden(found)}"


def missing_article(session: Session, public_id: str) -> str:
    """Describe an article that members cannot see."""
    key, _, n = public_id.rpartition("/")
    found = library.any_article(session, key, int(n)) if n.isascii() and n.isdecimal() else None
    if found is None:
        return f"书架上没有文章 {public_id}"
    issue = library.any_issue(session, key)
    of_issue = issue is not None and not issue.is_public
    why = _why_hidden(issue) if issue and of_issue else found.status_label
    return f"文章 {public_id}「{found.title}」{'所在的一期' if of_issue else ''}{why}，会员看不到"


def unreachable_links(session: Session, text: str, public_url: str) -> Iterator[str]:
    """Yield a description of each link in a text to a page of ours that members cannot see."""
    root = public_url.rstrip("/")
    if not root:
        return
    for found in re.finditer(rf"{re.escape(root)}/(?P<page>[ia])/(?P<key>[^\s\"'<>?#]+)", text):
        key = unquote(found["key"]).strip("/")
        says = (
            _unreachable_issue(session, key) if found["page"] == "i" else _unreachable_article(session, key)
        )
        if says:
            yield f" {found[0]}：{says}"


def _unreachable_issue(session: Session, key: str) -> str:
    issue = library.any_issue(session, key)
    if issue is not None and issue.is_public:
        return ""
    return f"书架上没有 {key}" if issue is None else f"{key} {_why_hidden(issue)}"


def _unreachable_article(session: Session, key: str) -> str:
    public_id = key.removeprefix(_ARCHIVE)
    return "" if library.by_id(session, public_id) else missing_article(session, public_id)


def _why_hidden(issue: Issue) -> str:
    return "已撤下" if issue.state == IssueState.WITHDRAWN else "还没有公开"
