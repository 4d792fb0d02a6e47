"""Write fix files: a new one, or an edited one in which comments and unchanged entries stay as a person wrote them."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from wxbot.bulletin.fix_file import header_kind, parse_fixes, read_fixes
from wxbot.bulletin.fixes import EntryFix, Fixes, LineFix, PictureFix, SectionFix
from wxbot.bulletin.push_form import BEST, PUSH_ITEM_KEYS, PushForm
from wxbot.bulletin.readers.sources import open_source
from wxbot.errors import BulletinError

__all__ = ["edit_text", "render", "save_fixes", "write_fix_text"]

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def save_fixes(path: Path, fixes: Fixes, source: str) -> None:
    """Write the fixes of a source into its fix file, at once or not at all.

    Raises BulletinError if the file has mistakes, so that what a person wrote there is never overwritten, and if it
    cannot be written.
    """
    if os.path.lexists(path):
        before = read_fixes(path, follow_links=False)
        if before.problems:
            raise BulletinError(
                before.problems[0].says,
                file=str(path),
                remedy="请先改正修正文件里的这一处，再试一次；它没有被改动。",
            )
        text = edit_text(open_source(path, follow_links=False).data.decode("utf-8-sig"), fixes)
    else:
        text = render(fixes, source)
    write_fix_text(path, text)


def write_fix_text(path: Path, text: str) -> None:
    """Put a text in place of a fix file, at once or not at all; raise BulletinError if it cannot be written.

    Its unfinished form has a name that the watched folder ignores.
    """
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".fix-", suffix=".tmp", delete=False
        ) as made:
            try:
                made.write(text)
                made.flush()
                os.fsync(made.fileno())
                Path(made.name).chmod(0o644)
                Path(made.name).replace(path)
            except BaseException:
                Path(made.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BulletinError(
            f"写不了修正文件 {path}：{error.strerror}",
            file=str(path),
            remedy="请检查文件夹的权限和剩余空间。",
        ) from error


def render(fixes: Fixes, source: str) -> str:
    """Return the text of a new fix file."""
    lines = [f"# {_comment_text(source)} 的修正；每次读这个文件时照此处理", *_top_lines(fixes)]
    for found in fixes.entries.values():
        for fix in found:
            lines += ["", *_entry_lines(fix)]
    lines += ["", *_push_lines(fixes.push)] if fixes.push else []
    return "\n".join(lines) + "\n"


def edit_text(before: str, fixes: Fixes) -> str:
    """Return the text of a fix file changed so that it holds these fixes; comments survive.

    A form of TOML that this writer does not edit line by line is written anew, below all of its comments.
    """
    edited = _edit_entries(before, fixes)
    if edited is not None and _same(parse_fixes(edited, fixes.file), fixes):
        return edited
    comments = [comment for line in before.splitlines() if (comment := _comment(line))]
    first, *others = render(fixes, "").splitlines()
    return "\n".join([*(comments or [first]), *others]) + "\n"


def _same(one: Fixes, other: Fixes) -> bool:
    """Tell if two fix files settle the same, in any order."""
    return (
        not one.problems
        and (one.settled, one.order, one.push) == (other.settled, other.order, other.push)
        and _by_key(one) == _by_key(other)
    )


def _by_key(fixes: Fixes) -> dict[tuple[str, tuple[str, int | None]], EntryFix]:
    """Return the fixes of all entries by their kind and what tells them from the others."""
    return {(kind, fix.key): fix for kind, found in fixes.entries.items() for fix in found}


def _top_lines(fixes: Fixes) -> list[str]:
    """Return the lines about the masthead and the order of the sections."""
    settled = fixes.settled
    lines = [f"number = {_quote(str(settled.number))}"] if settled.number else []
    lines += [f"date = {settled.date.isoformat()}"] if settled.date else []
    lines += [f"publication = {_quote(settled.publication)}"] if settled.publication else []
    return lines + ([f"sections = {_list(fixes.order)}"] if fixes.order else [])


def _entry_lines(fix: EntryFix) -> list[str]:
    """Return the lines of one entry."""
    if isinstance(fix, SectionFix):
        return ["[[section]]", f"name = {_quote(fix.name)}", f"to = {_quote(fix.to)}"]
    nth = [f"nth = {fix.nth}"] if fix.nth else []
    if isinstance(fix, PictureFix):
        texts = (("of", fix.of), ("text", fix.text), ("caption", fix.caption), ("to_article", fix.article))
        values = [f"{key} = {_quote(text)}" for key, text in texts if text]
        return ["[[picture]]", *values, *nth, *(['is = "drop"'] if fix.is_left_out else [])]
    if isinstance(fix, LineFix):
        split = [f"at = {_quote(fix.at[0]) if len(fix.at) == 1 else _list(fix.at)}"] if fix.at else []
        return ["[[line]]", f"text = {_quote(fix.text)}", *nth, f'is = "{fix.use}"', *split]
    lines = ["[[article]]", f"title = {_quote(fix.title)}", *nth]
    lines += [f"to = {_quote(fix.to)}"] if fix.to else []
    lines += [f"n = {fix.n}"] if fix.n else []
    lines += [f"cover = {fix.cover or _quote('none')}"] if fix.cover is not None else []
    lines += [f"section = {_quote(fix.section)}"] if fix.section else []
    return lines + ([f"place = {fix.place}"] if fix.place else [])


def _push_lines(form: PushForm) -> list[str]:
    """Return the lines about the form of the push."""
    lines = ["[push]"]
    if form.picks:
        picked = _quote(BEST) if form.picks == BEST else str(list(form.picks))
        lines += [f"items = {picked}"]
    lines += [f"order = {_list(form.order)}"] if form.order else []
    lines += [f"leave_out = {_list(form.leave_out)}"] if form.leave_out else []
    message = {"cover": form.cover, "author": form.author, "comments": form.comments}
    lines += [f"{key} = {_quote(text)}" for key, text in message.items() if text]
    for item in form.items:
        texts = {key: getattr(item, key) for key in PUSH_ITEM_KEYS}
        lines += ["", "[[push.item]]", *(f"{key} = {_quote(text)}" for key, text in texts.items() if text)]
    return lines


def _list(texts: Sequence[str]) -> str:
    """Return texts as an array of TOML."""
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    """Return a text as a basic string of TOML."""
    escaped = (_ESCAPES.get(char, char if _is_plain(char) else f"\\u{ord(char):04x}") for char in text)
    return f'"{"".join(escaped)}"'


def _is_plain(char: str) -> bool:
    """Tell if a character stands in a string as it is: no control character, and none that breaks a line."""
    return ord(char) >= 32 and char not in "\x7f\x85\u2028\u2029\ufeff"


def _comment_text(source: str) -> str:
    """Return the name of a source without what cannot stand in a comment."""
    return "".join(char if char.isprintable() else "?" for char in source)


def _comment(line: str) -> str:
    """Return the comment of a line, "" where it has none; a `#` inside quotes is text."""
    quote = ""
    at = 0
    while at < len(line):
        char = line[at]
        if quote:
            at += quote == '"' and char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            return line[at:].rstrip()
        at += 1
    return ""


@dataclass(slots=True)
class _FixPart:
    """The lines of a fix file before its first entry, or those of one entry with its header."""

    kind: str
    lines: list[str]


def _parts(text: str) -> Iterator[_FixPart]:
    """Yield the part above the entries, and each entry."""
    part = _FixPart("", [])
    for line in text.splitlines():
        if kind := header_kind(line):
            yield part
            part = _FixPart(kind, [])
        part.lines.append(line)
    yield part


def _edit_entries(before: str, fixes: Fixes) -> str | None:
    """Return the text with changed entries replaced, others removed, and new ones added; None for unclear parts."""
    old = parse_fixes(before, fixes.file)
    top, *parts = _parts(before)
    kept = old.entries
    if any(sum(part.kind == kind for part in parts) != len(found) for kind, found in kept.items()):
        return None
    wanted = _by_key(fixes)
    lines = list(top.lines)
    if (old.settled, old.order) != (fixes.settled, fixes.order):
        lines = [*(line for line in _without_values(lines)), *_top_lines(fixes), ""]
    has_push = False
    following = {kind: iter(found) for kind, found in kept.items()}
    for part in parts:
        if part.kind not in following:
            new_lines = _push_lines(fixes.push) if fixes.push and not has_push else []
            lines += part.lines if old.push == fixes.push else [*new_lines, *_without_values(part.lines)]
            has_push = True
            continue
        fix = next(following[part.kind])
        new = wanted.pop((part.kind, fix.key), None)
        if new == fix:
            lines += part.lines
        else:
            lines += [*(_entry_lines(new) if new else []), *_without_values(part.lines)]
    while lines and not lines[-1].strip():
        lines.pop()
    for added in wanted.values():
        lines += ["", *_entry_lines(added)]
    if fixes.push and not has_push:
        lines += ["", *_push_lines(fixes.push)]
    return "\n".join(lines) + "\n"


def _without_values(lines: Sequence[str]) -> Iterator[str]:
    """Yield the comments and blank lines among the lines of an entry."""
    for line in lines:
        if not line.strip():
            yield line
        elif comment := _comment(line):
            yield comment
