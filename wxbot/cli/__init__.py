"""The command line: one file a noun, each command thin; this page is the table of them.

A command's module is imported when the command is typed, so that `wxbot ingest` waits for no web server.
"""

import importlib
import logging
import sys
from collections.abc import Sequence

import click

from wxbot import __version__
from wxbot.cli.door import Door, speak
from wxbot.errors import Exit, WxbotError

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS = {
    "ask": "wxbot.cli.ask",
    "backup": "wxbot.cli.backup",
    "db": "wxbot.cli.database",
    "demo": "wxbot.cli.demo",
    "doctor": "wxbot.cli.doctor",
    "editors": "wxbot.cli.editors",
    "evaluate": "wxbot.cli.search",
    "followers": "wxbot.cli.followers",
    "ingest": "wxbot.cli.shelf",
    "issues": "wxbot.cli.shelf",
    "menu": "wxbot.cli.menu",
    "push": "wxbot.cli.push",
    "restore": "wxbot.cli.backup",
    "rules": "wxbot.cli.rules",
    "search": "wxbot.cli.search",
    "serve": "wxbot.cli.serve",
    "show": "wxbot.cli.shelf",
    "simulator": "wxbot.simulator.command",
    "stats": "wxbot.cli.stats",
    "synonyms": "wxbot.cli.synonyms",
    "worker": "wxbot.cli.serve",
}


class _Table(click.Group):
    """Commands by name, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Every command, in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """The command's own object, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101  the table above is ours
        return found


@click.group(cls=_Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wxbot")
@click.option("-v", "--verbose", is_flag=True, help="把经过写到标准错误。")
@click.pass_context
def cli(ctx: click.Context, verbose: bool) -> None:
    """协会公众号的后台：简报上架、回答会员、定时推送。"""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    ctx.obj = ctx.with_resource(Door())


def main(argv: Sequence[str] | None = None) -> None:
    """The entry point: whatever goes wrong becomes words and an exit code, in this one place."""
    try:
        code = cli.main(args=argv, prog_name="wxbot", standalone_mode=False)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as wrong:
        wrong.show()
        code = Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        speak("已中断")
        code = 130
    except BrokenPipeError:
        code = Exit.DONE  # whoever read our output has seen enough
        sys.stderr.close()
    except WxbotError as wrong:
        speak(f"错误：{wrong.message}", f"怎么办：{wrong.remedy}" if wrong.remedy else "")
        code = wrong.exit
    except Exception as wrong:
        logging.getLogger(__name__).info("unexpected", exc_info=True)
        speak(
            f"内部错误：{type(wrong).__name__}: {str(wrong).splitlines()[0][:200] if str(wrong) else ''}",
            "怎么办：用 wxbot -v 重新运行可看到细节；问题持续请联系维护者。",
        )
        code = Exit.PROBLEMS
    sys.exit(int(code or 0))
