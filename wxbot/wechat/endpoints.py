"""What we ask the platform: may it be asked again, what an answer holds, which errcodes are answers too.

A call is repeatable when twice does no harm: it only reads, or leaves the same state, or at worst a picture
that nobody uses. What is not listed here is not repeatable. Source: wechat-platform.md D to K.
"""

from collections.abc import Mapping
from types import MappingProxyType, UnionType
from typing import NamedTuple

from wxbot.wechat.errcodes import DUPLICATE, NO_MENU

__all__ = ["ENDPOINTS", "Endpoint"]


class Endpoint(NamedTuple):
    """One path below /cgi-bin/, or below the root where it begins with /.

    `holds` names the values of an answer and their types.
    """

    repeatable: bool
    holds: Mapping[str, type | UnionType] = MappingProxyType({})
    accepts: tuple[int, ...] = ()


# Some pages of the reference show an id as a number, some as text.
_ID = int | str

ENDPOINTS = {
    "stable_token": Endpoint(True, {"access_token": str, "expires_in": int}),
    "media/uploadimg": Endpoint(True, {"url": str}),
    "material/add_material": Endpoint(False, {"media_id": str}),
    "draft/add": Endpoint(False, {"media_id": str}),
    "draft/get": Endpoint(True, {"news_item": list}),
    "draft/batchget": Endpoint(True, {"total_count": int}),
    "draft/count": Endpoint(True, {"total_count": int}),
    "draft/delete": Endpoint(False),
    "freepublish/submit": Endpoint(False, {"publish_id": _ID}),
    "freepublish/get": Endpoint(True, {"publish_status": int}),
    "message/mass/sendall": Endpoint(False, {"msg_id": _ID}, (DUPLICATE,)),
    "message/mass/send": Endpoint(False, {"msg_id": _ID}, (DUPLICATE,)),
    "message/mass/preview": Endpoint(False),
    "message/mass/get": Endpoint(True, {"msg_status": str}),
    "message/mass/delete": Endpoint(False),
    "message/custom/send": Endpoint(False),
    "message/subscribe/bizsend": Endpoint(False),
    "user/get": Endpoint(True, {"total": int}),
    "user/info": Endpoint(True, {"subscribe": int}),
    "user/tag/get": Endpoint(True, {"count": int}),
    "tags/get": Endpoint(True, {"tags": list}),
    "menu/get": Endpoint(True, accepts=(NO_MENU,)),
    "menu/create": Endpoint(True),
    "openapi/quota/get": Endpoint(True, {"quota": dict}),
    "callback/check": Endpoint(True),
    "/datacube/getarticletotaldetail": Endpoint(True, {"list": list}),
    "/datacube/getarticletotal": Endpoint(True, {"list": list}),
}
