"""Read fix files: what an editor settled about the reading of one source, kept beside it as `NAME.fix.toml`.

A fix file is applied to every later reading of its source as long as its lines still match. A file with a mistake is
not applied at all: its problems name file and line, and the source is read without it.
"""

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.fixes import ArticleFix, Fixes, LineFix
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.model import LineUse, Problem
from wxbot.bulletin.push_form import PUSH_ITEM_KEYS, PUSH_KEYS, PushForm, PushItemForm
from wxbot.bulletin.readers.sources import open_source
from wxbot.errors import BulletinError

__all__ = ["header_kind", "parse_fixes", "read_fixes"]

_MAX_BYTES = 64 * 2**10
"""Size of a fix file, at most; a line fix has some hundred bytes."""

_TOP = ("number", "date", "publication", "line", "article", "push")
_LINE = ("text", "nth", "is", "at")
_ARTICLE = ("title", "nth", "to", "n", "cover")
_HEADER = re.compile(r"\s*\[\[?\s*(?P<kind>line|article|push\s*\.\s*item|push)\s*\]\]?")
_KEY = re.compile(r"\s*(?P<quote>[\"']?)(?P<key>[^\s\"'=#\[\]]+)(?P=quote)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")
_USES = "、".join(LineUse)


def read_fixes(path: Path | None, *, follow_links: bool = True) -> Fixes:
    """Read the fix file at a path, None for no such file; whatever is wrong with it is a problem of the result."""
    if path is None:
        return Fixes()
    try:
        data = open_source(path, follow_links=follow_links).data
    except BulletinError as error:
        return _unusable(path.name, [Problem(0, f"修正文件没有用上：{error.message}")])
    if len(data) > _MAX_BYTES:
        says = f"修正文件 {path.name} 超过 {_MAX_BYTES // 2**10} KB，没有用上"
        return _unusable(path.name, [Problem(0, says)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        says = f"修正文件 {path.name} 第 {line} 行不是 UTF-8，没有用上；请另存为 UTF-8"
        return _unusable(path.name, [Problem(0, says)])
    return parse_fixes(text, path.name)


def parse_fixes(text: str, file: str) -> Fixes:
    """Parse the text of a fix file; mistakes become problems with their lines, and nothing of it is applied then."""
    text = text.removeprefix("\ufeff")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = _AT_LINE.search(str(wrong))
        line = int(found[1]) if found else text.count("\n") + 1
        says = f"第 {line} 行写得不对（文字要放在英文引号里，每项占一行）"
        return _unusable(file, [Problem(0, f"修正文件 {file} 没有用上：{says}")])
    except RecursionError:
        return _unusable(file, [Problem(0, f"修正文件 {file} 没有用上：括号套得太深")])
    reader = _FixReader(file, _line_numbers(text))
    fixes = reader.read(table)
    return _unusable(file, reader.problems) if reader.problems else fixes


def _unusable(file: str, problems: list[Problem]) -> Fixes:
    """Return the fixes of a file that is not applied."""
    return Fixes(file=file, problems=tuple(problems))


def _line_numbers(text: str) -> dict[tuple[str, int, str], int]:
    """Return the lines of the keys by table, position of the entry and key; "" stands for the top and for headers."""
    found: dict[tuple[str, int, str], int] = {}
    counts: Counter[str] = Counter()
    kind = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := header_kind(line):
            kind = header
            counts[kind] += 1
            found[kind, counts[kind], ""] = number
        elif key := _KEY.match(line):
            found.setdefault((kind, counts[kind], key["key"]), number)
    return found


def header_kind(line: str) -> str:
    """Return the name of the table that a line begins, such as `line` or `push.item`; "" for any other line."""
    header = _HEADER.match(line)
    return "".join(header["kind"].split()) if header else ""


class _FixReader:
    """Turn the tables of a fix file into fixes, and collect what is wrong with them."""

    def __init__(self, file: str, lines: Mapping[tuple[str, int, str], int]) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines

    def read(self, table: Mapping[str, Any]) -> Fixes:
        """Return all fixes of a file."""
        self._check_keys(table, _TOP, "", 0)
        lines = tuple(self._line_fixes(self._entries(table, "line")))
        articles = tuple(self._article_fixes(self._entries(table, "article")))
        self._check_repeats(lines, "line", "这一行")
        self._check_repeats(articles, "article", "这篇文章")
        numbers = Counter(fix.n for fix in articles if fix.n is not None)
        for index, fix in enumerate(articles, start=1):
            if fix.n is not None and numbers[fix.n] > 1:
                self._report("article", index, "n", f"n = {fix.n} 给了不止一篇文章")
        return Fixes(self._file, self._masthead(table), lines, articles, self._push_form(table))

    def _masthead(self, table: Mapping[str, Any]) -> Settled:
        """Return what is settled about the masthead."""
        number: IssueNumber | None = None
        if "number" in table:
            number = IssueNumber.parse(self._text(table, "number", "", 0))
            if number is None:
                self._report("", 0, "number", '期号写成 "2021-02"、"2021-07+08"、"2021-s1" 的样子')
        publication = self._text(table, "publication", "", 0) if "publication" in table else None
        return Settled(number, self._date(table.get("date")), publication)

    def _date(self, value: object) -> dt.date | None:
        """Return a date that is written as a date or as text."""
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value.strip())
            except ValueError:
                value = 0
        if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
            return value
        self._report("", 0, "date", "日期写成 2021-01-15 的样子")
        return None

    def _entries(self, table: Mapping[str, Any], kind: str, within: str = "") -> list[Mapping[str, Any]]:
        """Return the entries of one kind; `within` is the table that holds them, with its dot."""
        entries = table.get(kind, [])
        if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
            return entries
        self._report(within.rstrip("."), int(bool(within)), kind, f"每一处写成一段 [[{within}{kind}]]")
        return []

    def _line_fixes(self, entries: list[Mapping[str, Any]]) -> Iterator[LineFix]:
        """Yield the fixes of lines."""
        for index, entry in enumerate(entries, start=1):
            self._check_keys(entry, _LINE, "line", index)
            text = self._text(entry, "text", "line", index)
            name = entry.get("is")
            if name not in set(LineUse):
                self._report("line", index, "is", f"is 是 {_USES} 之一")
                continue
            use = LineUse(name)
            at = self._split_texts(entry, use, index)
            nth = self._count(entry, "nth", "line", index)
            yield LineFix(text, use, nth, at, self._line("line", index, "text"))

    def _split_texts(self, entry: Mapping[str, Any], use: LineUse, index: int) -> tuple[str, ...]:
        """Return where a line is split; only a split has such texts."""
        given = entry.get("at", [])
        texts = given if isinstance(given, list) else [given]
        is_right = all(isinstance(text, str) and text.strip() for text in texts)
        if not is_right or bool(texts) != (use is LineUse.SPLIT):
            self._report("line", index, "at", 'is = "split" 时用 at = "…" 写新的一行从哪几个字开始')
            return ()
        return tuple(texts)

    def _article_fixes(self, entries: list[Mapping[str, Any]]) -> Iterator[ArticleFix]:
        """Yield the fixes of articles."""
        for index, entry in enumerate(entries, start=1):
            self._check_keys(entry, _ARTICLE, "article", index)
            title = self._text(entry, "title", "article", index)
            to = self._text(entry, "to", "article", index) if "to" in entry else ""
            nth = self._count(entry, "nth", "article", index)
            n = self._count(entry, "n", "article", index)
            cover = 0 if entry.get("cover") == "none" else self._count(entry, "cover", "article", index)
            yield ArticleFix(title, nth, to, n, cover, self._line("article", index, "title"))

    def _push_form(self, table: Mapping[str, Any]) -> PushForm:
        """Return the form of the push."""
        form = table.get("push", {})
        if not isinstance(form, dict):
            self._report("", 0, "push", "推送的写法是一段 [push]")
            return PushForm()
        self._check_keys(form, PUSH_KEYS, "push", 1)
        items: list[PushItemForm] = []
        for index, entry in enumerate(self._entries(form, "item", "push."), start=1):
            self._check_keys(entry, PUSH_ITEM_KEYS, "push.item", index)
            of = self._text(entry, "of", "push.item", index)
            texts = [
                self._text(entry, key, "push.item", index) if key in entry else ""
                for key in ("title", "digest")
            ]
            if match_key(of) in {match_key(item.of) for item in items}:
                self._report("push.item", index, "", f"“{of}”这一条前面已经写过一次")
            items.append(PushItemForm(of, *texts))
        return PushForm(
            tuple(items),
            self._names(form, "order"),
            self._names(form, "leave_out"),
            self._text(form, "cover", "push", 1) if "cover" in form else "",
            self._line("push", 1, "") if "push" in table else 0,
        )

    def _names(self, form: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return the names of items in a list, each once."""
        value = form.get(key, [])
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names):
            if len({match_key(name) for name in names}) == len(names):
                return tuple(names)
            self._report("push", 1, key, f"{key} 里有一条写了两遍")
            return ()
        self._report("push", 1, key, f'{key} 写成栏目名的列表，如 {key} = ["要闻", "整期"]')
        return ()

    def _text(self, entry: Mapping[str, Any], key: str, kind: str, index: int) -> str:
        """Return a text that must be there."""
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._report(kind, index, key, f'{key} 写成文字，放在英文引号里，如 {key} = "…"')
        return ""

    def _count(self, entry: Mapping[str, Any], key: str, kind: str, index: int) -> int | None:
        """Return a number from 1 on; None where none is given."""
        value = entry.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9999):
            return value
        none = '，或 "none"（不要封面）' if key == "cover" else ""
        self._report(kind, index, key, f"{key} 写成从 1 起的数{none}")
        return None

    def _check_keys(self, entry: Mapping[str, Any], known: tuple[str, ...], kind: str, index: int) -> None:
        """Report the keys that mean nothing here."""
        for key in entry:
            if key not in known:
                self._report(kind, index, key, f"不认识“{key}”，可以写的有 {'、'.join(known)}")

    def _check_repeats(self, fixes: Sequence[LineFix | ArticleFix], kind: str, what: str) -> None:
        """Report what is settled twice."""
        seen: set[tuple[str, int | None]] = set()
        for index, fix in enumerate(fixes, start=1):
            if fix.key in seen:
                self._report(kind, index, "", f"{what}前面已经写过一次")
            seen.add(fix.key)

    def _report(self, kind: str, index: int, key: str, says: str) -> None:
        """Add a problem at the line of a key."""
        says = f"修正文件 {self._file} 没有用上：第 {self._line(kind, index, key)} 行：{says}"
        self.problems.append(Problem(0, says))

    def _line(self, kind: str, index: int, key: str) -> int:
        """Return the line of a key, else that of its entry, else the first."""
        return self._lines.get((kind, index, key)) or self._lines.get((kind, index, "")) or 1
