"""`wxbot ingest --ask`: ask an editor about each doubt of a reading, and keep the answers in the fix file."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from wxbot import bulletin
from wxbot.bulletin import FoundFile, Problem, ReaderPool
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_writer import save_fixes
from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.reading_labels import USE_LABELS, place_label
from wxbot.bulletin.settle_reading import Reading, read_with_lines
from wxbot.bulletin.source_map import TracedLine
from wxbot.cli.context import print_line
from wxbot.cli.doubt_answers import decide_answer, decide_masthead
from wxbot.cli.reading_view import print_reading
from wxbot.errors import BulletinError, UsageError
from wxbot.text import cut_width, one_line

__all__ = ["DoubtDialog", "ask_about_file", "check_terminal"]

_AROUND = 2
"""Lines shown above and below the doubtful one."""

_WIDTH = 60
"""Columns of a line of the source."""

_USES = {str(key): use for key, use in enumerate(USE_LABELS, start=1)}
_OTHERS = {
    "g": "改标题或栏目名",
    "l": "换栏目",
    "w": "换位置",
    "t": "图不收或改图注",
    "h": "换一行",
    "n": "写期号",
    "r": "写日期",
    "m": "写刊名",
    "q": "不问了",
}
_MENU = "  ".join(f"{key} {USE_LABELS[use]}" for key, use in _USES.items())
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

    def ask(self, reading: Reading) -> bool:
        """Ask about each doubt that was not skipped; return False once no more questions are wanted."""
        doubts = [problem for problem in reading.parsed.problems if problem.says not in self.skipped]
        try:
            for count, doubt in enumerate(doubts, start=1):
                print_line(f"\n疑点 {count}/{len(doubts)}")
                self._ask_about(doubt, reading)
        except _Quit:
            return False
        return bool(doubts)

    def _ask_about(self, doubt: Problem, reading: Reading) -> None:
        """Ask about one doubt until it is settled or skipped."""
        traced = reading.traced
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
            elif self._settle(answer, replace(reading, fixes=self.fixes), index):
                self.save(self.fixes)
                return

    def _settle(self, answer: str, reading: Reading, index: int | None) -> bool:
        """Keep one answer; return False, saying why, where it settles nothing."""
        if answer in {"n", "r", "m"}:
            self.fixes = decide_masthead(answer, self.fixes)
            return True
        if answer not in _USES and answer not in {"g", "l", "w", "t"}:
            print_line(f"看不懂“{answer}”，请打上面的一个数字或字母。")
            return False
        if index is None:
            print_line("这一处不是一行文字：用 h 换到要改的那一行，或者回车跳过。")
            return False
        try:
            self.fixes = decide_answer(answer, _USES.get(answer), reading, index)
        except BulletinError as error:
            print_line(f"{error.message}。{error.remedy}")
            return False
        return True


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
    options = {"settled": settled, "habits": habits}
    reading = read_with_lines(readers, source, dialog.fixes, **options)
    while True:
        before = dialog.fixes
        goes_on = dialog.ask(reading)
        if dialog.fixes != before:
            print_line(f"\n写进了 {path}")
            reading = read_with_lines(readers, source, dialog.fixes, **options)
        if not goes_on or dialog.fixes == before:
            print_reading(reading.parsed)
            return
