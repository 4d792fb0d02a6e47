"""Tests of choosing files and readers, and of refusals."""

from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.errors import BulletinError, Exit


def test_a_folder_yields_its_readable_files_sorted(tmp_path: Path) -> None:
    """A folder yields its readable, visible files in order; a file that is named itself is always yielded."""
    for name in ("2021-03.txt", "2021-02.txt", "封面.png", ".2021-01.txt", "~$2021-04.txt", "archive.jsonl"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "old.txt").mkdir()

    found = list(bulletin.find_files([tmp_path, tmp_path / "封面.png"]))

    assert ["2021-02.txt", "2021-03.txt", "archive.jsonl", "封面.png"] == [path.name for path in found]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing path raises an error."""
    with pytest.raises(BulletinError, match="找不到"):
        list(bulletin.find_files([tmp_path / "2021-20.txt"]))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("简报.xyz", b"x", "不认识"),
        ("简报", b"x", "不认识"),
        ("简报.txt", b"%PDF-1.7 ...", "其实是PDF"),
        ("简报.txt", b"PK\x03\x04 ...", "其实是Word"),
        ("简报.txt", b"", "空文件"),
    ],
)
def test_unreadable_files_are_refused(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    """Unknown formats, wrong suffixes and empty files are refused with a reason, a remedy and exit code 3."""
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(BulletinError, match=says) as refused:
        bulletin.read(path)

    assert (str(path), Exit.REFUSED) == (refused.value.file, refused.value.exit)
    assert refused.value.remedy


def test_a_folder_is_not_a_document(tmp_path: Path) -> None:
    """A folder named like a document is refused."""
    folder = tmp_path / "简报.txt"
    folder.mkdir()

    with pytest.raises(BulletinError, match="打不开"):
        bulletin.read(folder)
