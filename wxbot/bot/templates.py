"""Templates of the reply texts: loaded from the association's files, else as shipped, and filled in.

A broken file (not UTF-8, empty, too long, or with an unknown placeholder) is never used: the last good version stays,
and the log names the error once. Syntax: see `wxbot.bot.texts`.
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wxbot.bot.texts import TEXTS
from wxbot.text import strip_controls
from wxbot.wechat import menu_link

__all__ = [
    "LONGEST",
    "Replies",
    "Template",
    "TemplateError",
    "compile_reply",
    "compile_template",
    "file_stamp",
]

log = logging.getLogger(__name__)

LONGEST = 1200  # bytes of a file; the placeholders' values need the rest of a message
_MENU = "reply"
_PIECE = re.compile(r"\[\[(?P<shows>[^\[\]|\n]+)(?:\|(?P<sends>[^\[\]|\n]+))?\]\]|\{(?P<place>[^{}\n]*)\}")


class TemplateError(ValueError):
    """Raised for a text that cannot be used; the message, in Chinese, says why."""


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """A placeholder in a text."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text: its lines, each a sequence of words and placeholders."""

    lines: tuple[tuple[str | _Placeholder, ...], ...]

    def fill(self, values: dict[str, str]) -> str:
        """Return the text with its placeholders filled; lines whose placeholders are all empty are left out."""
        filled = (_fill_line(line, values) for line in self.lines)
        return "\n".join(line for line in filled if line is not None).strip()


class _LoadedFile(NamedTuple):
    """A file's stamp at the last look, and its last good template."""

    stamp: tuple[int, int] | None
    template: Template


class Replies:
    """The reply texts by name, such as `welcome`; `folder` or any file in it may be missing.

    Only `refresh` reads files, so that no answer waits for a disk. `version` counts the changes.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = {name: folder / f"{name}.txt" for name in TEXTS}
        self._read = {name: _LoadedFile(None, template) for name, template in _SHIPPED.items()}
        self.version = 0
        self.refresh()

    def refresh(self) -> None:
        """Reload the files that changed, and count each change in `version`."""
        for name, path in self._paths.items():
            before, found = self._read[name], file_stamp(path)
            if found != before.stamp:
                self._read[name] = _LoadedFile(found, _load(name, path, before.template))
                self.version += 1

    def text(self, name: str, **values: object) -> str:
        """Return the text `name` with its placeholders filled; it may contain links and is never empty."""
        return self._read[name].template.fill({place: str(value) for place, value in values.items()})


def compile_reply(name: str, text: str) -> Template:
    """Return the template of the reply text `name`. Raises TemplateError."""
    return compile_template(text, TEXTS[name].places, LONGEST)


def compile_template(text: str, places: frozenset[str], longest: int) -> Template:
    """Return the template of a text of at most `longest` bytes with only these placeholders. Raises TemplateError."""
    text = strip_controls(text).lstrip("\ufeff").strip()
    if not text:
        raise TemplateError("文字是空的")
    if len(text.encode()) > longest:
        raise TemplateError(f"文字太长，最多 {longest} 字节（约 {longest // 3} 个汉字）")
    unknown = {piece["place"] for piece in _PIECE.finditer(text) if piece["place"] is not None} - places
    if unknown:
        may = "、".join(f"{{{place}}}" for place in sorted(places)) or "没有"
        raise TemplateError(
            f"不认识 {'、'.join(f'{{{place}}}' for place in sorted(unknown))}；这里可用的：{may}"
        )
    if "[[" in (rest := _PIECE.sub("", text)) or "]]" in rest:
        raise TemplateError(
            "有一处 [[ ]] 没有写完：写成 [[最新]] 或 [[看看|最新]]，两边各两个方括号，写在一行里"
        )
    return Template(tuple(map(_parse_line, text.splitlines())))


def _load(name: str, path: Path, before: Template) -> Template:
    """Return the file's template; without a file the shipped one, for a broken file the one before."""
    try:
        return compile_reply(name, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _SHIPPED[name]
    except (OSError, UnicodeDecodeError, TemplateError) as wrong:
        says = "文件不是 UTF-8 编码" if isinstance(wrong, UnicodeDecodeError) else wrong
        log.warning("reply text %s cannot be used, the last good version stays: %s", path, says)
        return before


def file_stamp(path: Path) -> tuple[int, int] | None:
    """Return a value that changes when the file does: its time and size; None when there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _parse_line(line: str) -> tuple[str | _Placeholder, ...]:
    pieces: list[str | _Placeholder] = []
    at = 0
    for found in _PIECE.finditer(line):
        pieces.append(line[at : found.start()])
        if found["place"] is not None:
            pieces.append(_Placeholder(found["place"]))
        else:
            pieces.append(menu_link(found["shows"], found["sends"] or found["shows"], _MENU))
        at = found.end()
    pieces.append(line[at:])
    return tuple(piece for piece in pieces if piece)


def _fill_line(line: tuple[str | _Placeholder, ...], values: dict[str, str]) -> str | None:
    filled = [values.get(piece.name, "") if isinstance(piece, _Placeholder) else piece for piece in line]
    places = [text for piece, text in zip(line, filled, strict=True) if isinstance(piece, _Placeholder)]
    return None if places and not any(places) else "".join(filled)


_SHIPPED = {name: compile_reply(name, wording.text) for name, wording in TEXTS.items()}
