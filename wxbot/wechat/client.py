"""The platform as the product sees it: plain values in and out, and every failure one of `wxbot.errors`.

    connect   open the door
    WeChat    what can be asked of the platform

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
    """The age of a token is the one thing that the door itself has to know the time for."""
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
    """Open the platform. Nothing is asked until the first call.

    `platform_url` is its root, with a path before it if need be; `store` keeps the token where every process
    finds it; `via` carries every call elsewhere, such as a simulator; `timeout` is seconds to connect and to
    wait for an answer. Raises SettingsError for an address that is none.
    """
    return WeChat(
        wechatpy_client.PlatformClient(app_id, app_secret, platform_url, store, clock, via, timeout)
    )


class WeChat:
    """The account at the platform; may be shared by threads."""

    def __init__(self, client: "wechatpy_client.PlatformClient") -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<WeChat of {self._client.appid}>"

    def ping(self) -> None:
        """Make sure that there is a token; asks the platform only when none is kept."""
        self._client.fetch_access_token()

    def check_access(self) -> None:
        """Ask the platform for a token in any case: secret and allow-list are judged by that call alone."""
        self._client.check()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    # Pictures: section H

    def upload_image(self, picture: bytes, filename: str) -> str:
        """A JPG or PNG below 1 MB for the body of an article: its address at the platform."""
        return str(self._client.pictures.upload(picture, filename, _kind(filename))["url"])

    def add_picture(self, picture: bytes, filename: str) -> tuple[str, str]:
        """A picture of up to 10 MB that stays, such as a cover: media_id and address."""
        added = self._client.pictures.add(picture, filename, _kind(filename))
        return str(added["media_id"]), str(added.get("url", ""))

    # Drafts (G1); an article is the platform's own dict

    def add_draft(self, articles: Sequence[Article]) -> str:
        """Put a draft into the box: its media_id."""
        return str(self._client.draft.add(articles)["media_id"])

    def get_draft(self, media_id: str) -> list[Article]:
        """The articles of a draft; Refused (40007) when it is gone, as it is after it was sent."""
        return list(self._client.draft.get(media_id)["news_item"])

    def fetch_drafts(self, offset: int = 0, count: int = 20, no_content: bool = True) -> list[DraftSummary]:
        """Up to 20 drafts of the box, newest first."""
        return _understood(_drafts, self._client.draft.batch(offset, count, no_content))

    def count_drafts(self) -> int:
        """How many drafts are in the box."""
        return int(self._client.draft.count()["total_count"])

    def delete_draft(self, media_id: str) -> None:
        """Take a draft out of the box for good."""
        self._client.draft.delete(media_id)

    # Mass messages (F)

    def send_to_all(
        self, media_id: str, clientmsgid: str, *, tag_id: int | None = None, ignore_reprint: bool = True
    ) -> MassSubmission:
        """Queue a draft for every follower, or for those with one tag.

        `clientmsgid` (at most 32 bytes) makes the call safe to repeat: within 24 hours, and not within a
        minute, the platform answers with the first job. After OutcomeUnknown, repeat it with the same one.
        """
        return _sent(self._client.mass.send_all(media_id, clientmsgid, tag_id, ignore_reprint))

    def send_to_list(
        self, openids: Sequence[str], media_id: str, clientmsgid: str, *, ignore_reprint: bool = True
    ) -> MassSubmission:
        """Queue a draft for 2 to 10,000 followers; for verified service accounts."""
        return _sent(self._client.mass.send_list(openids, media_id, clientmsgid, ignore_reprint))

    def preview(self, media_id: str, openid: str) -> None:
        """Show a draft to one follower; 100 a day."""
        self._client.mass.preview(media_id, openid)

    def fetch_mass_status(self, msg_id: str) -> str:
        """`SENDING`, `SEND_SUCCESS`, `SEND_FAIL` or `DELETE`."""
        return str(self._client.mass.status(str(msg_id))["msg_status"])

    def delete_mass(self, msg_id: str, article_idx: int = 0) -> None:
        """Take back a mass message, or one article of it counted from 1: cards stay, but open to nothing."""
        self._client.mass.delete(str(msg_id), article_idx)

    # Customer-service messages (E): each to one follower within the 48 hours after a message of theirs

    def send_text(self, openid: str, content: str) -> None:
        """Words, with links and taps; cut at 2,048 bytes."""
        self._client.custom.send(openid, "text", {"content": cut_text(content)})

    def send_card(self, openid: str, card: Card) -> None:
        """A card that opens a page of ours."""
        article = {
            "title": card.title,
            "description": card.description,
            "url": card.url,
            "picurl": card.picture_url,
        }
        self._client.custom.send(openid, "news", {"articles": [article]})

    # Followers and tags: sections K1 and K2

    def fetch_followers(self, next_openid: str = "") -> FollowerPage:
        """A page of up to 10,000 followers after `next_openid`, from the first one without it."""
        return _understood(_page, self._client.followers.page(next_openid))

    def fetch_follower(self, openid: str) -> FollowerProfile:
        """What the platform tells of one person."""
        return _understood(_follower, self._client.followers.info(openid))

    def fetch_tags(self) -> list[Tag]:
        """The account's tags."""
        return [_understood(_tag, each) for each in self._client.followers.tags()["tags"]]

    def fetch_tagged_followers(self, tag_id: int, next_openid: str = "") -> FollowerPage:
        """A page of up to 10,000 followers who bear a tag; its `total` counts the page alone."""
        page = self._client.followers.page_of_tag(tag_id, next_openid)
        return _understood(_page, page | {"total": page["count"]})

    # Subscription notices (J3): each to one person who agreed to it; the result comes as an event

    def send_notice(self, openid: str, template_id: str, values: Mapping[str, str], page: str = "") -> None:
        """A notice with a template's fields filled in, that opens `page`."""
        data = {key: {"value": value} for key, value in values.items()}
        self._client.notices.send(openid, template_id, data, page)

    # The menu (K4), as the platform's own dict

    def fetch_menu(self) -> dict[str, Any] | None:
        """The menu, with personalised ones beside it; None where there is none."""
        found = self._client.menus.get()
        return found if "menu" in found else None

    def create_menu(self, menu: dict[str, Any]) -> None:
        """Put `{"button": […]}` in place of the menu."""
        self._client.menus.create(menu)

    # Publishing without telling followers (G2)

    def publish(self, media_id: str) -> str:
        """Publish a draft: the publish_id; the result comes as an event or by `fetch_publish_status`."""
        return str(self._client.publishing.submit(media_id)["publish_id"])

    def fetch_publish_status(self, publish_id: str) -> PublishResult:
        """What became of it; 100 calls a day."""
        return _understood(
            _published, self._client.publishing.status(publish_id) | {"publish_id": publish_id}
        )

    # Figures (K5), of a day that is over: TryLater (61503) before eight the next morning in Beijing

    def fetch_article_statistics(self, day: date) -> list[ArticleStatistics]:
        """How the articles sent or published on a day have fared; those with fewer than three readers are left out.

        From 2025-11-01 on; TryLater too where the platform says that it is late with them.
        """
        found = self._client.datacube.totals(day.isoformat())
        if found.get("is_delay") and not found["list"]:
            raise TryLater("平台的统计还没有算好。", remedy="过几小时再试。")
        return [
            _understood(_article_figures, each, "detail_list", ("read_user", "share_user", "collection_user"))
            for each in found["list"]
        ]

    def fetch_old_article_statistics(self, day: date) -> list[ArticleStatistics]:
        """The same by the platform's older call, which it no longer maintains: for days before 2025-11-01."""
        found = self._client.datacube.old_totals(day.isoformat())
        names = ("int_page_read_user", "share_user", "add_to_fav_user")
        return [_understood(_article_figures, each, "details", names) for each in found["list"]]

    # Tools: section D

    def fetch_quota(self, cgi_path: str) -> Quota:
        """Today's quota of one API, such as `/cgi-bin/draft/add`."""
        return _understood(_quota, self._client.tools.quota(cgi_path)["quota"])

    def check_callback(self, action: str = "all", operator: str = "DEFAULT") -> dict[str, Any]:
        """Let the platform try to reach us: its report on `dns` and `ping`."""
        return self._client.tools.check_callback(action, operator)


def _kind(filename: str) -> str:
    return _KINDS.get(PurePath(filename).suffix.lower(), "image/jpeg")


def _understood(convert: Callable[..., T], answer: Any, *how: Any) -> T:
    """What the inside of an answer says; TryLater where it is none of the reference's: all of it can be asked again."""
    # OSError: a time in no year of this machine's.
    with suppress(KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return convert(answer, *how)
    raise TryLater("请求已发出，平台的回答里没有该有的内容。")


def _sent(answer: dict[str, Any]) -> MassSubmission:
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


def _published(found: dict[str, Any]) -> PublishResult:
    items = (found.get("article_detail") or {}).get("item") or ()
    return PublishResult(
        publish_id=str(found["publish_id"]),
        status=int(found["publish_status"]),
        article_id=str(found.get("article_id") or ""),
        urls=tuple(str(item.get("article_url") or "") for item in items),
        failed=tuple(map(int, found.get("fail_idx") or ())),
    )
