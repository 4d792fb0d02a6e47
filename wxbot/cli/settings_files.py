"""`wxbot settings`: the history of the files that editors own, and taking a change back."""

import click

from wxbot import editor_files
from wxbot.cli.context import (
    CommandContext,
    current_user,
    json_option,
    pass_command_context,
    print_json,
    print_line,
    print_table,
)
from wxbot.editor_files import FileChange
from wxbot.editor_files.history import diff_lines
from wxbot.local_time import moment_label

__all__ = ["settings"]


@click.group()
def settings() -> None:
    """编辑自己的设置（规则和菜单、回复文字、同义词、刊物）：改动的经过和撤销。"""


@settings.command("history")
@click.argument("file", required=False, default="")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="最多几次。")
@json_option
@pass_command_context
def history_command(context: CommandContext, file: str, limit: int, json_out: bool) -> None:
    """谁在什么时候改了什么，最近的在前；FILE 是 rules、synonyms、publications 或 replies/welcome 这样的名字。"""
    w = context.services
    if file:
        w.editor_files.file(file)
    w.editor_files.settle()
    with w.db.read() as session:
        found = editor_files.changes(session, file, limit)
    if json_out:
        print_json([_change_json(each) for each in found])
    elif not found:
        print_line("还没有改动的记录。")
    else:
        rows = (
            (
                each.id,
                moment_label(each.at, w.settings.tz),
                each.who,
                each.file,
                each.what + each.state_label,
            )
            for each in found
        )
        print_table(("次", "时间", "谁", "文件", "改了什么"), rows)


@settings.command("show")
@click.argument("change", type=click.IntRange(min=1))
@pass_command_context
def show_command(context: CommandContext, change: int) -> None:
    """一次改动前后有什么不同。"""
    with context.services.db.read() as session:
        found = editor_files.get_change(session, change)
        print_line(f"{found.file}：{found.what}{found.state_label}")
        for line in diff_lines(found.before, found.after):
            print_line(line)


@settings.command("undo")
@click.argument("change", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="只看会改什么。")
@pass_command_context
def undo_command(context: CommandContext, change: int, dry_run: bool) -> None:
    """撤销一次改动；后来的改动不受影响，改过同一处的除外。"""
    files = context.services.editor_files
    present, undone = files.preview_undo(change)
    for line in diff_lines(present.text, undone.text):
        print_line(line)
    if dry_run:
        print_line("（预演：没有改）")
        return
    made = files.undo(change, seen=present.token, who=current_user())
    print_line(f"已撤销，记为第 {made} 次改动。" if made else "没有不同，不用改。")


def _change_json(change: FileChange) -> dict[str, object]:
    return {
        "change": change.id,
        "at": change.at.isoformat(),
        "who": change.who,
        "file": change.file,
        "what": change.what,
        "state": str(change.state),
    }
