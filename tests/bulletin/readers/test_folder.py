"""Tests of listing the files of a folder: nothing outside it is reached, and nothing in it is passed over silently."""

import os
from pathlib import Path

import pytest

from wxbot.bulletin import FoundFile, open_source, read_archive, scan_files
from wxbot.errors import BulletinError


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")


def _problems(folder: Path) -> dict[str, str]:
    """Return the problem of each file, by its name below the folder."""
    return {found.source: found.problem for found in scan_files([folder])}


def test_files_of_sub_folders_follow_those_of_the_folder(tmp_path: Path) -> None:
    """Each file has its name below the folder; a file that is named itself has its bare name."""
    for name in ("二月/2021-02.txt", "二月/旧/2021-02.txt", "2021-03.txt"):
        _write(tmp_path / name)

    assert ["2021-03.txt", "二月/2021-02.txt", "二月/旧/2021-02.txt"] == list(_problems(tmp_path))
    assert [FoundFile(tmp_path / "2021-03.txt", "2021-03.txt")] == list(
        scan_files([tmp_path / "2021-03.txt"])
    )


def test_folders_are_read_five_levels_deep(tmp_path: Path) -> None:
    """A deeper folder is named with what to do."""
    _write(tmp_path / "1/2/3/4/5/2021-02.txt")
    _write(tmp_path / "1/2/3/4/5/6/2021-03.txt")

    assert {
        "1/2/3/4/5/2021-02.txt": "",
        "1/2/3/4/5/6": f"文件夹 {tmp_path}/1/2/3/4/5/6 太深，没有读",
    } == _problems(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "~$简报.docx", ".简报.docx.swp", ".~lock.简报.odt#", "简报.docx.tmp", "简报.pdf.part", "简报.docx.crdownload",
        "Thumbs.db", ".DS_Store", "简报.txt~", "封面.png", ".git/config.txt", "__MACOSX/简报.docx",
    ],
)  # fmt: skip
def test_temporary_and_accompanying_files_are_left_out(tmp_path: Path, name: str) -> None:
    """Leftovers of programs and pictures beside a bulletin are neither read nor named."""
    _write(tmp_path / name)

    assert {} == _problems(tmp_path)


def test_parts_that_a_browser_saves_beside_a_page_is_left_out(tmp_path: Path) -> None:
    """The folder of a saved page holds no bulletins."""
    for name in ("简报.html", "简报_files/frame.html", "简报_files/tool.js"):
        _write(tmp_path / name)

    assert {"简报.html": ""} == _problems(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """An unknown suffix is named with what to do."""
    _write(tmp_path / "名单.xlsx")

    (found,) = scan_files([tmp_path])
    assert "不认识 名单.xlsx" in found.problem
    assert ".docx" in found.remedy


def test_links_and_special_files_are_not_opened(tmp_path: Path) -> None:
    """A link to a file or a folder outside and a pipe are named and not read."""
    folder, outside = tmp_path / "bulletins", tmp_path / "secret.txt"
    _write(folder / "2021-02.txt")
    _write(outside)
    (folder / "link.txt").symlink_to(outside)
    (folder / "folder.txt").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")

    problems = _problems(folder)

    assert ["2021-02.txt"] == [name for name, problem in problems.items() if not problem]
    assert all(
        says in problems[name] for name, says in (("link.txt", "是一个链接"), ("pipe.txt", "不是普通文件"))
    )
    with pytest.raises(BulletinError, match="是一个链接"):
        open_source(folder / "link.txt", follow_links=False)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to does not block, as a bulletin or as an archive."""
    os.mkfifo(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "a.jsonl")

    with pytest.raises(BulletinError, match="不是普通文件"):
        open_source(tmp_path / "a.txt")
    with pytest.raises(BulletinError, match="不是普通文件"):
        list(read_archive(tmp_path / "a.jsonl"))
