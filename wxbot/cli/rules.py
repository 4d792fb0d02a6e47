"""`wxbot rules …`: the editors' own rules, in config/rules.toml."""

from dataclasses import asdict

import click

from wxbot import bot
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.errors import Exit, UsageError

__all__ = ["rules"]


@click.group()
def rules() -> None:
    """自动回复的规则，写在 config/rules.toml。"""


@rules.command("check")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def check_command(context: CommandContext, json_out: bool) -> None:
    """检查规则：冲突、轮不到的、过期的、过长的、写错的，例子是否命中；没有问题退出码为 0。"""
    w = context.services
    path = w.rules_path
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"读不了 {path}", remedy="规则写在 config/rules.toml 里，存成 UTF-8。") from None
    with w.db.read() as session:
        found = bot.findings(text, session, w.now().astimezone(w.settings.tz))
    if json_out:
        print_json({"file": str(path), "problems": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            print_line(f"! {path}  {f'第 {finding.rule} 条：' if finding.rule else ''}{finding.says}")
        print_line(f"{len(found)} 个问题。" if found else "没有问题。")
    raise click.exceptions.Exit(Exit.PROBLEMS if found else Exit.DONE)
