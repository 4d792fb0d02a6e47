"""Pictures in Windows metafiles."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.readers.metafiles import embedded_bitmap
from wxbot.bulletin.readers.pictures import PictureCollector

LINE = struct.pack("<IIii", 54, 16, 5, 5)
END = struct.pack("<IIIII", 14, 20, 0, 0, 20)


def bitmap(mode: str = "RGB") -> tuple[bytes, bytes]:
    """Return header and pixels of a bitmap of 40 × 30 pixels."""
    out = io.BytesIO()
    Image.new(mode, (40, 30), 3).save(out, "BMP")
    begin = struct.unpack_from("<I", out.getvalue(), 10)[0]
    return out.getvalue()[14:begin], out.getvalue()[begin:]


def emf(*records: bytes) -> bytes:
    """Return an EMF of these records."""
    header = struct.pack("<II", 1, 88) + bytes(32) + b" EMF" + bytes(44)
    return header + b"".join(records) + END


def stretched(mode: str = "RGB") -> bytes:
    """Return the record of an EMF that shows the bitmap."""
    header, pixels = bitmap(mode)
    size = 80 + len(header) + len(pixels)
    places = struct.pack("<IIII", 80, len(header), 80 + len(header), len(pixels))
    return struct.pack("<II", 81, size) + bytes(40) + places + bytes(16) + header + pixels


def wmf(*records: tuple[int, bytes], placeable: bool = True) -> bytes:
    """Return a WMF of these records: the function and what stands behind it."""
    head = (b"\xd7\xcd\xc6\x9a" + bytes(18) if placeable else b"") + b"\x01\x00\x09\x00\x00\x03" + bytes(12)
    return head + b"".join(
        struct.pack("<IH", 3 + len(content) // 2, function) + content for function, content in records
    )


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_a_metafile_around_a_bitmap_is_the_bitmap(mode: str) -> None:
    """The picture of an EMF or WMF that shows one bitmap is taken over with its size."""
    shown = (0x0F43, bytes(22) + b"".join(bitmap(mode)))
    for data in (emf(stretched(mode)), wmf(shown), wmf(shown, placeable=False)):
        collector = PictureCollector()
        taken = collector.add(data)

        assert isinstance(taken, Picture)
        assert (40, 30) == (taken.width, taken.height)
        with Image.open(io.BytesIO(collector.pictures[taken.digest])) as image:
            image.load()


def test_a_photograph_in_a_comment_is_taken_out() -> None:
    """Newer programs store the whole PNG or JPEG in a comment record."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    content = b"EMF+" + bytes(36) + out.getvalue()
    content += bytes(-len(content) % 4)
    comment = struct.pack("<III", 70, 12 + len(content), len(content)) + content

    found = embedded_bitmap(emf(comment))

    assert found is not None
    assert (40, 30) == Image.open(io.BytesIO(found)).size


def test_a_metafile_that_draws_is_left_out_with_the_reason() -> None:
    """A drawing, or two different pictures in one frame, cannot be shown as one bitmap."""
    for data in (emf(stretched(), LINE), emf(stretched("L"), stretched()), emf(), wmf((0x0213, bytes(4)))):
        assert embedded_bitmap(data) is None
    assert "EMF" in str(PictureCollector().add(emf(stretched(), LINE)))


@given(st.binary(max_size=120), st.booleans(), st.integers(0, 5000))
def test_no_bytes_raise(tail: bytes, is_emf: bool, kept: int) -> None:
    """Any bytes behind the beginning of a metafile give a bitmap or None."""
    whole = emf(stretched()) if is_emf else wmf((0x0F43, bytes(22) + b"".join(bitmap())))

    assert isinstance(PictureCollector().add(whole[:kept] + tail), Picture | str)
