"""Pictures of a document: which are taken over, and the reason for which the others are not."""

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.readers import pictures
from wxbot.bulletin.readers.pictures import PictureCollector


def encoded(
    kind: str = "PNG", size: tuple[int, int] = (12, 8), colour: str = "red", **options: object
) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has no pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 1000) + b"IDAT"


def webp_header(width: int, height: int) -> bytes:
    """Return a WebP that claims a size and has no pixels."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 100) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sizes


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_is_a_block_with_digest_and_size(kind: str) -> None:
    """The block names the SHA-256 digest of the bytes, which the collector holds, and the size in pixels."""
    data, collector = encoded(kind), PictureCollector()

    taken = collector.add(data, alt="车间  全景")

    digest = hashlib.sha256(data).hexdigest()
    assert taken == Picture(digest, alt="车间 全景", width=12, height=8)
    assert collector.pictures == {digest: data}


def test_a_turned_photograph_has_its_upright_size() -> None:
    """A telephone stores an upright photograph lying down, with a mark in its EXIF data."""
    exif = Image.Exif()
    exif[0x0112] = 6

    taken = PictureCollector().add(encoded("JPEG", exif=exif))

    assert isinstance(taken, Picture)
    assert (taken.width, taken.height) == (8, 12)


@pytest.mark.parametrize("alt", ["图片 3", "Picture 12", "image1.png", "IMG_2021.jpg", "640"])
def test_a_description_that_a_program_wrote_is_removed(alt: str) -> None:
    """The name of a file or a count says nothing to a person who cannot see the picture."""
    taken = PictureCollector().add(encoded(), alt=alt)

    assert isinstance(taken, Picture)
    assert taken.alt == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "空"),
        (b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(60), "EMF"),
        (b"\xd7\xcd\xc6\x9a" + bytes(60), "WMF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<svg width='1'/>", "SVG"),
        (b"<!---->" * 140, "打不开"),
        (b"<html>404</html>", "打不开"),
        (encoded()[:20], "打不开"),
        (encoded(size=(600, 1)), "600 × 1"),
        (png_header(13_000, 13_000), "4000 万像素"),
        (png_header(100_000, 100_000), "4000 万像素"),
        (webp_header(13_000, 13_000), "4000 万像素"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_left_out_with_the_reason(data: bytes, reason: str) -> None:
    """Drawings, damaged files, spacers and pictures of too many pixels are named; nothing of them is kept."""
    collector = PictureCollector()

    said = collector.add(data)

    assert isinstance(said, str)
    assert reason in said
    assert collector.pictures == {}


def test_the_number_of_pictures_is_bounded() -> None:
    """Beyond the limit a new picture is left out; one that is held already stands again."""
    collector, first = PictureCollector(), encoded(size=(4, 4))
    collector.add(first)
    for at in range(pictures.MAX_PICTURES - 1):
        collector.add(encoded("BMP", size=(5, 5), colour=f"#{at:06x}"))

    assert "300 张" in str(collector.add(encoded(size=(9, 9))))
    assert isinstance(collector.add(first), Picture)


def test_the_bytes_are_bounded() -> None:
    """A picture of more than 20 MB is left out, and what goes beyond 64 MB in all."""
    collector = PictureCollector()
    padded = [
        encoded("BMP", colour=colour) + bytes(17 * 2**20) for colour in ("red", "green", "blue", "white")
    ]

    taken = [collector.add(data) for data in padded]

    assert "20 MB" in str(collector.add(encoded() + bytes(21 * 2**20)))
    assert [isinstance(one, Picture) for one in taken] == [True, True, True, False]
    assert "64 MB" in str(taken[-1])


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_raise(tail: bytes, kept: int) -> None:
    """Any bytes behind the beginning of any picture are a picture or a reason."""
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"):
        assert isinstance(PictureCollector().add(encoded(kind)[:kept] + tail), Picture | str)
