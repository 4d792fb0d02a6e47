"""The web form of a picture: which pictures are kept as they are, and how the others are converted."""

import io
import os

import pytest
from PIL import Image

from wxbot.bulletin.model import WebForm
from wxbot.bulletin.web_forms import UPLOAD_BYTES, upload_form, web_form
from wxbot.wechat.limits import UPLOADIMG_BYTES


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return an image as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(form: WebForm | None) -> Image.Image:
    """Return the picture of a form that must exist."""
    assert form is not None
    image = Image.open(io.BytesIO(form.data))
    assert (form.width, form.height) == image.size
    assert form.media_type == Image.MIME[image.format or ""]
    return image


def noise(width: int, height: int) -> Image.Image:
    """Return a picture that no format makes small."""
    return Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_small_picture_is_kept_as_it_is(kind: str) -> None:
    """A picture that every browser and the platform show is not encoded again."""
    data = encoded(Image.new("RGB", (60, 40), "navy"), kind)

    form = web_form(data)

    assert form is not None
    assert data == form.data


@pytest.mark.parametrize(
    ("kind", "mode"), [("WEBP", "RGB"), ("BMP", "RGB"), ("TIFF", "CMYK"), ("JPEG", "CMYK"), ("PNG", "I;16")]
)
def test_a_format_that_the_platform_refuses_is_converted(kind: str, mode: str) -> None:
    """WebP, BMP, TIFF, CMYK and 16-bit pictures become JPEG or PNG in RGB."""
    image = opened(web_form(encoded(Image.new(mode, (60, 40)), kind)))

    assert image.format in {"PNG", "JPEG"}
    assert (60, 40) == image.size
    assert "RGB" == image.mode


def test_a_photograph_fits_a_telephone_and_the_platform() -> None:
    """A photograph of 12 million pixels becomes a JPEG of 1080 pixels' width below 1 MB."""
    form = web_form(encoded(noise(2000, 1500), "JPEG"))

    assert (1080, 810) == opened(form).size
    assert form is not None
    assert len(form.data) < 2**20


def test_a_large_drawing_becomes_a_photograph() -> None:
    """A PNG that stays large is shown as JPEG; its transparent parts are white."""
    image = noise(900, 900).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 100, 100))

    shown = opened(web_form(encoded(image, "PNG")))

    assert "JPEG" == shown.format
    assert min(shown.getpixel((20, 20))) > 240  # type: ignore[arg-type]


def test_a_photograph_is_upright_and_says_nothing_of_its_place() -> None:
    """EXIF data is removed, after the picture was turned as it says."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "在家里"

    shown = opened(web_form(encoded(Image.new("RGB", (60, 40), "navy"), "JPEG", exif=exif)))

    assert (40, 60) == shown.size
    assert not shown.getexif()


def test_a_small_animation_still_moves() -> None:
    """A small animated GIF is kept; the platform gets its first frame."""
    frames = [Image.new("P", (30, 20), n) for n in range(3)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    form = web_form(data)

    assert form is not None
    assert data == form.data
    uploaded = upload_form(form.data)
    assert uploaded is not None
    assert "PNG" == Image.open(io.BytesIO(uploaded)).format


def test_a_long_picture_stays_readable() -> None:
    """A picture of a whole page keeps its width."""
    assert (700, 9000) == opened(web_form(encoded(Image.new("RGB", (700, 9000)), "BMP"))).size


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_damaged_picture_has_no_form(kind: str) -> None:
    """A picture that is cut off gives None, no exception."""
    data = encoded(noise(300, 200), kind)

    assert web_form(data[: len(data) // 2]) is None
    assert web_form(b"") is None


def test_the_largest_upload_is_that_of_the_platform() -> None:
    """The limit of web forms is the limit that the platform publishes."""
    assert UPLOADIMG_BYTES == UPLOAD_BYTES
