"""The texts that members read: from the association's files, read again when they change, else as shipped.

A file that is broken (not UTF-8, empty, too long, or with a place that its text does not know) reaches no
member: what was last read well stays in use, and the log says what is wrong, once.
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wxbot.bot.texts import TEXTS
from wxbot.text import strip_controls
from wxbot.wechat import menu_link

__all__ = ["LONGEST", "Replies", "Template", "TemplateError", "compiled", "stamp", "template"]

log = logging.getLogger(__name__)

LONGEST = 1200  # bytes of a file: leaves room for what the answer fills in
_MENU = "reply"
_PIECE = re.compile(r"\[\[(?P<shows>[^\[\]|\n]+)(?:\|(?P<sends>[^\[\]|\n]+))?\]\]|\{(?P<place>[^{}\n]*)\}")


class TemplateError(ValueError):
    """A text that cannot be used; the message, Chinese, says why."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text, understood: its lines, each a row of words and places."""

    lines: tuple[tuple[str | _Place, ...], ...]

    def fill(self, values: dict[str, str]) -> str:
        """The text with its places filled; lines whose places all stay empty are left out."""
        kept = (_filled(line, values) for line in self.lines)
        return "\n".join(line for line in kept if line is not None).strip()


class _Read(NamedTuple):
    """A file as it was when last looked at; `template` is the last good one."""

    stamp: tuple[int, int] | None
    template: Template


class Replies:
    """The texts by name, such as `welcome`; `folder` may be missing, and so may any file in it.

    Files are looked at when `refresh` is called, not when a member waits.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = {name: folder / f"{name}.txt" for name in TEXTS}
        self._read = {name: _Read(None, template) for name, template in _SHIPPED.items()}
        self.version = 0
        self.refresh()

    def refresh(self) -> None:
        """Read the files that changed; `version` goes up when any did."""
        for name, path in self._paths.items():
            before, found = self._read[name], stamp(path)
            if found != before.stamp:
                self._read[name] = _Read(found, _load(name, path, before.template))
                self.version += 1

    def text(self, name: str, **values: object) -> str:
        """The text `name` with its places filled: words for a member, with links and taps, never empty."""
        return self._read[name].template.fill({place: str(value) for place, value in values.items()})


def compiled(name: str, text: str) -> Template:
    """Understand the text of a file. Raises TemplateError when it cannot be used for `name`."""
    return template(text, TEXTS[name].places, LONGEST)


def template(text: str, places: frozenset[str], longest: int) -> Template:
    """Understand a text of at most `longest` bytes that may use these places. Raises TemplateError."""
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
    return Template(tuple(map(_line, text.splitlines())))


def _load(name: str, path: Path, before: Template) -> Template:
    """The file's text, or the shipped one where there is none; when it is broken, what it was before."""
    try:
        return compiled(name, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _SHIPPED[name]
    except (OSError, UnicodeDecodeError, TemplateError) as wrong:
        says = "文件不是 UTF-8 编码" if isinstance(wrong, UnicodeDecodeError) else wrong
        log.warning("回复模板 %s 不能用，暂用原来的：%s", path, says)
        return before


def stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _line(line: str) -> tuple[str | _Place, ...]:
    pieces: list[str | _Place] = []
    at = 0
    for found in _PIECE.finditer(line):
        pieces.append(line[at : found.start()])
        if found["place"] is not None:
            pieces.append(_Place(found["place"]))
        else:
            pieces.append(menu_link(found["shows"], found["sends"] or found["shows"], _MENU))
        at = found.end()
    pieces.append(line[at:])
    return tuple(piece for piece in pieces if piece)


def _filled(line: tuple[str | _Place, ...], values: dict[str, str]) -> str | None:
    filled = [values.get(piece.name, "") if isinstance(piece, _Place) else piece for piece in line]
    places = [text for piece, text in zip(line, filled, strict=True) if isinstance(piece, _Place)]
    return None if places and not any(places) else "".join(filled)


_SHIPPED = {name: compiled(name, wording.text) for name, wording in TEXTS.items()}
