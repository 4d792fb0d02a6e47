"""Temporary media, materials and pictures for articles (reference, section H)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.api_caller import PICTURE, ApiCaller
from wechat_simulator.media_format import MediaInfo, draw_png, duration_seconds, inspect_media
from wechat_simulator.pytest_plugin import Platform

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08\x00\x40\x00\x50\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
)
GIF = b"GIF89a" + struct.pack("<HH", 40, 30) + b"\x00" * 20
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
BMP = b"BM" + bytes(16) + struct.pack("<ii", 40, 30) + bytes(30)
AMR = b"#!AMR\n" + (bytes([0x3C]) + bytes(31)) * 50
MP4 = bytes.fromhex("0000001866747970") + b"mp42" + bytes(16)
WAV = b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(12) + struct.pack("<I", 8000) + bytes(12)


def png_with_huge_size(width: int, height: int) -> bytes:
    """Return a PNG whose header names a very large size."""
    return PICTURE[:16] + struct.pack(">II", width, height) + PICTURE[24:]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PICTURE, MediaInfo("png", 120, 120)),
        (JPEG, MediaInfo("jpeg", 80, 64)),
        (GIF, MediaInfo("gif", 40, 30)),
        (BMP, MediaInfo("bmp", 40, 30)),
        (WEBP, MediaInfo("webp")),
        (AMR, MediaInfo("amr")),
        (WAV, MediaInfo("wav")),
        (MP4, MediaInfo("mp4")),
        (b"ID3\x03", MediaInfo("mp3")),
        (bytes.fromhex("3026b2758e66cf11"), MediaInfo("wma")),
        (b"<html>", MediaInfo("")),
        (PICTURE[:60], MediaInfo("png", 120, 120, whole=False)),
        (PICTURE[:20], MediaInfo("png", whole=False)),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, expected: MediaInfo) -> None:
    """A format is detected by content, whatever the file is called (H, O10)."""
    assert expected == inspect_media(data)


@given(st.binary(max_size=200), st.sampled_from([b"", JPEG, GIF, AMR, WAV, MP4, PICTURE]))
def test_format_detection_never_fails(tail: bytes, head: bytes) -> None:
    """Any bytes have a format or none; detection never raises an exception (H)."""
    for data in (tail, head[:20] + tail, head + tail):
        assert isinstance(inspect_media(data).format, str)
        assert duration_seconds(data, inspect_media(data).format) >= 0


def test_a_picture_for_articles(api: ApiCaller) -> None:
    """uploadimg returns an address on mmbiz.qpic.cn and nothing else (H)."""
    answer = api.upload("/cgi-bin/media/uploadimg")
    assert ["url"] == list(answer)
    assert answer["url"].startswith("http://mmbiz.qpic.cn/mmbiz_png/")
    assert 0 == api.get("/cgi-bin/material/get_materialcount")["image_count"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"text", 40005),
        (GIF, 40137),
        (WEBP, 40137),
        (draw_png(1, 1), 40137),
        (PICTURE[:60], 40137),
        (png_with_huge_size(18_000, 24_000), 40137),
        (PICTURE + bytes(1024 * 1024), 40009),
        (b"", 44001),
    ],
)
def test_pictures_for_articles_are_looked_into(api: ApiCaller, data: bytes, code: int) -> None:
    """uploadimg accepts JPG and PNG below 1 MB; tiny, huge and broken pictures are refused (H)."""
    padded = data[:-12] + bytes(1024 * 1024) + data[-12:] if code == 40009 else data
    assert code == api.upload("/cgi-bin/media/uploadimg", padded)["errcode"]


def test_a_body_without_the_part_media(api: ApiCaller) -> None:
    """The multipart body needs a part named media with a filename (H)."""
    assert 41005 == api.upload("/cgi-bin/media/uploadimg", part="file")["errcode"]
    assert 41005 == api.errcode("/cgi-bin/media/uploadimg", {"media": "x"})


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("image", GIF, 0),
        ("image", BMP, 40137),
        ("image", AMR, 40005),
        ("voice", AMR, 0),
        ("voice", b"#!AMR\n" + (bytes([0x3C]) + bytes(31)) * 3001, 45007),
        ("voice", AMR + bytes(2 * 1024 * 1024), 40006),
        ("video", MP4, 0),
        ("thumb", JPEG, 0),
        ("thumb", PICTURE, 40137),
        ("thumb", JPEG + bytes(64 * 1024) + b"\xff\xd9", 40009),
        ("poem", PICTURE, 40004),
    ],
)
def test_temporary_media_have_formats_and_sizes(api: ApiCaller, kind: str, data: bytes, code: int) -> None:
    """Each type of temporary media has its formats and maximum size (H)."""
    assert code == api.upload("/cgi-bin/media/upload", data, type=kind).get("errcode", 0)


@pytest.mark.platform(virtual=True)
def test_temporary_media_live_three_days(platform: Platform, api: ApiCaller) -> None:
    """A temporary media_id is 40007 after three days (H, O10)."""
    media_id = api.upload("/cgi-bin/media/upload", type="image")["media_id"]
    response = api.request("GET", "/cgi-bin/media/get", media_id=media_id)

    assert (PICTURE, "image/png") == (response.body, response.type)
    assert 'attachment; filename="' in response.disposition
    platform.advance(3 * 86400)
    api.token = api.stable_token()["access_token"]
    assert 40007 == api.get("/cgi-bin/media/get", media_id=media_id)["errcode"]


def test_a_thumb_has_an_id_of_another_name(api: ApiCaller) -> None:
    """An upload with type=thumb returns thumb_media_id (H)."""
    answer = api.upload("/cgi-bin/media/upload", JPEG, type="thumb")
    assert {"type", "thumb_media_id", "created_at"} == answer.keys()


def test_a_video_is_downloaded_from_elsewhere(api: ApiCaller) -> None:
    """media/get of a video returns an address (H)."""
    media_id = api.upload("/cgi-bin/media/upload", MP4, type="video")["media_id"]
    assert ["video_url"] == list(api.get("/cgi-bin/media/get", media_id=media_id))


def test_material_is_kept_listed_and_deleted(api: ApiCaller) -> None:
    """Permanent material can be added, counted, listed, downloaded and deleted (H)."""
    first, second = api.cover(), api.cover()

    assert 2 == api.get("/cgi-bin/material/get_materialcount")["image_count"]
    page = api.post("/cgi-bin/material/batchget_material", {"type": "image", "offset": 0, "count": 1})
    assert (2, 1, second) == (page["total_count"], page["item_count"], page["item"][0]["media_id"])
    assert "封面.png" == page["item"][0]["name"]
    got = api.request("POST", "/cgi-bin/material/get_material", f'{{"media_id":"{first}"}}'.encode())
    assert PICTURE == got.body
    assert 0 == api.errcode("/cgi-bin/material/del_material", {"media_id": first})
    assert 40007 == api.errcode("/cgi-bin/material/get_material", {"media_id": first})


def test_a_permanent_video_has_a_description(api: ApiCaller) -> None:
    """The form field `description` holds a video's title and introduction (H)."""
    path = "/cgi-bin/material/add_material"
    words = {"description": '{"title":"长风","introduction":"介绍"}'}

    media_id = api.upload(path, MP4, type="video", fields=words)["media_id"]
    result = api.post("/cgi-bin/material/get_material", {"media_id": media_id})
    assert ("长风", "介绍") == (result["title"], result["description"])
    assert 47001 == api.upload(path, MP4, type="video")["errcode"]


def test_material_in_the_menu_cannot_be_deleted(api: ApiCaller) -> None:
    """Deleting material is 48005 while a menu button uses it (H)."""
    media_id = api.cover()
    api.post("/cgi-bin/menu/create", {"button": [{"type": "media_id", "name": "图片", "media_id": media_id}]})

    assert 48005 == api.errcode("/cgi-bin/material/del_material", {"media_id": media_id})
    api.get("/cgi-bin/menu/delete")
    assert 0 == api.errcode("/cgi-bin/material/del_material", {"media_id": media_id})
