"""The platform's endpoints: a table of their rules, and API groups in wechatpy's idiom, JSON in and JSON out.

wechatpy 1.8.18 has no drafts, no publishing and none of the newer tools, and its mass messages cannot combine a
`clientmsgid` with a tag (wechat-platform.md N1). `client` converts the JSON to typed values.

A call is repeatable when a second one does no harm: it only reads, sets the same state, or at worst leaves an unused
picture. An endpoint that is not in the table is not repeatable. Source: wechat-platform.md D to K.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple

from wechatpy.client.api.base import BaseWeChatAPI

from wxbot.wechat.errcodes import DUPLICATE, NO_MENU

__all__ = [
    "ENDPOINTS",
    "POOLED_ENDPOINTS",
    "CustomMessageApi",
    "DatacubeApi",
    "DraftApi",
    "EndpointRule",
    "FollowerApi",
    "MassMessageApi",
    "MenuApi",
    "PictureApi",
    "PublishApi",
    "SubscriptionNoticeApi",
    "ToolsApi",
]

Json = dict[str, Any]


class EndpointRule(NamedTuple):
    """The rule of one endpoint, whose path stands below /cgi-bin/, or below the root if it begins with `/`.

    `required` names values of a successful response and their types; `accepts` lists errcodes that are no failure.
    """

    repeatable: bool
    required: Mapping[str, type | UnionType] = MappingProxyType({})
    accepts: tuple[int, ...] = ()


# The reference shows ids sometimes as a number, sometimes as text.
_ID = int | str

ENDPOINTS = {
    "stable_token": EndpointRule(True, {"access_token": str, "expires_in": int}),
    "media/uploadimg": EndpointRule(True, {"url": str}),
    "material/add_material": EndpointRule(False, {"media_id": str}),
    "draft/add": EndpointRule(False, {"media_id": str}),
    "draft/get": EndpointRule(True, {"news_item": list}),
    "draft/batchget": EndpointRule(True, {"total_count": int}),
    "draft/count": EndpointRule(True, {"total_count": int}),
    "draft/delete": EndpointRule(False),
    "freepublish/submit": EndpointRule(False, {"publish_id": _ID}),
    "freepublish/get": EndpointRule(True, {"publish_status": int}),
    "message/mass/sendall": EndpointRule(False, {"msg_id": _ID}, (DUPLICATE,)),
    "message/mass/send": EndpointRule(False, {"msg_id": _ID}, (DUPLICATE,)),
    "message/mass/preview": EndpointRule(False),
    "message/mass/get": EndpointRule(True, {"msg_status": str}),
    "message/mass/delete": EndpointRule(False),
    "message/custom/send": EndpointRule(False),
    "message/subscribe/bizsend": EndpointRule(False),
    "user/get": EndpointRule(True, {"total": int}),
    "user/info": EndpointRule(True, {"subscribe": int}),
    "user/tag/get": EndpointRule(True, {"count": int}),
    "tags/get": EndpointRule(True, {"tags": list}),
    "menu/get": EndpointRule(True, accepts=(NO_MENU,)),
    "menu/create": EndpointRule(True),
    "openapi/quota/get": EndpointRule(True, {"quota": dict}),
    "callback/check": EndpointRule(True),
    "ticket/getticket": EndpointRule(True, {"ticket": str, "expires_in": int}),
    "/datacube/getarticletotaldetail": EndpointRule(True, {"list": list}),
    "/datacube/getarticletotal": EndpointRule(True, {"list": list}),
}

# Called once for each follower of a delivery, by the thousand: these bypass requests (see `http.JsonPoster`).
POOLED_ENDPOINTS = frozenset({"message/custom/send", "message/subscribe/bizsend"})


class _ApiGroup(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy ships no types
    """An API group whose methods return the platform's JSON."""

    def _call(self, endpoint: str, data: Json | None = None, **options: Any) -> Json:
        """POST `data` as JSON, or GET without it."""
        result = (
            self._get(endpoint, **options) if data is None else self._post(endpoint, data=data, **options)
        )
        return dict(result)

    def _upload(self, endpoint: str, picture: bytes, filename: str, kind: str, **options: Any) -> Json:
        """POST a picture as bytes: a file object would be empty when wechatpy retries (N2)."""
        return dict(self._post(endpoint, files={"media": (filename, picture, kind)}, **options))


class PictureApi(_ApiGroup):
    """Upload pictures of articles and covers (H)."""

    def upload(self, picture: bytes, filename: str, kind: str) -> Json:
        """POST media/uploadimg."""
        return self._upload("media/uploadimg", picture, filename, kind)

    def add(self, picture: bytes, filename: str, kind: str) -> Json:
        """POST material/add_material."""
        return self._upload("material/add_material", picture, filename, kind, params={"type": "image"})


class DraftApi(_ApiGroup):
    """Read and write the draft box (G1)."""

    def add(self, articles: Sequence[Json]) -> Json:
        """POST draft/add with an array of articles."""
        return self._call("draft/add", {"articles": list(articles)})

    def get(self, media_id: str) -> Json:
        """POST draft/get."""
        return self._call("draft/get", {"media_id": media_id})

    def batch(self, offset: int, count: int, no_content: bool) -> Json:
        """POST draft/batchget, which lists the newest first."""
        return self._call("draft/batchget", {"offset": offset, "count": count, "no_content": int(no_content)})

    def count(self) -> Json:
        """GET draft/count."""
        return self._call("draft/count")

    def delete(self, media_id: str) -> Json:
        """POST draft/delete."""
        return self._call("draft/delete", {"media_id": media_id})


class PublishApi(_ApiGroup):
    """Publish drafts without notifying followers (G2)."""

    def submit(self, media_id: str) -> Json:
        """POST freepublish/submit."""
        return self._call("freepublish/submit", {"media_id": media_id})

    def status(self, publish_id: str) -> Json:
        """POST freepublish/get."""
        return self._call("freepublish/get", {"publish_id": publish_id})


class MassMessageApi(_ApiGroup):
    """Send articles as mass messages (F)."""

    def send_all(self, media_id: str, clientmsgid: str, tag_id: int | None, ignore_reprint: bool) -> Json:
        """POST message/mass/sendall."""
        recipients: Json = {"is_to_all": True} if tag_id is None else {"is_to_all": False, "tag_id": tag_id}
        return self._call(
            "message/mass/sendall", self._job(media_id, clientmsgid, ignore_reprint, filter=recipients)
        )

    def send_list(
        self, openids: Sequence[str], media_id: str, clientmsgid: str, ignore_reprint: bool
    ) -> Json:
        """POST message/mass/send."""
        body = self._job(media_id, clientmsgid, ignore_reprint, touser=list(openids))
        return self._call("message/mass/send", body)

    def preview(self, media_id: str, openid: str) -> Json:
        """POST message/mass/preview."""
        body = {"touser": openid, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
        return self._call("message/mass/preview", body)

    def status(self, msg_id: str) -> Json:
        """POST message/mass/get."""
        return self._call("message/mass/get", {"msg_id": msg_id})

    def delete(self, msg_id: str, article_idx: int) -> Json:
        """POST message/mass/delete."""
        return self._call("message/mass/delete", {"msg_id": msg_id, "article_idx": article_idx})

    @staticmethod
    def _job(media_id: str, clientmsgid: str, ignore_reprint: bool, **recipients: Any) -> Json:
        return {
            **recipients,
            "msgtype": "mpnews",
            "mpnews": {"media_id": media_id},
            "send_ignore_reprint": int(ignore_reprint),
            "clientmsgid": clientmsgid,
        }


class CustomMessageApi(_ApiGroup):
    """Send customer-service messages (E)."""

    def send(self, openid: str, msgtype: str, branch: Json) -> Json:
        """POST message/custom/send."""
        return self._call("message/custom/send", {"touser": openid, "msgtype": msgtype, msgtype: branch})


class SubscriptionNoticeApi(_ApiGroup):
    """Send subscription notices (J3)."""

    def send(self, openid: str, template_id: str, data: Json, page: str) -> Json:
        """POST message/subscribe/bizsend."""
        body = {"touser": openid, "template_id": template_id, "data": data}
        return self._call("message/subscribe/bizsend", body | ({"page": page} if page else {}))


class FollowerApi(_ApiGroup):
    """List followers and the account's tags (K1, K2)."""

    def page(self, next_openid: str) -> Json:
        """GET user/get."""
        return self._call("user/get", params={"next_openid": next_openid} if next_openid else {})

    def info(self, openid: str) -> Json:
        """GET user/info."""
        return self._call("user/info", params={"openid": openid, "lang": "zh_CN"})

    def tags(self) -> Json:
        """GET tags/get."""
        return self._call("tags/get")

    def page_of_tag(self, tag_id: int, next_openid: str) -> Json:
        """POST user/tag/get."""
        return self._call("user/tag/get", {"tagid": tag_id, "next_openid": next_openid})


class MenuApi(_ApiGroup):
    """Read and set the account's menu (K4)."""

    def get(self) -> Json:
        """GET menu/get; the result holds errcode 46003 when there is no menu."""
        return self._call("menu/get")

    def create(self, menu: Json) -> Json:
        """POST menu/create."""
        return self._call("menu/create", menu)


class DatacubeApi(_ApiGroup):
    """Read statistics of articles (K5); the only group that the platform keeps beside /cgi-bin, not below it."""

    @property
    def API_BASE_URL(self) -> str:  # noqa: N802  wechatpy's name
        """Return the platform's root; wechatpy reads it before every call."""
        return str(self._client.root)

    def totals(self, day: str) -> Json:
        """POST getarticletotaldetail: articles sent on a day with thirty days of statistics."""
        return self._call("/datacube/getarticletotaldetail", {"begin_date": day, "end_date": day})

    def old_totals(self, day: str) -> Json:
        """POST getarticletotal: the older form with seven days of statistics."""
        return self._call("/datacube/getarticletotal", {"begin_date": day, "end_date": day})


class JsSdkApi(_ApiGroup):
    """Fetch what signs pages for the JS-SDK (K6)."""

    def ticket(self) -> Json:
        """GET ticket/getticket."""
        return self._call("ticket/getticket", params={"type": "jsapi"})


class ToolsApi(_ApiGroup):
    """Read quotas and check our callback address (D)."""

    def quota(self, cgi_path: str) -> Json:
        """POST openapi/quota/get."""
        return self._call("openapi/quota/get", {"cgi_path": cgi_path})

    def check_callback(self, action: str, operator: str) -> Json:
        """POST callback/check."""
        return self._call("callback/check", {"action": action, "check_operator": operator})
