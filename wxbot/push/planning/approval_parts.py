"""What an approval is for, part by part, and what has changed since.

The parts are kept with the plan; the hash that an editor approves is made of them. When one of them is another later,
the approval falls, and the editor reads which: a title, a text, the order, the hour, the audience, the way, a setting.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from wxbot import rendering
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.tables import Campaign, Route
from wxbot.push.planning.content import compose_draft
from wxbot.push.push_settings import EditorChoice, PushSettings

__all__ = ["approval_parts", "changes_since_plan", "describe_differences", "hash_parts", "update_parts"]

Parts = Mapping[str, Any]

_FIELDS = {
    "digest": "摘要",
    "content": "正文",
    "source": "「阅读原文」的链接",
    "author": "作者",
    "cover": "封面",
}
_SETTINGS = {"public_url": "读者访问的地址", "author": "公众号名称", "notice": "订阅通知的模板"}


def approval_parts(
    number: str,
    route: str,
    audience: str,
    at: dt.datetime | None,
    articles: Sequence[rendering.DraftArticle],
    settings: PushSettings,
    ways: Sequence[str] = (),
) -> dict[str, Any]:
    """All that an approval is for, as plain JSON; long texts by their hashes."""
    form = settings.notice
    return {
        "number": number,
        "route": str(route),
        "ways": [str(way) for way in ways],
        "template": form.template if form and Route.NOTICE in ways else "",
        "audience": audience,
        "at": at.astimezone(dt.UTC).isoformat() if at else None,
        "articles": [_article(article) for article in articles],
        "settings": {
            "public_url": settings.public_url,
            "author": settings.author,
            "notice": _short_hash([form.template, dict(form.fields)])
            if form and Route.NOTICE in ways
            else "",
        },
    }


def hash_parts(parts: Parts) -> str:
    """A short mark of all of it: whatever changes, the mark does."""
    return _short_hash(parts)


def describe_differences(before: Parts, after: Parts) -> list[str]:
    """What is another in `after`, a sentence each, in Chinese; nothing when nothing changed."""
    if not before:
        return ["计划由旧版本的程序写下"] if after else []
    said = [
        *_plain(before, after, "number", "期号"),
        *_plain(before, after, "audience", "对象"),
        *_hours(before["at"], after["at"]),
        *_routes(before, after),
    ]
    said += _articles(before["articles"], after["articles"])
    for key, word in _SETTINGS.items():
        old, new = before["settings"].get(key, ""), after["settings"].get(key, "")
        if old != new:
            said.append(
                f"设置「{word}」改了" if key == "notice" else f"设置「{word}」从「{old}」改为「{new}」"
            )
    return said


def changes_since_plan(session: Session, campaign: Campaign, settings: PushSettings) -> list[str]:
    """What of a campaign is not what its plan says any more, a sentence each."""
    try:
        now = _now(session, campaign, settings)
    except (NotFound, UsageError, Forbidden) as gone:
        return [gone.message]
    return describe_differences(campaign.parts, now)


def update_parts(session: Session, campaign: Campaign, settings: PushSettings) -> None:
    """Let the campaign's parts and hash be those of what it says now, such as after its hour was taken away."""
    campaign.parts = _now(session, campaign, settings)
    campaign.hash = hash_parts(campaign.parts)


def _now(session: Session, campaign: Campaign, settings: PushSettings) -> dict[str, Any]:
    articles = compose_draft(session, campaign.number, settings, EditorChoice.from_campaign(campaign))
    ways = campaign.parts.get("ways", ())
    return approval_parts(
        campaign.number, campaign.route, campaign.audience, campaign.at, articles, settings, ways
    )


def _article(article: rendering.DraftArticle) -> dict[str, Any]:
    return {
        "title": article.title,
        "digest": _short_hash(article.digest),
        "content": _short_hash(article.content),
        "source": article.content_source_url,
        "author": article.author,
        "cover": _short_hash(repr(article.art)),
    }


def _short_hash(value: Any) -> str:
    whole = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _plain(before: Parts, after: Parts, key: str, word: str) -> list[str]:
    return [] if before[key] == after[key] else [f"{word}从「{before[key]}」改为「{after[key]}」"]


def _hours(old: str | None, new: str | None) -> list[str]:
    if old == new:
        return []
    return [f"时刻从 {old or '批准后立即'} 改为 {new or '批准后立即'}"]


def _routes(before: Parts, after: Parts) -> list[str]:
    if before["route"] != after["route"]:
        return [f"方式从「{ROUTE_LABELS[before['route']]}」改为「{ROUTE_LABELS[after['route']]}」"]
    if before["ways"] != after["ways"]:
        old, new = ("、".join(ROUTE_LABELS[way] for way in parts["ways"]) for parts in (before, after))
        return [f"可用的方式从「{old}」改为「{new}」"]
    return []


def _articles(before: Sequence[Parts], after: Sequence[Parts]) -> list[str]:
    """Articles are told apart by their titles; one that kept its place but not its title was renamed."""
    old, new = [article["title"] for article in before], [article["title"] for article in after]
    if sorted(old) == sorted(new) and old != new:
        return ["文章的顺序改了", *_texts(_by_title(before), _by_title(after))]
    if len(old) != len(new):
        gone, come = [t for t in old if t not in new], [t for t in new if t not in old]
        said = [f"少了「{title}」" for title in gone] + [f"多了「{title}」" for title in come]
        return [
            *(said or [f"文章从 {len(old)} 条变为 {len(new)} 条"]),
            *_texts(_by_title(before), _by_title(after)),
        ]
    said = []
    for place, (was, is_) in enumerate(zip(before, after, strict=True), 1):
        if was["title"] != is_["title"]:
            said.append(f"第 {place} 条的标题从「{was['title']}」改为「{is_['title']}」")
        said += _fields(f"第 {place} 条「{is_['title']}」", was, is_)
    return said


def _by_title(articles: Sequence[Parts]) -> dict[str, Parts]:
    return {article["title"]: article for article in articles}


def _texts(before: Mapping[str, Parts], after: Mapping[str, Parts]) -> list[str]:
    """What changed inside the articles that are there before and after."""
    return [
        said
        for title, was in before.items()
        if title in after
        for said in _fields(f"「{title}」", was, after[title])
    ]


def _fields(what: str, was: Parts, is_: Parts) -> list[str]:
    words = [word for key, word in _FIELDS.items() if was[key] != is_[key]]
    return [f"{what}的{'、'.join(words)}改了"] if words else []
