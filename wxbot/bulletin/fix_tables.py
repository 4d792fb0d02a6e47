"""Turn the tables of a fix file into fixes, and name the line of each mistake."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.fixes import ArticleFix, EntryFix, Fixes, LineFix, PictureFix, SectionFix
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.model import LineUse, Problem
from wxbot.bulletin.push_form import (
    BEST,
    COMMENT_CHOICES,
    COMMENTS_OFF,
    PUSH_ITEM_KEYS,
    PUSH_KEYS,
    Picks,
    PushForm,
    PushItemForm,
)

__all__ = ["FixTables"]

_HEAD = ("number", "date", "publication", "sections")
_TOP = (*_HEAD, "line", "section", "article", "picture", "push")
_LINE = ("text", "nth", "is", "at")
_SECTION = ("name", "to")
_ARTICLE = ("title", "nth", "to", "n", "cover", "section", "place")
_PICTURE = ("of", "text", "nth", "is", "caption", "to_article")
_USES = "、".join(LineUse)


class FixTables:
    """Turn the tables of a fix file into fixes, and collect what is wrong with them."""

    def __init__(self, file: str, lines: Mapping[tuple[str, int, str], int]) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines

    def read(self, table: Mapping[str, Any]) -> Fixes:
        """Return all fixes of a file."""
        self._check_keys(table, _TOP, "", 0)
        lines = tuple(self._line_fixes(self._entries(table, "line")))
        sections = tuple(self._section_fixes(self._entries(table, "section")))
        articles = tuple(self._article_fixes(self._entries(table, "article")))
        shown = tuple(self._picture_fixes(self._entries(table, "picture")))
        self._check_repeats(shown, "picture", "这张图")
        self._check_repeats(lines, "line", "这一行")
        self._check_repeats(sections, "section", "这个栏目")
        self._check_repeats(articles, "article", "这篇文章")
        numbers = Counter(fix.n for fix in articles if fix.n is not None)
        for index, fix in enumerate(articles, start=1):
            if fix.n is not None and numbers[fix.n] > 1:
                self._report("article", index, "n", f"n = {fix.n} 给了不止一篇文章")
        return Fixes(
            self._file,
            self._masthead(table),
            lines,
            articles,
            self._push_form(table),
            sections,
            self._names(table, "sections", "", 0),
            self._line("", 0, "sections") if "sections" in table else 0,
            shown,
        )

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

    def _section_fixes(self, entries: list[Mapping[str, Any]]) -> Iterator[SectionFix]:
        """Yield the fixes of sections."""
        for index, entry in enumerate(entries, start=1):
            self._check_keys(entry, _SECTION, "section", index)
            name, to = (self._text(entry, key, "section", index) for key in _SECTION)
            yield SectionFix(name, to, self._line("section", index, "name"))

    def _article_fixes(self, entries: list[Mapping[str, Any]]) -> Iterator[ArticleFix]:
        """Yield the fixes of articles."""
        for index, entry in enumerate(entries, start=1):
            self._check_keys(entry, _ARTICLE, "article", index)
            title = self._text(entry, "title", "article", index)
            to = self._text(entry, "to", "article", index) if "to" in entry else ""
            nth = self._count(entry, "nth", "article", index)
            n = self._count(entry, "n", "article", index)
            cover = 0 if entry.get("cover") == "none" else self._count(entry, "cover", "article", index)
            section = self._text(entry, "section", "article", index) if "section" in entry else ""
            place = self._count(entry, "place", "article", index)
            line = self._line("article", index, "title")
            yield ArticleFix(title, nth, to, n, cover, section, place, line)

    def _picture_fixes(self, entries: list[Mapping[str, Any]]) -> Iterator[PictureFix]:
        """Yield the fixes of pictures."""
        for index, entry in enumerate(entries, start=1):
            self._check_keys(entry, _PICTURE, "picture", index)
            of, text, caption, article = (
                self._text(entry, key, "picture", index) if key in entry else ""
                for key in ("of", "text", "caption", "to_article")
            )
            if not of and not text:
                self._report("picture", index, "", '用 of = "文章标题" 或 text = "图注…" 写明是哪张图')
            is_left_out = entry.get("is") == "drop"
            # A picture that is left out has neither a caption nor an article.
            if is_left_out is bool(caption or article) or ("is" in entry and not is_left_out):
                says = '写 is = "drop"（不收），或者 caption = "…"（图注）、to_article = "…"（移到这一篇）'
                self._report("picture", index, "is", says)
            nth = self._count(entry, "nth", "picture", index)
            line = self._line("picture", index, "")
            yield PictureFix(of, text, nth, is_left_out, caption, article, line)

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
            texts = {
                key: self._text(entry, key, "push.item", index)
                for key in ("title", "digest", "author", "cover")
                if key in entry
            }
            texts["comments"] = self._comments(entry, "push.item", index)
            if match_key(of) in {match_key(item.of) for item in items}:
                self._report("push.item", index, "", f"“{of}”这一条前面已经写过一次")
            items.append(PushItemForm(of, **texts))
        return PushForm(
            tuple(items),
            self._names(form, "order", "push", 1),
            self._names(form, "leave_out", "push", 1),
            self._text(form, "cover", "push", 1) if "cover" in form else "",
            self._text(form, "author", "push", 1) if "author" in form else "",
            self._comments(form, "push", 1).replace(COMMENTS_OFF, ""),
            self._picks(form),
            self._line("push", 1, "") if "push" in table else 0,
        )

    def _picks(self, form: Mapping[str, Any]) -> Picks:
        """Return the articles that each are an item of the message."""
        value = form.get("items", [])
        if value == "sections":
            return ()
        if value == BEST:
            return BEST
        is_list = isinstance(value, list) and all(type(n) is int and 1 <= n <= 9999 for n in value)
        if is_list and len(set(value)) == len(value):
            return tuple(value)
        says = 'items 写成 "best"（最好的几篇）、"sections"（每个栏目一条）或文章的编号，如 items = [3, 5, 8]'
        self._report("push", 1, "items", says)
        return ()

    def _comments(self, entry: Mapping[str, Any], kind: str, index: int) -> str:
        """Return who may write comments; "" if that is not settled."""
        value = entry.get("comments", "")
        if value in {"", *COMMENT_CHOICES}:
            return str(value)
        says = 'comments 写成 "fans"（粉丝可以留言）、"all"（所有人可以）或 "none"（不开）'
        self._report(kind, index, "comments", says)
        return ""

    def _names(self, form: Mapping[str, Any], key: str, kind: str, index: int) -> tuple[str, ...]:
        """Return the names of sections or items in a list, each once."""
        value = form.get(key, [])
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names):
            if len({match_key(name) for name in names}) == len(names):
                return tuple(names)
            self._report(kind, index, key, f"{key} 里有一条写了两遍")
            return ()
        self._report(kind, index, key, f'{key} 写成栏目名的列表，如 {key} = ["要闻", "动态"]')
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
                above = f"；{key} 要写在第一个 [[…]] 的上面" if kind and key in _HEAD else ""
                self._report(kind, index, key, f"不认识“{key}”，可以写的有 {'、'.join(known)}{above}")

    def _check_repeats(self, fixes: Sequence[EntryFix], kind: str, what: str) -> None:
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
