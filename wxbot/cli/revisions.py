"""`wxbot issues` and `wxbot diff`: the issues, their earlier content, and what each revision changed."""

from pathlib import Path

import click

from wxbot import library
from wxbot import push as pushing
from wxbot.cli.campaign_view import effect_exit, print_consequences
from wxbot.cli.context import (
    CommandContext,
    current_user,
    json_option,
    pass_command_context,
    print_json,
    print_line,
    print_table,
)
from wxbot.cli.incoming_files import drop_files
from wxbot.cli.issue_name import ISSUE
from wxbot.cli.publishing import require_issue
from wxbot.cli.show import issue_json
from wxbot.errors import UsageError
from wxbot.library import Issue, Revision, RevisionComparison
from wxbot.library.diff_lines import diff_lines
from wxbot.local_time import moment_label
from wxbot.push.content_changes import preview_content_change
from wxbot.wiring import Services

__all__ = ["diff", "issues"]


@click.command()
@click.argument("issue", type=ISSUE)
@click.argument("revision", type=click.IntRange(min=1), required=False)
@json_option
@pass_command_context
def diff(context: CommandContext, issue: str, revision: int | None, json_out: bool) -> None:
    """一次修订改了什么。

    不写 REVISION 时：有修订待看，就拿它和现在的内容比；否则拿最近一次修订和它前一次比。

    \b
    $ wxbot diff 2021-02
    $ wxbot diff 2021-02 2
    """
    w = context.services
    found = require_issue(w, issue)
    with w.db.read() as session:
        comparison = library.compare_revisions(session, found, revision)
    if json_out:
        print_json(comparison.as_json())
    elif comparison.before is None:
        print_line(f"{found.key} 第 {comparison.after} 次修订是最早的内容，没有可比的")
    else:
        print_line(f"{found.key} 第 {comparison.before} 次修订 → 第 {comparison.after} 次修订")
        _print_changes(comparison)


@click.group(invoke_without_command=True)
@click.option("--files", is_flag=True, help="简报文件夹里每个文件的下落。")
@json_option
@click.pass_context
def issues(ctx: click.Context, files: bool, json_out: bool) -> None:
    """书架上的各期。"""
    if ctx.invoked_subcommand is not None:
        if files:
            raise UsageError("--files 不能和子命令同用", remedy="单独运行 wxbot issues --files")
        return
    context = ctx.find_object(CommandContext)
    assert context is not None  # noqa: S101  the group above makes it
    if files:
        _print_files(context.services, json_out=json_out)
    else:
        _print_issues(context.services, json_out=json_out)


@issues.command()
@click.argument("issue", type=ISSUE)
@json_option
@pass_command_context
def history(context: CommandContext, issue: str, json_out: bool) -> None:
    """一期的各次修订：什么时候，谁，来自哪个文件。

    \b
    $ wxbot issues history 2021-02
    """
    w = context.services
    found = require_issue(w, issue)
    with w.db.read() as session:
        stored = library.revisions(session, found.key)
    if json_out:
        print_json([_revision_json(found, each) for each in stored])
        return
    rows = (
        (
            each.revision,
            moment_label(each.shelved_at, w.settings.tz),
            each.by,
            each.source,
            _origin(each),
            len(each.problems) or "",
            _mark(found, each),
        )
        for each in stored
    )
    print_table(("修订", "时间", "谁", "文件", "是什么", "疑问", ""), rows)


def _origin(revision: Revision) -> str:
    """Return how a revision came about, in Chinese."""
    if revision.restores is not None:
        return f"恢复第 {revision.restores} 次"
    return "第一次上架" if revision.revision == 1 else "重新上架"


@issues.command()
@click.argument("issue", type=ISSUE)
@click.argument("revision", type=click.IntRange(min=1))
@click.option("--by", help="谁恢复；默认是登录本机的用户。")
@click.option("--dry-run", is_flag=True, help="只看会改什么，什么也不写。")
@json_option
@pass_command_context
def restore(
    context: CommandContext, issue: str, revision: int, by: str | None, dry_run: bool, json_out: bool
) -> None:
    """恢复一期以前的内容，作为一次新的修订。

    \b
    $ wxbot issues restore 2021-02 1 --dry-run
    """
    w = context.services
    found = require_issue(w, issue)
    with w.db.read() as session:
        comparison = library.compare_with_present(session, found, revision)
        effects = preview_content_change(session, found.key) if dry_run and comparison.diff else []
    number = None
    if not dry_run:
        by = by or current_user()
        number, effects = pushing.publishing.restore(w.pusher, found.key, revision, by=by, now=w.now())
        w.sync_index()
    if json_out:
        campaigns = [each.as_json() for each in effects]
        print_json(comparison.as_json() | {"dry_run": dry_run, "revision": number, "campaigns": campaigns})
    elif dry_run:
        print_line(f"{found.key} 会恢复第 {revision} 次修订的内容（预演，什么也没有改）")
        _print_changes(comparison)
        print_consequences(effects)
    elif number is None:
        print_line(f"{found.key} 的内容本来就是第 {revision} 次修订的，什么也没有改")
    else:
        waited = f"；待看的第 {found.pending} 次修订不再等着" if found.pending is not None else ""
        print_line(f"{found.key} 已恢复第 {revision} 次修订的内容，记为第 {number} 次修订{waited}")
        print_consequences(effects)
    raise click.exceptions.Exit(effect_exit(effects))


@issues.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不写。")
@click.option("--json", "json_lines", is_flag=True, help="每个文件一行 JSON。")
@pass_command_context
def drop(context: CommandContext, files: tuple[Path, ...], dry_run: bool, json_lines: bool) -> None:
    """简报文件夹里多余的文件放在一边。

    文件留在原处，内容不变就不再读；写明它上架一次（wxbot ingest 文件）就收下。

    \b
    $ wxbot issues drop content/bulletins/副本.txt
    """
    w = context.services
    drop_files(w, library.list_files(files, w.bulletin_folder), dry_run=dry_run, json_lines=json_lines)


@issues.command()
@click.argument("issue", type=ISSUE)
@json_option
@pass_command_context
def keep(context: CommandContext, issue: str, json_out: bool) -> None:
    """原文不在文件夹里了的一期照旧留着，不再提它。

    \b
    $ wxbot issues keep 2021-02
    """
    w = context.services
    found = require_issue(w, issue)
    with w.db.begin() as session:
        changed = library.keep_issue(session, found.key)
    if json_out:
        print_json({"issue": found.key, "changed": changed})
    else:
        print_line(f"{found.key} 照旧留着" if changed else f"{found.key} 没有要决定的")


def _print_issues(w: Services, *, json_out: bool) -> None:
    with w.db.read() as session:
        found = library.any_issues(session)
        sizes = {issue.key: len(library.current_articles(session, issue.key)) for issue in found}
    if json_out:
        print_json([issue_json(issue) | {"articles": sizes[issue.key]} for issue in found])
        return
    if not found:
        print_line("书架是空的。先上架一期：wxbot ingest content/bulletins/2021-02.txt")
        return
    print_table(
        ("期号", "刊名", "日期", "文章", "状态", "文件"),
        ((i.key, i.title, i.date, sizes[i.key], _state_cell(i), i.source) for i in found),
    )


def _print_files(w: Services, *, json_out: bool) -> None:
    with w.db.read() as session:
        found = library.file_reports(session)
    if json_out:
        columns = ("source", "outcome", "number", "says", "remedy", "at")
        print_json([{name: getattr(each, name) for name in columns} for each in found])
        return
    if not found:
        print_line("还没有看过简报文件夹：wxbot worker 运行时记下每个文件的下落。")
        return
    print_table(
        ("文件", "下落", "期号", "时间"),
        ((each.source, each.label, each.number, moment_label(each.at, w.settings.tz)) for each in found),
    )
    for each in found:
        if each.says:
            print_line(f"! {each.source}  {each.says}")
        if each.remedy:
            print_line(f"  怎么办：{each.remedy}")


def _print_changes(comparison: RevisionComparison) -> None:
    for line in diff_lines(comparison.diff):
        print_line(line)
    if not comparison.diff:
        print_line("内容没有不同")


def _state_cell(issue: Issue) -> str:
    """Return an issue's state, with the number of its revision once there is more than one."""
    return issue.state_label if issue.revision == 1 else f"{issue.state_label}（第 {issue.revision} 次修订）"


def _mark(issue: Issue, revision: Revision) -> str:
    """Return a mark for the revision in force and for the one that waits."""
    return {issue.revision: "在用", issue.pending: "待看"}.get(revision.revision, "")


def _revision_json(issue: Issue, revision: Revision) -> dict[str, object]:
    return {
        "revision": revision.revision,
        "at": revision.shelved_at,
        "by": revision.by,
        "source": revision.source,
        "restores": revision.restores,
        "problems": revision.problems,
        "in_force": revision.revision == issue.revision,
        "pending": revision.revision == issue.pending,
    }
