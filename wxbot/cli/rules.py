"""`wxbot rules …` and `wxbot menu …`: what editors write in config/rules.toml."""

import difflib
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from wxbot import bot
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.errors import Exit, UsageError
from wxbot.wechat import limits

__all__ = ["configured_buttons", "menu", "rules"]

_BUTTON_VALUES = {"click": "key", "view": "url"}  # what a button of each type must carry


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
        found = bot.findings(text, session, w.now().astimezone(w.settings.tz), w.habits_file.current)
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
        print_line("\n".join(_lines(buttons)) or "平台上没有菜单。")


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
    context.services.wechat.create_menu({"button": configured_buttons(_file(context))})
    print_line("已生效。")


def _now(context: CommandContext) -> list[dict[str, Any]]:
    found = context.services.wechat.fetch_menu()
    return list(found["menu"]["button"]) if found else []


def _file(context: CommandContext) -> Path:
    return context.settings.config.with_name("rules.toml")


def _difference(context: CommandContext) -> list[str]:
    now, then = _lines(_now(context)), _lines(configured_buttons(_file(context)))
    return list(difflib.unified_diff(now, then, "平台", "rules.toml", lineterm="", n=9))


def _lines(buttons: list[dict[str, Any]], depth: int = 0) -> list[str]:
    lines: list[str] = []
    for button in buttons:
        below = button.get("sub_button") or []
        what = "" if below else f"  {button.get('type', '')} {button.get('key') or button.get('url') or ''}"
        lines += [f"{'  ' * depth}{button['name']}{what}", *_lines(below, depth + 1)]
    return lines


def configured_buttons(file: Path) -> list[dict[str, Any]]:
    """Return the buttons of [[menu]] in rules.toml in the platform's form (reference, K4).

    Raises UsageError, with the button's name, when one breaks a limit of the platform.
    """
    try:
        rules = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"没有 {file}", remedy="菜单写在 config/rules.toml 的 [[menu]] 里。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise UsageError(f"读不懂 {file}：{wrong}") from None
    buttons = [_button(file, item, top=True) for item in rules.get("menu", [])]
    if len(buttons) > limits.MENU_BUTTONS:
        raise UsageError(f"{file}：一级菜单最多 {limits.MENU_BUTTONS} 个，现在 {len(buttons)} 个")
    return buttons


def _button(file: Path, item: dict[str, Any], *, top: bool) -> dict[str, Any]:
    name = str(item.get("name", ""))
    longest = limits.MENU_NAME_BYTES if top else limits.MENU_SUB_NAME_BYTES
    if not name or len(name.encode()) > longest:
        raise UsageError(f"{file}：菜单名「{name}」应为 1 到 {longest} 个字节（一个汉字 3 个）")
    below = item.get("items", [])
    if below:
        if not top or len(below) > limits.MENU_SUB_BUTTONS:
            raise UsageError(f"{file}：「{name}」下最多 {limits.MENU_SUB_BUTTONS} 项，且不能再分级")
        return {"name": name, "sub_button": [_button(file, each, top=False) for each in below]}
    for kind, field in _BUTTON_VALUES.items():
        if field in item:
            return {"name": name, "type": kind, field: str(item[field])}
    raise UsageError(f"{file}：菜单「{name}」缺少 key、url 或 items")
