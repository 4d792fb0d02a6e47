"""Tests for the pictures of a draft."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from wxbot.rendering import issue_art
from wxbot.rendering.draft_pictures import DraftPicture, banner_picture, file_picture

from .samples import an_issue


def found(name: str, folder: Path) -> DraftPicture:
    """Return a picture that must exist."""
    picture = file_picture(name, folder)
    assert picture is not None
    return picture


def test_banner_is_a_picture_with_a_lasting_key() -> None:
    """The key of a banner is the same for the same issue and different for another."""
    one = banner_picture(issue_art(an_issue()))

    assert one == banner_picture(issue_art(an_issue()))
    assert one.key != banner_picture(issue_art(an_issue(issue=4, number="2024-04"))).key
    assert "JPEG" == Image.open(io.BytesIO(one.draw())).format
    assert f"{one.key}.jpg" == one.filename


def test_file_is_brought_within_the_limits(tmp_path: Path) -> None:
    """A large picture in a refused format becomes a JPEG below 1 MB at phone width."""
    noise = Image.frombytes("RGB", (1600, 1200), os.urandom(1600 * 1200 * 3))
    noise.save(tmp_path / "noise.webp", lossless=True)
    data = found("noise.webp", tmp_path).draw()

    assert len(data) < 1_048_576
    assert (1080, 810) == Image.open(io.BytesIO(data)).size


def test_transparency_becomes_white(tmp_path: Path) -> None:
    """Transparent parts become white, because JPEG has no transparency and black would hide a black drawing."""
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    image = Image.open(io.BytesIO(found("clear.png", tmp_path).draw()))

    assert (255, 255, 255) == image.getpixel((5, 5))


@pytest.mark.parametrize(
    "name", ["../outside.png", "/etc/hostname", "none.png", "notes.png", "", ".", "a\x00b", "n" * 5000]
)
def test_only_pictures_below_the_folder_are_taken(tmp_path: Path, name: str) -> None:
    """Paths outside the bulletin's folder and files that are not pictures are ignored."""
    folder = tmp_path / "bulletins"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "outside.png")
    (folder / "notes.png").write_text("no picture", encoding="utf-8")

    assert file_picture(name, folder) is None
