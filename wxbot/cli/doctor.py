"""`wxbot doctor`: check the installation; each finding has a remedy."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict

import click

from wxbot import doctor as examination
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.errors import Exit, SettingsError, WxbotError

__all__ = ["doctor"]


@click.command()
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def doctor(context: CommandContext, json_out: bool) -> None:
    """逐项检查：设置、数据库、磁盘、内容、平台的凭据、权限和回调。"""
    results = list[examination.CheckResult]()
    for result in _results(context):
        results.append(result)
        if not json_out:
            print_line(f"{'✓' if result.good else '✗'} {result.name}：{result.says}")
            if result.remedy:
                print_line(f"    怎么办：{result.remedy}")
    if json_out:
        print_json([asdict(result) for result in results])
    with suppress(
        WxbotError
    ):  # settings that cannot be read, or a database not written to: among the results
        examination.store(context.services.db, context.services.now(), results)
    raise click.exceptions.Exit(Exit.DONE if all(result.good for result in results) else Exit.PROBLEMS)


def _results(context: CommandContext) -> Iterator[examination.CheckResult]:
    """Yield the result of each check; of the settings alone if they cannot be read: all others need them."""
    try:
        services = context.services
    except SettingsError as wrong:
        yield examination.CheckResult("设置", False, wrong.message, wrong.remedy)
        return
    yield from examination.examine(services)
