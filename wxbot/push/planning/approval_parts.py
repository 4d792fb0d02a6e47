"""Parts that an approval covers, their hash, and the differences between the planned and the present parts.

The parts are stored with the campaign, and the hash that an editor approves is computed from them. If a part changes
later, the approval is withdrawn and the editor reads which part it was: a title, a text, the order, the time, the
audience, the route, a setting.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from wxbot import library, rendering
from wxbot.bulletin.push_form import PushForm
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.audience.resolve import PlanRequest
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.tables import Campaign, EditorChoice, Route
from wxbot.push.planning.compose import compose_draft, push_form_of
from wxbot.push.push_settings import PushSettings

__all__ = [
    "adopt_changes",
    "approval_parts",
    "article_json",
    "changes_since_plan",
    "describe_differences",
    "hash_parts",
    "require_not_withdrawn",
    "update_parts",
]

Parts = Mapping[str, Any]

_FIELDS = {
    "digest": "摘要",
    "content": "正文",
    "source": "「阅读原文」的链接",
    "author": "作者",
    "cover": "封面",
    "comments": "留言",
}
_SETTINGS = {"public_url": "读者访问的地址", "author": "公众号名称", "notice": "订阅通知的模板"}


def approval_parts(
    target: PlanRequest | Campaign,
    articles: Sequence[rendering.DraftArticle],
    settings: PushSettings,
    routes: Sequence[str],
    form: PushForm,
) -> dict[str, Any]:
    """Return everything that an approval of `target` covers, as plain JSON; long texts as their hashes.

    `routes` are those that may be used for one person. A `form` may decide about cards too, which are no articles.
    """
    notice = settings.notice if Route.NOTICE in routes else None
    return {
        "number": target.number,
        "route": str(target.route),
        "ways": [str(route) for route in routes],
        "template": notice.template if notice else "",
        "audience": str(target.audience),
        "at": target.at.astimezone(dt.UTC).isoformat() if target.at else None,
        "articles": [_article_parts(article) for article in articles],
        "settings": {
            "public_url": settings.public_url,
            "author": settings.author,
            "notice": _short_hash([notice.template, dict(notice.fields)]) if notice else "",
        },
        **({"form": form.to_json()} if form else {}),
    }


def article_json(place: int, article: rendering.DraftArticle, form: PushForm) -> dict[str, Any]:
    """Return an article of a message as a campaign stores it; `item` and `of` name it whatever the order is.

    Digest and author are there where an editor wrote them, comments where they are on.
    """
    written = {
        "digest": form.of(article.of).digest and article.digest,
        "author": form.author_of(article.of) and article.author,
        "comments": article.comments,
    }
    return {
        "title": article.title,
        "n": place,
        "holds": list(article.articles),
        "item": article.item,
        "of": article.of,
        **{key: value for key, value in written.items() if value},
    }


def hash_parts(parts: Parts) -> str:
    """Return the hash of the parts, 12 hexadecimal digits; it changes with every part."""
    return _short_hash(parts)


def describe_differences(before: Parts, after: Parts) -> list[str]:
    """Return the differences between two sets of parts, one Chinese sentence each; empty if there are none."""
    if not before:
        return ["计划由旧版本的程序写下"] if after else []
    sentences = [
        *_value_difference(before, after, "number", "期号"),
        *_value_difference(before, after, "audience", "对象"),
        *_time_difference(before["at"], after["at"]),
        *_route_difference(before, after),
        *_article_differences(before["articles"], after["articles"]),
    ]
    for key, label in _SETTINGS.items():
        old, new = before["settings"].get(key, ""), after["settings"].get(key, "")
        if old != new:
            sentences.append(
                f"设置「{label}」改了" if key == "notice" else f"设置「{label}」从「{old}」改为「{new}」"
            )
    if not sentences and before.get("form") != after.get("form"):
        sentences.append("推送的各条、标题、摘要、作者、留言、顺序或封面的设置改了")
    return sentences


def changes_since_plan(session: Session, campaign: Campaign, settings: PushSettings) -> list[str]:
    """Return what has changed since a campaign was planned, one Chinese sentence each; empty if nothing has."""
    try:
        current = _current_parts(session, campaign, settings)
    except (NotFound, UsageError, Forbidden) as error:
        return [error.message]
    return describe_differences(campaign.parts, current)


def require_not_withdrawn(session: Session, campaign: Campaign) -> None:
    """Raise Forbidden if an editor withdrew the issue of the campaign."""
    issue = library.any_issue(session, campaign.number)
    if issue is not None and issue.state == library.IssueState.WITHDRAWN:
        raise Forbidden(
            f"{campaign.number} 已经撤下，计划 {campaign.id} 不能继续发",
            remedy=f"改好后重新公开：wxbot publish {campaign.number}；不再发：wxbot push cancel {campaign.id}",
        )


def update_parts(session: Session, campaign: Campaign, settings: PushSettings) -> None:
    """Replace the campaign's parts and hash by the present ones, for example after its time was removed."""
    campaign.parts = _current_parts(session, campaign, settings)
    campaign.hash = hash_parts(campaign.parts)


def adopt_changes(session: Session, campaign: Campaign, settings: PushSettings) -> None:
    """Update the parts and hash of a campaign that is half out to the present content, which an editor then resumes."""
    try:
        update_parts(session, campaign, settings)
    except (NotFound, UsageError, Forbidden):
        return  # there is nothing to send: the reason says so, and a resumed campaign is verified again


def _current_parts(session: Session, campaign: Campaign, settings: PushSettings) -> dict[str, Any]:
    articles = compose_draft(session, campaign.number, settings, EditorChoice.from_campaign(campaign))
    form = push_form_of(session, campaign)
    return approval_parts(campaign, articles, settings, campaign.parts.get("ways", ()), form)


def _article_parts(article: rendering.DraftArticle) -> dict[str, Any]:
    return {
        "title": article.title,
        "digest": _short_hash(article.digest),
        "content": _short_hash(article.content),
        "source": article.content_source_url,
        "author": article.author,
        "cover": _short_hash(repr(article.art) + article.cover_picture),
        **({"comments": article.comments} if article.comments else {}),
    }


def _short_hash(value: Any) -> str:
    document = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _value_difference(before: Parts, after: Parts, key: str, label: str) -> list[str]:
    return [] if before[key] == after[key] else [f"{label}从「{before[key]}」改为「{after[key]}」"]


def _time_difference(old: str | None, new: str | None) -> list[str]:
    return [] if old == new else [f"时刻从 {old or '批准后立即'} 改为 {new or '批准后立即'}"]


def _route_difference(before: Parts, after: Parts) -> list[str]:
    if before["route"] != after["route"]:
        return [f"方式从「{ROUTE_LABELS[before['route']]}」改为「{ROUTE_LABELS[after['route']]}」"]
    if before["ways"] != after["ways"]:
        old, new = ("、".join(ROUTE_LABELS[route] for route in parts["ways"]) for parts in (before, after))
        return [f"可用的方式从「{old}」改为「{new}」"]
    return []


def _article_differences(before: Sequence[Parts], after: Sequence[Parts]) -> list[str]:
    # Articles are matched by title; one with the same place and another title counts as renamed.
    old, new = [article["title"] for article in before], [article["title"] for article in after]
    if sorted(old) == sorted(new) and old != new:
        return ["文章的顺序改了", *_text_differences(before, after)]
    if len(old) != len(new):
        removed, added = (
            [title for title in old if title not in new],
            [title for title in new if title not in old],
        )
        sentences = [f"少了「{title}」" for title in removed] + [f"多了「{title}」" for title in added]
        return [
            *(sentences or [f"文章从 {len(old)} 条变为 {len(new)} 条"]),
            *_text_differences(before, after),
        ]
    sentences = []
    for place, (was, is_) in enumerate(zip(before, after, strict=True), 1):
        if was["title"] != is_["title"]:
            sentences.append(f"第 {place} 条的标题从「{was['title']}」改为「{is_['title']}」")
        sentences += _field_differences(f"第 {place} 条「{is_['title']}」", was, is_)
    return sentences


def _text_differences(before: Sequence[Parts], after: Sequence[Parts]) -> list[str]:
    """Return the differences inside the articles whose titles are in both."""
    old, new = ({article["title"]: article for article in articles} for articles in (before, after))
    return [
        sentence
        for title, was in old.items()
        if title in new
        for sentence in _field_differences(f"「{title}」", was, new[title])
    ]


def _field_differences(label: str, was: Parts, is_: Parts) -> list[str]:
    changed = [word for key, word in _FIELDS.items() if was.get(key) != is_.get(key)]
    return [f"{label}的{'、'.join(changed)}改了"] if changed else []
