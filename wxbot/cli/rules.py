"""`wxbot rules …` and `wxbot menu …`: what editors write in config/rules.toml."""

from dataclasses import asdict
from typing import Any

import click

from wxbot.bot.rules.menu import button_lines, menu_difference, present_buttons, read_buttons
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line, print_notes
from wxbot.cli.progress import sync_index
from wxbot.errors import Exit, UsageError

__all__ = ["menu", "rules"]


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
    except FileNotFoundError:
        text = ""
        print_notes(f"没有 {path}：没有自己的菜单和规则，只用内置的回答。样例由 wxbot init 写入。")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"读不了 {path}", remedy="规则写在 config/rules.toml 里，存成 UTF-8。") from None
    sync_index(w)
    found = w.find_rule_problems(text)
    if json_out:
        print_json({"file": str(path), "problems": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            print_line(f"! {path}  {f'第 {finding.rule} 条：' if finding.rule else ''}{finding.says}")
        print_line(f"{len(found)} 个问题。" if found else "没有问题。")
    raise click.exceptions.Exit(Exit.PROBLEMS if found else Exit.DONE)


@click.group()
def menu() -> None:
    """公众号的菜单，由 config/rules.toml 决定。"""


@menu.command("show")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def show_command(context: CommandContext, json_out: bool) -> None:
    """平台上现在的菜单。"""
    buttons = _now(context)
    if json_out:
        print_json({"button": buttons})
    else:
        print_line("\n".join(button_lines(buttons)) or "平台上没有菜单。")


@menu.command("diff")
@pass_command_context
def diff_command(context: CommandContext) -> None:
    """rules.toml 与平台上的菜单有什么不同；没有不同退出码为 0。"""
    lines = _difference(context)
    print_line("\n".join(lines) or "没有不同。")
    raise click.exceptions.Exit(Exit.PROBLEMS if lines else Exit.DONE)


@menu.command("apply")
@click.option("--dry-run", is_flag=True, help="只看会改什么。")
@pass_command_context
def apply_command(context: CommandContext, dry_run: bool) -> None:
    """把 rules.toml 里的菜单交给平台（粉丝重新进入聊天后生效，最迟 24 小时）。"""
    lines = _difference(context)
    if not lines:
        print_line("没有不同，不用改。")
        return
    print_line("\n".join(lines))
    if dry_run:
        print_line("（预演：没有改）")
        return
    context.services.wechat.create_menu({"button": read_buttons(context.services.rules_path)})
    print_line("已生效。")


def _now(context: CommandContext) -> list[dict[str, Any]]:
    return present_buttons(context.services.wechat)


def _difference(context: CommandContext) -> list[str]:
    return menu_difference(_now(context), read_buttons(context.services.rules_path))
