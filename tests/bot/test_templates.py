"""The texts that members read, from files that editors change."""

import logging
import os
from pathlib import Path

import pytest

from tests.conftest import ROOT
from wxbot.bot.templates import LONGEST, Replies
from wxbot.bot.texts import TEXTS

SHIPPED = ROOT / "content" / "replies"


def write(file: Path, text: str | bytes, at: int) -> None:
    """Write a file as an editor would, with a new time of change."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, ns=(at, at))


def said(replies: Replies, name: str = "image") -> str:
    """Return a text after a refresh."""
    replies.refresh()
    return replies.text(name)


def test_the_shipped_files_are_the_built_in_texts() -> None:
    """content/replies/ has a file for each built-in text, with the same text."""
    files = {file.stem: file.read_text(encoding="utf-8") for file in SHIPPED.glob("*.txt")}

    assert {name: wording.text + "\n" for name, wording in TEXTS.items()} == files


def test_a_missing_folder_leaves_the_built_in_texts(tmp_path: Path) -> None:
    """A server without content/ answers with the built-in texts."""
    assert Replies(SHIPPED).text("image") == Replies(tmp_path / "none").text("image") != ""


def test_a_changed_file_is_read(tmp_path: Path) -> None:
    """A refresh loads an editor's change, and `version` tells caches about it."""
    replies = Replies(tmp_path)
    write(tmp_path / "image.txt", "图片一", at=1)
    before = said(replies), replies.version
    write(tmp_path / "image.txt", "图片二", at=2)

    assert ("图片一", "图片二") == (before[0], said(replies))
    assert replies.version > before[1]


def test_a_deleted_file_gives_the_built_in_text_back(tmp_path: Path) -> None:
    """Deleting a file restores the built-in text."""
    replies = Replies(tmp_path)
    write(tmp_path / "image.txt", "图片一", at=1)
    said(replies)
    (tmp_path / "image.txt").unlink()

    assert TEXTS["image"].text == said(replies)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t\n", id="blank"),
        pytest.param("收到{什么}", id="unknown place"),
        pytest.param("收到{}", id="nameless place"),
        pytest.param("收到，看[[看看|最新]", id="unfinished link"),
        pytest.param("图片收到了，谢谢".encode("gb18030"), id="not UTF-8"),
        pytest.param("长" * LONGEST, id="too long"),
    ],
)
def test_a_broken_file_never_reaches_a_member(
    tmp_path: Path, broken: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The last good version stays, and the log names the broken file once."""
    replies = Replies(tmp_path)
    write(tmp_path / "image.txt", "好的", at=1)
    said(replies)
    write(tmp_path / "image.txt", broken, at=2)
    with caplog.at_level(logging.WARNING):
        twice = [said(replies), said(replies)]

    assert ["好的", "好的"] == twice
    assert 1 == caplog.text.count("image.txt")


def test_a_file_broken_from_the_start_gives_the_built_in_text(tmp_path: Path) -> None:
    """A server that starts with a broken file uses the built-in text."""
    write(tmp_path / "image.txt", "收到{什么}", at=1)

    assert TEXTS["image"].text == Replies(tmp_path).text("image")


def test_lines_without_anything_to_say_are_left_out(tmp_path: Path) -> None:
    """A line whose placeholders are all empty is left out; a line with some of them filled is kept."""
    write(tmp_path / "no_issue.txt", "没有{期号}\n现有：{已有}\n{期号}或{已有}", at=1)

    assert "没有第3期\n第3期或" == Replies(tmp_path).text("no_issue", 期号="第3期", 已有="")


def test_double_brackets_are_words_to_tap(tmp_path: Path) -> None:
    """[[最新]] is a link that sends 最新, and so is [[看看|最新]]."""
    write(tmp_path / "image.txt", "[[最新]]或[[看看|最新]]", at=1)
    said = Replies(tmp_path).text("image")

    assert 2 == said.count("msgmenucontent=最新&")
    assert ">看看</a>" in said


def test_values_are_never_read_as_a_template() -> None:
    """A member's words that look like a placeholder or a link are shown as they are."""
    said = Replies(SHIPPED).text("nothing", 问题="{栏目}[[最新]]", 栏目="")

    assert "「{栏目}[[最新]]」" in said
