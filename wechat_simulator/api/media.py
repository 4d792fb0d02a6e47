"""Temporary media, permanent materials and pictures for article bodies (reference, section H)."""

__all__ = [
    "add_material",
    "count_materials",
    "delete_material",
    "get_material",
    "get_temporary_media",
    "list_materials",
    "upload_picture",
    "upload_temporary_media",
]

import json
import secrets
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, Binary, Upload, required_text, whole_number
from wechat_simulator.api_errors import ApiError
from wechat_simulator.media_format import MediaInfo, duration_seconds, inspect_media
from wechat_simulator.media_store import Material, TemporaryMedia

KB, MB = 1024, 1024 * 1024
# Type -> allowed formats, maximum size in bytes.
TEMPORARY = {
    "image": (("png", "jpeg", "gif"), 10 * MB),
    "voice": (("amr", "mp3"), 2 * MB),
    "video": (("mp4",), 10 * MB),
    "thumb": (("jpeg",), 64 * KB),
}
PERMANENT = {
    "image": (("bmp", "png", "jpeg", "gif"), 10 * MB),
    "voice": (("mp3", "wma", "wav", "amr"), 2 * MB),
    "video": (("mp4",), 10 * MB),
    "thumb": (("jpeg",), 64 * KB),
}
CAPS = {"image": 100_000, "voice": 1000, "video": 1000, "thumb": 1000}
PICTURES = ("png", "jpeg", "gif", "bmp", "webp")
MAX_VOICE_SECONDS = 60
MAX_PIXELS = 100_000_000  # 18000 x 24000 is refused on the platform; the exact limit is unknown
MIMES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "amr": "audio/amr",
    "mp3": "audio/mp3",
    "wma": "audio/x-ms-wma",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}


def _new_id() -> str:
    return secrets.token_urlsafe(48)[:64].replace("-", "a")


def _uploaded_file(call: ApiCall) -> Upload:
    upload = call.files.get("media")
    if upload is None or not upload.filename:
        raise ApiError(41005)
    if not upload.data:
        raise ApiError(44001)
    return upload


def _check_upload(
    upload: Upload, type_: object, rules: dict[str, tuple[tuple[str, ...], int]]
) -> tuple[str, MediaInfo]:
    """Return type and actual format of an upload; raise an error if they do not match or a limit is exceeded."""
    if not isinstance(type_, str) or type_ not in rules:
        raise ApiError(40004)
    formats, most = rules[type_]
    found = inspect_media(upload.data)
    if found.format not in formats:
        raise ApiError(40137 if found.format in PICTURES and type_ in ("image", "thumb") else 40005)
    if len(upload.data) > most:
        raise ApiError(40009 if type_ in ("image", "thumb") else 40006)
    if type_ in ("image", "thumb"):
        _check_picture(found)
    if type_ == "voice" and duration_seconds(upload.data, found.format) > MAX_VOICE_SECONDS:
        raise ApiError(45007)
    return type_, found


def _check_picture(found: MediaInfo) -> None:
    """Raise 40137 for incomplete, tiny and oversized pictures."""
    if not found.whole or found.width * found.height <= 1 or found.width * found.height > MAX_PIXELS:
        raise ApiError(40137)


def upload_temporary_media(account: Account, call: ApiCall) -> Answer:
    """Store a temporary medium for three days."""
    file = _uploaded_file(call)
    type_, found = _check_upload(file, call.query.get("type"), TEMPORARY)
    call.spend_quota()
    kept = TemporaryMedia(_new_id(), type_, file.data, found.format, file.filename, call.now)
    account.media.temporary[kept.media_id] = kept
    name = "thumb_media_id" if type_ == "thumb" else "media_id"
    return {"type": type_, name: kept.media_id, "created_at": int(call.now)}


def get_temporary_media(account: Account, call: ApiCall) -> Answer:
    """Return the bytes of a temporary medium; for a video, its download address."""
    media_id = call.query.get("media_id")
    if not media_id:
        raise ApiError(41006)
    found = account.media.temporary_medium(media_id, call.now)
    if found is None:
        raise ApiError(40007)
    if found.type == "video":
        return {"video_url": f"http://mp.weixin.qq.com/_sim/media/{media_id}"}
    return Binary(found.data, found.filename, MIMES[found.format])


def upload_picture(account: Account, call: ApiCall) -> Answer:
    """Store a picture for article bodies, JPG or PNG below 1 MB, and return its address."""
    file = _uploaded_file(call)
    found = inspect_media(file.data)
    if found.format not in ("png", "jpeg"):
        raise ApiError(40137 if found.format in PICTURES else 40005)
    if len(file.data) >= MB:
        raise ApiError(40009)
    _check_picture(found)
    call.spend_quota()
    return {"url": account.media.add_picture(_new_id(), found.format, file.data)}


def add_material(account: Account, call: ApiCall) -> Answer:
    """Store a permanent medium; a video needs a description."""
    file = _uploaded_file(call)
    type_, found = _check_upload(file, call.query.get("type") or call.body.get("type"), PERMANENT)
    description = _description(call.body.get("description")) if type_ == "video" else {}
    if sum(material.type == type_ for material in account.media.materials.values()) >= CAPS[type_]:
        raise ApiError(45001, f"{type_} material count limit")
    call.spend_quota()
    media_id = _new_id()
    is_picture = type_ in ("image", "thumb")
    url = account.media.add_picture(_new_id(), found.format, file.data) if is_picture else ""
    account.media.materials[media_id] = Material(
        media_id, type_, file.data, found.format, file.filename, url, call.now, **description
    )
    return {"media_id": media_id} | ({"url": url} if type_ == "image" else {})


def _description(given: object) -> dict[str, str]:
    """Return a video's title and introduction from the JSON in its form field."""
    try:
        found = json.loads(given) if isinstance(given, str) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("title"), str):
        raise ApiError(47001)
    return {"title": found["title"], "introduction": str(found.get("introduction", ""))}


def _find_material(account: Account, call: ApiCall) -> Material:
    found = account.media.materials.get(required_text(call.body, "media_id", 41006))
    if found is None:
        raise ApiError(40007)
    return found


def get_material(account: Account, call: ApiCall) -> Answer:
    """Return the bytes of a material; for a video its description, for a draft its articles."""
    media_id = required_text(call.body, "media_id", 41006)
    if media_id in account.media.drafts:
        return {"news_item": account.media.drafts[media_id].articles}
    found = _find_material(account, call)
    if found.type == "video":
        where = f"http://mp.weixin.qq.com/_sim/media/{media_id}"
        return {"title": found.title, "description": found.introduction, "down_url": where}
    return Binary(found.data, found.name, MIMES[found.format])


def count_materials(account: Account, _call: ApiCall) -> Answer:
    """Return the number of materials by type; thumbs count as pictures."""
    types = [material.type for material in account.media.materials.values()]
    return {
        "voice_count": types.count("voice"),
        "video_count": types.count("video"),
        "image_count": types.count("image") + types.count("thumb"),
        "news_count": 0,
    }


def list_materials(account: Account, call: ApiCall) -> Answer:
    """List a page of the materials of one type, newest first."""
    type_ = call.body.get("type")
    if type_ not in ("image", "voice", "video", "news"):
        raise ApiError(40004)
    offset = whole_number(call.body, "offset", 40035, 0, 10**9)
    count = whole_number(call.body, "count", 40035, 1, 20)
    types = ("image", "thumb") if type_ == "image" else (type_,)
    found = [material for material in account.media.materials.values() if material.type in types]
    page = found[::-1][offset : offset + count]
    return {"total_count": len(found), "item_count": len(page), "item": [_material_row(one) for one in page]}


def _material_row(material: Material) -> dict[str, Any]:
    return {
        "media_id": material.media_id,
        "name": material.name,
        "update_time": int(material.updated),
        "url": material.url,
    }


def delete_material(account: Account, call: ApiCall) -> Answer:
    """Delete a material; 48005 while the menu uses it."""
    found = _find_material(account, call)
    if account.menu is not None and f'"{found.media_id}"' in json.dumps(account.menu):
        raise ApiError(48005)
    call.spend_quota()
    del account.media.materials[found.media_id]
    return OK
