"""The platform's API with typed values; every failure is one of `wxbot.errors`.

    connect   create a WeChat for an account; no call is made yet
    WeChat    one method for each call

Every call may raise TryLater, QuotaSpent, ConfirmationNeeded, Misconfigured, Refused or FollowerUnreachable; calls
that change something beyond repeat raise OutcomeUnknown when the answer was lost. A stale token is renewed once by
itself.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

from wxbot.errors import TryLater
from wxbot.lazy import LazyModule
from wxbot.wechat.errcodes import DUPLICATE
from wxbot.wechat.js_sdk import PageSignature, sign_page
from wxbot.wechat.replies import Card
from wxbot.wechat.responses import (
    ArticleStatistics,
    DayStatistics,
    DraftSummary,
    FollowerPage,
    FollowerProfile,
    MassSubmission,
    PublishResult,
    Quota,
    Tag,
)
from wxbot.wechat.text_markup import cut_text
from wxbot.wechat.token import TokenStore

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from wxbot.wechat import wechatpy_client
else:
    # It loads requests and wechatpy; answering a member needs neither.
    wechatpy_client = LazyModule("wxbot.wechat.wechatpy_client")

__all__ = ["WeChat", "connect"]

Article = dict[str, Any]
T = TypeVar("T")

_KINDS = {".png": "image/png", ".gif": "image/gif", ".bmp": "image/bmp"}


def _now() -> datetime:
    """Return the current time; it decides only whether a token is still valid."""
    return datetime.now(UTC)


def connect(
    *,
    app_id: str,
    app_secret: str,
    platform_url: str,
    store: TokenStore,
    via: "BaseAdapter | None" = None,
    timeout: tuple[float, float] = (3, 10),
    clock: Callable[[], datetime] = _now,
) -> "WeChat":
    """Create the client of one account; no call is made until its first method.

    `platform_url` is the platform's root and may have a path; `store` shares the token between processes; `via` is an
    adapter that carries every call elsewhere, such as to a simulator; `timeout` is seconds to connect and to wait for a
    piece of a response. Raises SettingsError for an invalid address.
    """
    return WeChat(
        wechatpy_client.PlatformClient(app_id, app_secret, platform_url, store, clock, via, timeout)
    )


class WeChat:
    """Calls of one account to the platform; safe for threads."""

    def __init__(self, client: "wechatpy_client.PlatformClient") -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<WeChat of {self._client.appid}>"

    def ping(self) -> None:
        """Make sure that there is a token; call the platform only when none is stored."""
        self._client.fetch_access_token()

    def check_access(self) -> None:
        """Request a token even if one is stored: only this call checks the secret and the IP allow-list."""
        self._client.check()

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    # Pictures: section H

    def upload_image(self, picture: bytes, filename: str) -> str:
        """Upload a JPG or PNG below 1 MB for the body of an article; return its address at the platform."""
        return str(self._client.pictures.upload(picture, filename, _kind(filename))["url"])

    def add_picture(self, picture: bytes, filename: str) -> tuple[str, str]:
        """Upload a permanent picture of up to 10 MB, such as a cover; return its media_id and address."""
        added = self._client.pictures.add(picture, filename, _kind(filename))
        return str(added["media_id"]), str(added.get("url", ""))

    # Drafts (G1); an article is the platform's own dict

    def add_draft(self, articles: Sequence[Article]) -> str:
        """Create a draft of up to eight articles; return its media_id."""
        return str(self._client.draft.add(articles)["media_id"])

    def get_draft(self, media_id: str) -> list[Article]:
        """Return the articles of a draft. Raises Refused (40007) once it was sent or deleted."""
        return list(self._client.draft.get(media_id)["news_item"])

    def fetch_drafts(self, offset: int = 0, count: int = 20, no_content: bool = True) -> list[DraftSummary]:
        """Return up to 20 drafts from the draft box, newest first."""
        return _convert(_drafts, self._client.draft.batch(offset, count, no_content))

    def count_drafts(self) -> int:
        """Return the number of drafts in the draft box."""
        return int(self._client.draft.count()["total_count"])

    def delete_draft(self, media_id: str) -> None:
        """Delete a draft permanently."""
        self._client.draft.delete(media_id)

    # Mass messages (F)

    def send_to_all(
        self, media_id: str, clientmsgid: str, *, tag_id: int | None = None, ignore_reprint: bool = True
    ) -> MassSubmission:
        """Queue a draft for every follower, or for those with one tag.

        `clientmsgid` (at most 32 bytes) is the idempotency key: from one minute to 24 hours after the first call, the
        platform answers a repeated one with the first job. After OutcomeUnknown, repeat it with the same one.
        """
        return _mass_submission(self._client.mass.send_all(media_id, clientmsgid, tag_id, ignore_reprint))

    def send_to_list(
        self, openids: Sequence[str], media_id: str, clientmsgid: str, *, ignore_reprint: bool = True
    ) -> MassSubmission:
        """Queue a draft for 2 to 10,000 followers; for verified service accounts."""
        return _mass_submission(self._client.mass.send_list(openids, media_id, clientmsgid, ignore_reprint))

    def preview(self, media_id: str, openid: str) -> None:
        """Send a preview of a draft to one follower; at most 100 a day."""
        self._client.mass.preview(media_id, openid)

    def fetch_mass_status(self, msg_id: str) -> str:
        """Return the state of a mass message: `SENDING`, `SEND_SUCCESS`, `SEND_FAIL` or `DELETE`."""
        return str(self._client.mass.status(str(msg_id))["msg_status"])

    def delete_mass(self, msg_id: str, article_idx: int = 0) -> None:
        """Recall a mass message, or one article of it counted from 1; its cards stay in chats but open a notice."""
        self._client.mass.delete(str(msg_id), article_idx)

    # Customer-service messages (E): each to one follower within the 48 hours after a message of theirs

    def send_text(self, openid: str, content: str) -> None:
        """Send a text, which may hold links; it is cut at 2,048 bytes."""
        self._client.custom.send(openid, "text", {"content": cut_text(content)})

    def send_card(self, openid: str, card: Card) -> None:
        """Send a card that opens a page of ours."""
        article = {
            "title": card.title,
            "description": card.description,
            "url": card.url,
            "picurl": card.picture_url,
        }
        self._client.custom.send(openid, "news", {"articles": [article]})

    # Followers and tags: sections K1 and K2

    def fetch_followers(self, next_openid: str = "") -> FollowerPage:
        """Return up to 10,000 followers after `next_openid`; without it, from the first follower on."""
        return _convert(_page, self._client.followers.page(next_openid))

    def fetch_follower(self, openid: str) -> FollowerProfile:
        """Return the profile of one follower."""
        return _convert(_follower, self._client.followers.info(openid))

    def fetch_tags(self) -> list[Tag]:
        """Return the account's tags."""
        return [_convert(_tag, each) for each in self._client.followers.tags()["tags"]]

    def fetch_tagged_followers(self, tag_id: int, next_openid: str = "") -> FollowerPage:
        """Return up to 10,000 followers with a tag; `total` counts this page only."""
        page = self._client.followers.page_of_tag(tag_id, next_openid)
        return _convert(_page, page | {"total": page["count"]})

    # Subscription notices (J3): each to one follower who consented to it; the result arrives as an event

    def send_notice(self, openid: str, template_id: str, values: Mapping[str, str], page: str = "") -> None:
        """Send a notice that fills a template's fields and opens `page`."""
        data = {key: {"value": value} for key, value in values.items()}
        self._client.notices.send(openid, template_id, data, page)

    # The menu (K4), as the platform's own dict

    def fetch_menu(self) -> dict[str, Any] | None:
        """Return the menu with the personalised ones; None when there is no menu."""
        found = self._client.menus.get()
        return found if "menu" in found else None

    def create_menu(self, menu: dict[str, Any]) -> None:
        """Replace the menu by `{"button": […]}`."""
        self._client.menus.create(menu)

    # Publishing without notifying followers (G2)

    def publish(self, media_id: str) -> str:
        """Publish a draft; return its publish_id. The result arrives as an event or by `fetch_publish_status`."""
        return str(self._client.publishing.submit(media_id)["publish_id"])

    def fetch_publish_status(self, publish_id: str) -> PublishResult:
        """Return the result of publishing a draft; at most 100 calls a day."""
        return _convert(
            _publish_result, self._client.publishing.status(publish_id) | {"publish_id": publish_id}
        )

    # Statistics (K5) of a past day: TryLater (61503) before eight o'clock the next morning in Beijing

    def fetch_article_statistics(self, day: date) -> list[ArticleStatistics]:
        """Return the statistics of the articles sent or published on a day (of 3 readers or more).

        For days from 2025-11-01 on. Raises TryLater too when the platform reports a delay.
        """
        found = self._client.datacube.totals(day.isoformat())
        if found.get("is_delay") and not found["list"]:
            raise TryLater("平台的统计还没有算好。", remedy="过几小时再试。")
        return [
            _convert(_article_figures, each, "detail_list", ("read_user", "share_user", "collection_user"))
            for each in found["list"]
        ]

    def fetch_old_article_statistics(self, day: date) -> list[ArticleStatistics]:
        """Return the same from the platform's older, unmaintained call: for days before 2025-11-01."""
        found = self._client.datacube.old_totals(day.isoformat())
        names = ("int_page_read_user", "share_user", "add_to_fav_user")
        return [_convert(_article_figures, each, "details", names) for each in found["list"]]

    # The JS-SDK: section K6

    def sign_page(self, url: str, now: datetime, nonce: str) -> PageSignature:
        """Sign a page for the JS-SDK; calls the platform when no process has a valid ticket."""
        return sign_page(self._client.appid, self._client.js_tickets.current(), url, now, nonce)

    # Tools: section D

    def fetch_quota(self, cgi_path: str) -> Quota:
        """Return today's quota of one API, such as `/cgi-bin/draft/add`."""
        return _convert(_quota, self._client.tools.quota(cgi_path)["quota"])

    def check_callback(self, action: str = "all", operator: str = "DEFAULT") -> dict[str, Any]:
        """Make the platform try to reach our server; return its report on `dns` and `ping`."""
        return self._client.tools.check_callback(action, operator)


def _kind(filename: str) -> str:
    return _KINDS.get(PurePath(filename).suffix.lower(), "image/jpeg")


def _convert(convert: Callable[..., T], answer: Any, *how: Any) -> T:
    """Convert a response. Raises TryLater when it lacks documented values: every call converted here is repeatable."""
    # OSError: a timestamp outside the years that this machine knows.
    with suppress(KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return convert(answer, *how)
    raise TryLater("请求已发出，平台的回答里没有该有的内容。")


def _mass_submission(answer: dict[str, Any]) -> MassSubmission:
    data_id = answer.get("msg_data_id")
    return MassSubmission(
        msg_id=str(answer["msg_id"]),
        msg_data_id=str(data_id) if data_id else None,
        duplicate=answer.get("errcode") == DUPLICATE,
    )


def _page(found: dict[str, Any]) -> FollowerPage:
    openids = tuple(map(str, (found.get("data") or {}).get("openid") or ()))
    return FollowerPage(int(found["total"]), openids, (found.get("next_openid") or None) if openids else None)


def _tag(found: dict[str, Any]) -> Tag:
    return Tag(int(found["id"]), str(found["name"]), int(found.get("count") or 0))


def _quota(found: dict[str, Any]) -> Quota:
    return Quota(*(int(found.get(key) or 0) for key in ("daily_limit", "used", "remain")))


def _drafts(found: dict[str, Any]) -> list[DraftSummary]:
    return [_draft(item) for item in found.get("item") or ()]


def _draft(item: dict[str, Any]) -> DraftSummary:
    articles = (item.get("content") or {}).get("news_item") or ()
    return DraftSummary(
        media_id=str(item["media_id"]),
        titles=[str(article.get("title") or "") for article in articles],
        updated_at=datetime.fromtimestamp(int(item.get("update_time") or 0), UTC),
    )


def _article_figures(row: dict[str, Any], details: str, names: tuple[str, str, str]) -> ArticleStatistics:
    days = [
        DayStatistics(date.fromisoformat(each["stat_date"]), *(int(each.get(name) or 0) for name in names))
        for each in row.get(details) or ()
    ]
    return ArticleStatistics(
        msgid=str(row.get("msgid") or ""),
        title=str(row.get("title") or ""),
        url=str(row.get("content_url") or ""),
        days=tuple(sorted(days, key=lambda each: each.day)),
    )


def _follower(found: dict[str, Any]) -> FollowerProfile:
    since = found.get("subscribe_time")
    return FollowerProfile(
        openid=str(found["openid"]),
        follows=bool(found.get("subscribe")),
        since=datetime.fromtimestamp(int(since), UTC) if since else None,
        unionid=str(found.get("unionid") or ""),
        remark=str(found.get("remark") or ""),
        tag_ids=tuple(map(int, found.get("tagid_list") or ())),
        scene=str(found.get("subscribe_scene") or ""),
        qr_scene=str(found.get("qr_scene_str") or found.get("qr_scene") or ""),
    )


def _publish_result(found: dict[str, Any]) -> PublishResult:
    items = (found.get("article_detail") or {}).get("item") or ()
    return PublishResult(
        publish_id=str(found["publish_id"]),
        status=int(found["publish_status"]),
        article_id=str(found.get("article_id") or ""),
        urls=tuple(str(item.get("article_url") or "") for item in items),
        failed=tuple(map(int, found.get("fail_idx") or ())),
    )
