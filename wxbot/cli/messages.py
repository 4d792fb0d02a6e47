"""What was typed wrongly, in Chinese: the library that reads the command line says it in English only."""

import re

import click

__all__ = ["mistyped"]

# What it says, and how we say it; what is in none of them comes out as it is.
_WORDS = [
    (re.compile(pattern), ours)
    for pattern, ours in (
        (r"Missing command\.", "还缺一个命令。"),
        (r"Missing argument (\S+?)\.", r"缺少 \1。"),
        (r"Missing option (.+?)\.", r"缺少选项 \1。"),
        (r"No such command ('[^']*')\.", r"没有命令 \1。"),
        (r"No such option ('[^']*')\.", r"没有选项 \1。"),
        (r" ?\(Did you mean (?:one of: )?(.+?)\?\)", r"是不是 \1？"),
        (r" ?Did you mean (?:one of: )?(.+?)\?", r"是不是 \1？"),
        (r"Got unexpected extra arguments? \((.*)\)", r"多出来的：\1"),
        (r"Option ('[^']*') requires an argument\.", r"选项 \1 后面缺少内容。"),
        (r"Option ('[^']*') does not take a value\.", r"选项 \1 后面不能有内容。"),
        (r"Choose from:\s*", "可以是："),
        (r"Invalid value for (.+?): ", r"\1："),
        (r"('[^']*') is not a valid (?:integer|float)(?: range)?\.", r"\1 不是数字。"),
        (r"(\S+) is not in the range (.+?)\.", r"\1 不在 \2 之内。"),
        (r"('[^']*') is not one of (.+)\.", r"没有 \1 这一种，可以是 \2。"),
        (r"(?:File|Path|Directory) ('[^']*') does not exist\.", r"没有 \1 这个文件。"),
        (r"File ('[^']*') is a directory\.", r"\1 是文件夹。"),
        (r"(?:File|Path) ('[^']*') is not (?:readable|writable)\.", r"没有权限用 \1。"),
    )
]


def mistyped(wrong: click.ClickException) -> list[str]:
    """The lines to show: how the command is typed (where that is known), what is wrong, and where to read more."""
    said = wrong.format_message()
    for pattern, ours in _WORDS:
        said = pattern.sub(ours, said)
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    usage = [context.get_usage()] if context else []
    path = context.command_path if context else "wxbot"
    return [*usage, f"错误：{said}", f"怎么办：{path} --help 列出全部写法。"]
