"""`wxbot ingest --ask`: ask an editor about each doubt of a reading, and keep the answers in the fix file."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from wxbot import bulletin
from wxbot.bulletin import FoundFile, ParsedIssue, Problem, ReaderPool
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fix_writer import save_fixes
from wxbot.bulletin.fixes import RENAMED, ArticleFix, Fixes, LineFix, SectionFix
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.source_map import PlaceKind, TracedLine
from wxbot.cli.context import print_line
from wxbot.cli.param_types import DAY, ISSUE_NUMBER
from wxbot.cli.reading_view import place_label, print_reading
from wxbot.errors import BulletinError, UsageError
from wxbot.text import cut_width, one_line

__all__ = ["DoubtDialog", "ask_about_file", "check_terminal"]

_AROUND = 2
"""Lines shown above and below the doubtful one."""

_WIDTH = 60
"""Columns of a line of the source."""

_USES = {
    "1": (LineUse.TITLE, "标题"),
    "2": (LineUse.SECTION, "栏目"),
    "3": (LineUse.TEXT, "正文"),
    "4": (LineUse.HEADING, "小标题"),
    "5": (LineUse.JOIN, "接上一行"),
    "6": (LineUse.SPLIT, "拆开"),
    "7": (LineUse.DROP, "略去"),
    "8": (LineUse.KEEP, "留着"),
    "9": (LineUse.CHECKED, "读得对"),
}
_OTHERS = {
    "g": "改标题或栏目名",
    "l": "换栏目",
    "h": "换一行",
    "n": "写期号",
    "r": "写日期",
    "m": "写刊名",
    "q": "不问了",
}
_MENU = "  ".join([*(f"{key} {label}" for key, (_, label) in _USES.items())])
_MENU_OTHERS = "  ".join(f"{key} {label}" for key, label in _OTHERS.items()) + "  回车 跳过"


class _Quit(Exception):
    """The editor wants no more questions."""


@dataclass
class DoubtDialog:
    """Questions about one reading; `fixes` hold the answers so far, `skipped` the doubts left for later.

    `save` is called after each answer, so that an editor who breaks off loses none.
    """

    fixes: Fixes
    save: Callable[[Fixes], None]
    skipped: set[str] = field(default_factory=set)
    sections: list[str] = field(default_factory=list, init=False)

    def ask(self, parsed: ParsedIssue, traced: Sequence[TracedLine]) -> bool:
        """Ask about each doubt that was not skipped; return False once no more questions are wanted."""
        self.sections = [section.name for section in parsed.sections if section.name]
        doubts = [problem for problem in parsed.problems if problem.says not in self.skipped]
        try:
            for count, doubt in enumerate(doubts, start=1):
                print_line(f"\n疑点 {count}/{len(doubts)}")
                self._ask_about(doubt, traced)
        except _Quit:
            return False
        return bool(doubts)

    def _ask_about(self, doubt: Problem, traced: Sequence[TracedLine]) -> None:
        """Ask about one doubt until it is settled or skipped."""
        index = next((i for i, one in enumerate(traced) if one.line.at == doubt.line), None)
        print_line(click.style(f"? {one_line(doubt.says)}", fg="yellow"))
        _show_lines(traced, index)
        print_line(_MENU)
        print_line(_MENU_OTHERS)
        while True:
            answer = click.prompt("怎么办", default="", show_default=False).strip().lower()
            if answer == "":
                self.skipped.add(doubt.says)
                return
            if answer == "q":
                raise _Quit
            if answer == "h":
                at = click.prompt("第几行", type=int)
                index = next((i for i, one in enumerate(traced) if one.line.at == at), None)
                _show_lines(traced, index)
            elif self._settle(answer, traced, index):
                self.save(self.fixes)
                return

    def _settle(self, answer: str, traced: Sequence[TracedLine], index: int | None) -> bool:
        """Keep one answer; return False, saying why, where it settles nothing."""
        if answer in {"n", "r", "m"}:
            self._settle_masthead(answer)
            return True
        if answer not in _USES and answer not in {"g", "l"}:
            print_line(f"看不懂“{answer}”，请打上面的一个数字或字母。")
            return False
        if index is None or not traced[index].line.text.strip():
            print_line("这一处不是一行文字：用 h 换到要改的那一行，或者回车跳过。")
            return False
        if answer in {"g", "l"}:
            return self._settle_article(answer, traced, index)
        return self._settle_line(_USES[answer][0], traced, index)

    def _settle_line(self, use: LineUse, traced: Sequence[TracedLine], index: int) -> bool:
        """Keep what a line is; ask where it is split."""
        texts = [one.line.text for one in traced]
        text, nth = TextIndex(texts).name(index)
        at: tuple[str, ...] = ()
        if use is LineUse.SPLIT:
            begins = click.prompt("新的一行从哪几个字开始").strip()
            if "".join(begins.split()) not in "".join(texts[index].split())[1:]:
                print_line(f"这一行里没有可以拆开的“{begins}”。")
                return False
            at = (begins,)
        self.fixes = self.fixes.with_line(LineFix(text, use, nth, at))
        return True

    def _settle_masthead(self, answer: str) -> None:
        """Ask for the number, the date or the name of the publication."""
        settled = self.fixes.settled
        if answer == "n":
            settled = replace(settled, number=click.prompt("期号，如 2021-02", type=ISSUE_NUMBER))
        elif answer == "r":
            settled = replace(settled, date=click.prompt("出版日期，如 2021-01-15", type=DAY))
        else:
            settled = replace(settled, publication=click.prompt("刊名").strip())
        self.fixes = replace(self.fixes, settled=settled)

    def _settle_article(self, answer: str, traced: Sequence[TracedLine], index: int) -> bool:
        """Keep another title, name or section for what stands on a line."""
        if answer == "l":
            return self._move(traced, index)
        return self._rename_section(traced[index]) or self._retitle(traced, index)

    def _rename_section(self, traced: TracedLine) -> bool:
        """Ask for another name of the section whose name stands on a line; return False where none does."""
        names = (p.text for p in traced.places if p.kind is PlaceKind.SECTION or p.why == RENAMED)
        name = next(names, "")
        if name:
            self.fixes = self.fixes.with_section(SectionFix(name, click.prompt("新栏目名").strip()))
        return bool(name)

    def _retitle(self, traced: Sequence[TracedLine], index: int) -> bool:
        """Ask for another title of the article whose title stands on a line."""
        fix = self._article_fix(traced, index)
        if fix is not None:
            self.fixes = self.fixes.with_article(replace(fix, to=click.prompt("新标题").strip()))
        return fix is not None

    def _move(self, traced: Sequence[TracedLine], index: int) -> bool:
        """Ask for another section of the article whose title stands on a line."""
        fix = self._article_fix(traced, index)
        if fix is None:
            return False
        name = click.prompt(f"移到哪个栏目（{'、'.join(self.sections)}）").strip()
        if match_key(name) not in set(map(match_key, self.sections)):
            print_line(f"这一期没有栏目“{name}”。")
            return False
        self.fixes = self.fixes.with_article(replace(fix, section=name))
        return True

    def _article_fix(self, traced: Sequence[TracedLine], index: int) -> ArticleFix | None:
        """Return what is settled of the article whose title stands on a line; None, saying so, where none does."""
        titles = {
            place.article: place.text
            for one in traced
            for place in one.places
            if place.kind is PlaceKind.TITLE
        }
        here = next((p.article for p in traced[index].places if p.kind is PlaceKind.TITLE), None)
        if here is None:
            print_line("这一行不是文章的标题：先用 1 把它定为标题。")
            return None
        new = ArticleFix(*TextIndex(list(titles.values())).name(list(titles).index(here)))
        return next((fix for fix in self.fixes.articles if fix.key == new.key), new)


def _show_lines(traced: Sequence[TracedLine], index: int | None) -> None:
    """Show a line with those around it and what they became."""
    for at in _around(index, len(traced)):
        one = traced[at]
        mark = ">" if at == index else " "
        text = cut_width(one_line(one.line.text) or "［图片］", _WIDTH)
        print_line(f"{mark}{one.line.at:>5}  {text}  （{place_label(one.places)}）")


def _around(index: int | None, count: int) -> Iterator[int]:
    """Yield the positions of the lines around one."""
    if index is not None:
        yield from range(max(0, index - _AROUND), min(count, index + _AROUND + 1))


def check_terminal(paths: Sequence[Path]) -> None:
    """Raise UsageError unless the questions can be asked: one file, at a terminal."""
    if len(paths) != 1 or paths[0].is_dir() or paths[0].suffix.lower() == bulletin.ARCHIVE:
        raise UsageError("--ask 一次问一个简报文件", remedy="请只写这一个文件。")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--ask 要在终端里用",
            remedy="没有终端时，请照编辑手册手写修正文件，再用 --dry-run 看结果。",
        )


def ask_about_file(found: FoundFile, readers: ReaderPool, settled: Settled, habits: Habits) -> None:
    """Read a file, ask about its doubts, write the fix file, and read it again until nothing is left to ask.

    Raises BulletinError for a file that cannot be read, and for a fix file with mistakes.
    """
    if found.problem:
        raise BulletinError(found.problem, file=str(found.path), remedy=found.remedy)
    path = found.fix or found.path.with_name(f"{found.path.stem}{bulletin.FIX_SUFFIX}")
    fixes = replace(read_fixes(found.fix), file=path.name)
    dialog = DoubtDialog(fixes, lambda changed: save_fixes(path, changed, found.path.name))
    if dialog.fixes.problems:
        raise BulletinError(
            dialog.fixes.problems[0].says, file=str(path), remedy="请先改正修正文件里的这一处，再试一次。"
        )
    source = bulletin.open_source(found.path)
    while True:
        parsed, traced = readers.trace(source, settled=settled, habits=habits, fixes=dialog.fixes)
        before = dialog.fixes
        goes_on = dialog.ask(parsed, traced)
        if dialog.fixes != before:
            print_line(f"\n写进了 {path}")
            parsed, traced = readers.trace(source, settled=settled, habits=habits, fixes=dialog.fixes)
        if not goes_on or dialog.fixes == before:
            print_reading(parsed)
            return
