"""The platform's API groups in wechatpy's idiom: thin, JSON in and JSON out.

wechatpy 1.8.18 knows nothing of drafts, publishing and the newer tools, and its mass messages cannot name a
`clientmsgid` together with a tag (wechat-platform.md N1). Values and types are `client`'s business.
"""

from collections.abc import Sequence
from typing import Any

from wechatpy.client.api.base import BaseWeChatAPI

__all__ = [
    "Consenting",
    "Custom",
    "Datacube",
    "Drafts",
    "Followers",
    "Mass",
    "Menus",
    "Pictures",
    "Publishing",
    "Tools",
]

Json = dict[str, Any]


class _Group(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy ships no types
    """One group; its methods give back the platform's JSON."""

    def _ask(self, endpoint: str, data: Json | None = None, **more: Any) -> Json:
        """Post JSON, or get where there is nothing to post."""
        answer = self._get(endpoint, **more) if data is None else self._post(endpoint, data=data, **more)
        return dict(answer)

    def _upload(self, endpoint: str, picture: bytes, filename: str, kind: str, **more: Any) -> Json:
        """Post a file as bytes: a file object would be empty at the second try (N2)."""
        return dict(self._post(endpoint, files={"media": (filename, picture, kind)}, **more))


class Pictures(_Group):
    """Pictures inside articles, and covers (H)."""

    def upload(self, picture: bytes, filename: str, kind: str) -> Json:
        """media/uploadimg."""
        return self._upload("media/uploadimg", picture, filename, kind)

    def add(self, picture: bytes, filename: str, kind: str) -> Json:
        """material/add_material."""
        return self._upload("material/add_material", picture, filename, kind, params={"type": "image"})


class Drafts(_Group):
    """The draft box (G1)."""

    def add(self, articles: Sequence[Json]) -> Json:
        """draft/add: the articles are an array."""
        return self._ask("draft/add", {"articles": list(articles)})

    def get(self, media_id: str) -> Json:
        """draft/get."""
        return self._ask("draft/get", {"media_id": media_id})

    def batch(self, offset: int, count: int, no_content: bool) -> Json:
        """draft/batchget, newest first."""
        return self._ask("draft/batchget", {"offset": offset, "count": count, "no_content": int(no_content)})

    def count(self) -> Json:
        """draft/count."""
        return self._ask("draft/count")

    def delete(self, media_id: str) -> Json:
        """draft/delete."""
        return self._ask("draft/delete", {"media_id": media_id})


class Publishing(_Group):
    """Publishing without telling followers (G2)."""

    def submit(self, media_id: str) -> Json:
        """freepublish/submit."""
        return self._ask("freepublish/submit", {"media_id": media_id})

    def status(self, publish_id: str) -> Json:
        """freepublish/get."""
        return self._ask("freepublish/get", {"publish_id": publish_id})


class Mass(_Group):
    """Mass messages of articles (F)."""

    def send_all(self, media_id: str, clientmsgid: str, tag_id: int | None, ignore_reprint: bool) -> Json:
        """message/mass/sendall."""
        chosen: Json = {"is_to_all": True} if tag_id is None else {"is_to_all": False, "tag_id": tag_id}
        return self._ask(
            "message/mass/sendall", self._job(media_id, clientmsgid, ignore_reprint, filter=chosen)
        )

    def send_list(
        self, openids: Sequence[str], media_id: str, clientmsgid: str, ignore_reprint: bool
    ) -> Json:
        """message/mass/send."""
        body = self._job(media_id, clientmsgid, ignore_reprint, touser=list(openids))
        return self._ask("message/mass/send", body)

    def preview(self, media_id: str, openid: str) -> Json:
        """message/mass/preview."""
        body = {"touser": openid, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
        return self._ask("message/mass/preview", body)

    def status(self, msg_id: str) -> Json:
        """message/mass/get."""
        return self._ask("message/mass/get", {"msg_id": msg_id})

    def delete(self, msg_id: str, article_idx: int) -> Json:
        """message/mass/delete."""
        return self._ask("message/mass/delete", {"msg_id": msg_id, "article_idx": article_idx})

    @staticmethod
    def _job(media_id: str, clientmsgid: str, ignore_reprint: bool, **recipients: Any) -> Json:
        return {
            **recipients,
            "msgtype": "mpnews",
            "mpnews": {"media_id": media_id},
            "send_ignore_reprint": int(ignore_reprint),
            "clientmsgid": clientmsgid,
        }


class Custom(_Group):
    """Customer-service messages (E)."""

    def send(self, openid: str, msgtype: str, branch: Json) -> Json:
        """message/custom/send."""
        return self._ask("message/custom/send", {"touser": openid, "msgtype": msgtype, msgtype: branch})


class Consenting(_Group):
    """Subscription notices (J3)."""

    def send(self, openid: str, template_id: str, data: Json, page: str) -> Json:
        """message/subscribe/bizsend."""
        body = {"touser": openid, "template_id": template_id, "data": data}
        return self._ask("message/subscribe/bizsend", body | ({"page": page} if page else {}))


class Followers(_Group):
    """Who follows, and the account's tags (K1, K2)."""

    def page(self, next_openid: str) -> Json:
        """user/get."""
        return self._ask("user/get", params={"next_openid": next_openid} if next_openid else {})

    def one(self, openid: str) -> Json:
        """user/info."""
        return self._ask("user/info", params={"openid": openid, "lang": "zh_CN"})

    def tags(self) -> Json:
        """tags/get."""
        return self._ask("tags/get")

    def tagged(self, tag_id: int, next_openid: str) -> Json:
        """user/tag/get."""
        return self._ask("user/tag/get", {"tagid": tag_id, "next_openid": next_openid})


class Menus(_Group):
    """The account's menu (K4)."""

    def get(self) -> Json:
        """menu/get; errcode 46003 inside where there is none."""
        return self._ask("menu/get")

    def create(self, menu: Json) -> Json:
        """menu/create."""
        return self._ask("menu/create", menu)


class Datacube(_Group):
    """Figures of articles (K5): the one group that the platform keeps beside /cgi-bin, not below it."""

    @property
    def API_BASE_URL(self) -> str:  # noqa: N802  wechatpy's name
        """The platform's root; wechatpy asks the group for it before every call."""
        return str(self._client.root)

    def totals(self, day: str) -> Json:
        """getarticletotaldetail: what was sent on a day, with thirty days of figures."""
        return self._ask("/datacube/getarticletotaldetail", {"begin_date": day, "end_date": day})

    def old_totals(self, day: str) -> Json:
        """getarticletotal: the same in its old form, with seven days of figures."""
        return self._ask("/datacube/getarticletotal", {"begin_date": day, "end_date": day})


class Tools(_Group):
    """Quotas and the check of our address (D)."""

    def quota(self, cgi_path: str) -> Json:
        """openapi/quota/get."""
        return self._ask("openapi/quota/get", {"cgi_path": cgi_path})

    def check_callback(self, action: str, operator: str) -> Json:
        """callback/check."""
        return self._ask("callback/check", {"action": action, "check_operator": operator})
