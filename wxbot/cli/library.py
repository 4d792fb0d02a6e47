"""`wxbot ingest`: files and folders into the library."""

import datetime as dt
from functools import partial
from pathlib import Path

import click

from wxbot import bulletin, library
from wxbot import push as pushing
from wxbot.bulletin import ParsedIssue
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber, number_label
from wxbot.cli.archive import import_archive
from wxbot.cli.ask_doubts import ask_about_file, check_terminal
from wxbot.cli.campaign_view import print_consequences
from wxbot.cli.context import (
    CommandContext,
    current_user,
    pass_command_context,
    print_json,
    print_notes,
    print_one_line,
)
from wxbot.cli.incoming_files import keep_settled, known_habits, record_fates
from wxbot.cli.param_types import DAY, ISSUE_NUMBER
from wxbot.cli.progress import ProgressLine, sync_index
from wxbot.cli.reading_view import print_reading
from wxbot.errors import Exit, UsageError
from wxbot.library import IngestResult, Issue, Outcome, PublishPolicy

__all__ = ["ingest"]

_WORDS = {
    Outcome.NEW: "新上架",
    Outcome.SAME: "没有变化",
    Outcome.REVISED: "已更新",
    Outcome.HELD: "先留着",
    Outcome.REFUSED: "没有收下",
    Outcome.DRY_RUN: "预演",
}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不写。")
@click.option("--hold", is_flag=True, help="先不公开，等 wxbot publish；不写时，没有疑问的一期马上公开。")
@click.option(
    "--number", type=ISSUE_NUMBER, help="定下这一期的期号，如 2021-02、2021-07+08、2021-s1、2026-w43。"
)
@click.option("--date", type=DAY, help="定下出版日期，如 2021-01-15。")
@click.option("--publication", help="定下刊名。")
@click.option(
    "--as-correction",
    "corrects",
    is_flag=True,
    help="这个文件是书架上同一期的更正：以它为准，不论原来出自哪个文件。",
)
@click.option("--ask", is_flag=True, help="在终端里逐个问没有把握的地方，答案写进旁边的修正文件。")
@click.option("--archive", is_flag=True, help="导入存档：几千个旧文件，可以中断再接着做；不推送、不通知。")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="与 --archive 同用：报告写到哪里；不写时在第一个 PATHS 旁边。",
)
@click.option("--json", "json_lines", is_flag=True, help="每个文件一行 JSON。")
@pass_command_context
def ingest(
    context: CommandContext,
    paths: tuple[Path, ...],
    *,
    dry_run: bool,
    hold: bool,
    number: IssueNumber | None,
    date: dt.date | None,
    publication: str | None,
    corrects: bool,
    ask: bool,
    archive: bool,
    report: Path | None,
    json_lines: bool,
) -> None:
    """把简报文件（或文件夹）上架。

    --number、--date、--publication 定下一个文件的期号、日期、刊名；文件在简报文件夹里，就记进它的修正文件。
    --ask 与 --dry-run 同用时只写修正文件，不上架。
    --archive 导入成千的旧刊；与 --json 同用时每个文件一行，最后一行是总数。

    \b
    $ wxbot ingest content/bulletins/2021-02.txt
    $ wxbot ingest --archive 旧刊
    """
    w = context.services
    settled = Settled(number, date, (publication or "").strip() or None)
    _check_options(paths, settled, corrects=corrects, ask=ask, archive=archive, report=report)
    if archive:
        code = import_archive(w, paths, dry_run=dry_run, hold=hold, report=report, json_lines=json_lines)
        raise click.exceptions.Exit(code)
    files = library.list_files(paths, w.bulletin_folder)
    if ask:
        check_terminal(paths)
        ask_about_file(files[0], w.readers, settled, known_habits(w))
        if dry_run or not click.confirm("上架吗", default=True):
            return
        files = library.list_files(paths, w.bulletin_folder)  # its fix file may be new
    results = []
    keep_settled(files, settled, w.bulletin_folder, dry_run=dry_run)
    with ProgressLine("读简报", len(files)) as progress:
        for done in library.ingest(
            w.db,
            files,
            w.now(),
            dry_run=dry_run,
            readers=w.readers,
            settled=settled,
            habits=w.read_habits(),
            policy=PublishPolicy.NEVER if hold else PublishPolicy.CLEAN,
            by=current_user(),
            follow=partial(pushing.publishing.follow_ingest, w.pusher, current_user()),
            corrects=corrects,
        ):
            results.append(done)
            progress.clear()
            print_json(done.as_json()) if json_lines else _tell(done)
            progress.advance()
    record_fates(w, files, results)
    if any(done.outcome in {Outcome.NEW, Outcome.REVISED, Outcome.HELD} for done in results):
        sync_index(w)
    if not results:
        print_notes(f"没有找到可以上架的文件。{bulletin.READABLE}；文章存档是 .jsonl。")
        raise click.exceptions.Exit(Exit.REFUSED)
    raise click.exceptions.Exit(_exit(results))


def _check_options(
    paths: tuple[Path, ...],
    settled: Settled,
    *,
    corrects: bool,
    ask: bool,
    archive: bool,
    report: Path | None,
) -> None:
    """Raise UsageError for options that do not go together."""
    if archive and (ask or corrects or settled != Settled()):
        raise UsageError(
            "--archive 不能与 --ask、--number、--date、--publication、--as-correction 同用",
            remedy="先导入；有疑问的先留着，再一个一个上架。",
        )
    if report is not None and not archive:
        raise UsageError(
            "--report 要与 --archive 同用", remedy="例如 wxbot ingest --archive 旧刊 --report 报告.txt"
        )
    if (corrects or settled != Settled()) and (len(paths) != 1 or not paths[0].is_file()):
        raise UsageError(
            "--number、--date、--publication、--as-correction 只能用于一个文件",
            remedy="请一次只上架这一个文件。",
        )


def _exit(results: list[IngestResult]) -> Exit:
    codes = {done.exit for done in results}
    if codes == {Exit.REFUSED}:
        return Exit.REFUSED
    return Exit.DONE if codes == {Exit.DONE} else Exit.PROBLEMS


def _label(issue: Issue | ParsedIssue) -> str:
    return number_label(issue.number or "")


def _tell(done: IngestResult) -> None:
    _tell_outcome(done)
    print_consequences(done.consequences)


def _tell_waiting(done: IngestResult) -> None:
    """Print what waits for an editor's decision."""
    word = _WORDS[Outcome.HELD if done.is_held else done.outcome]
    print_one_line(f"? {done.file}  {word}：{done.says}")
    for problem in done.problems:
        print_one_line(f"  ! {done.file}:{problem.line}  {problem.says}")
    print_one_line(f"  怎么办：{done.remedy}")
    if done.note:
        print_one_line(f"  {done.note}")
    if done.outcome is Outcome.DRY_RUN:
        print_reading(done.parsed)


def _tell_outcome(done: IngestResult) -> None:
    if done.outcome is Outcome.REFUSED:
        print_one_line(f"✗ {done.file}  没有收下：{done.says}")
        print_one_line(f"  怎么办：{done.remedy}")
        return
    if done.waits:
        _tell_waiting(done)
        return
    if done.note and done.outcome is Outcome.SAME:
        print_one_line(f"· {done.file}  {_WORDS[Outcome.SAME]}：{done.note}")
        return
    word = _WORDS[done.outcome] + (f"（会是：{_WORDS[done.would]}）" if done.would else "")
    if done.counts is not None:
        counted = "，".join(f"{_WORDS[o]} {n} 篇" for o, n in done.counts.items() if n)
        print_one_line(f"✓ {done.file}  {word}  {counted}")
    else:
        issue = done.parsed
        print_one_line(f"✓ {done.file}  {word}  {issue.title or ''} {_label(issue)}  {issue.date or ''}")
        if done.outcome is Outcome.DRY_RUN:
            print_reading(issue)
            return
        print_one_line(
            "  " + "  ".join(f"{s.name or '（无栏目）'} {len(s.articles)} 篇" for s in issue.sections)
        )
    if done.note:
        print_one_line(f"  {done.note}")
    if done.new_push_form:
        print_one_line("  推送的设置有变：以后的计划照新的")
    for problem in done.problems:
        place = f"{done.file}:{problem.line}  " if problem.line else ""
        print_one_line(f"  ! {place}{problem.says}")
