"""The command line: the table of commands and the entry point.

A command's module is imported only when the command runs, so that `wxbot ingest` loads no web server and `wxbot --help`
no command at all. click's own texts, such as "Usage" and "No such option", come in Chinese from a gettext catalogue:
locale/zh/LC_MESSAGES/messages.po, compiled to messages.mo by `make translations`. Texts of wxbot itself are written in
Chinese and are not translated.
"""

import gc
import gettext
import importlib
import io
import logging
import os
import sys
from collections.abc import Generator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from wxbot import __version__
from wxbot.cli.context import CommandContext, print_notes
from wxbot.errors import DatabaseUnavailable, Exit, WxbotError
from wxbot.lazy import LazyModule
from wxbot.log_format import formatter

if TYPE_CHECKING:
    from wxbot.cli import completion
else:
    completion = LazyModule("wxbot.cli.completion")  # only the shell asks for it

__all__ = ["COMMANDS", "GROUPS", "cli", "install_translations", "main"]

_DOMAIN = "messages"  # gettext's default domain, in which click looks its texts up
_LOCALE = Path(__file__).parent / "locale"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which gettext reads them
_NO_LANGUAGE = {"", "C", "POSIX"}


def install_translations(environ: MutableMapping[str, str]) -> None:
    """Let click speak Chinese, unless the environment names another language (LANG=en_US.UTF-8).

    Without a language, as under cron or in a container, LANGUAGE is set to `zh`: this process and those that it starts
    then find the catalogue. Call it before commands are declared: click translates some texts while it decorates.
    """
    gettext.bindtextdomain(_DOMAIN, _LOCALE)
    gettext.textdomain(_DOMAIN)
    language = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    if language.partition(".")[0] in _NO_LANGUAGE:
        environ["LANGUAGE"] = "zh"


install_translations(os.environ)

COMMANDS = {
    "ask": ("wxbot.cli.search", "看公众号会怎样回答一句话。"),
    "backup": ("wxbot.cli.database", "把数据库备份到一个文件；服务可以照常运行。"),
    "brand": ("wxbot.cli.brand", "协会的样子，写在 config/wxbot.toml 的 [brand]。"),
    "db": ("wxbot.cli.database", "数据库的结构，复制到另一个数据库。"),
    "demo": ("wxbot.cli.demo", "在本机演示整条线：模拟平台、消息服务、后台、样例简报；Ctrl-C 全部结束。"),
    "diff": ("wxbot.cli.revisions", "一次修订改了什么。"),
    "doctor": ("wxbot.cli.doctor", "逐项检查：设置、数据库、磁盘、内容、平台的凭据、权限和回调。"),
    "editors": ("wxbot.cli.people", "网页后台的账号：谁可以登录 /console/。"),
    "evaluate": ("wxbot.cli.evaluate", "衡量检索（FILE：判好的查询）或对简报的理解（bulletins FOLDER）。"),
    "followers": ("wxbot.cli.people", "粉丝名单。"),
    "ingest": ("wxbot.cli.library", "把简报文件（或文件夹）上架。"),
    "init": (
        "wxbot.cli.init",
        "问五个问题，写好能用的设置和密钥，逐项检查，给出要填进公众平台的几行；不覆盖已有的文件。",
    ),
    "issues": ("wxbot.cli.revisions", "书架上的各期。"),
    "menu": ("wxbot.cli.rules", "公众号的菜单，由 config/rules.toml 决定。"),
    "publications": ("wxbot.cli.publishing", "协会的各份刊物。"),
    "publish": ("wxbot.cli.publishing", "公开一期，或重新公开其中一篇。"),
    "push": ("wxbot.cli.push", "推送一期简报：计划、批准、发送、结果。"),
    "restore": ("wxbot.cli.database", "用备份覆盖现在的数据库；未完成的推送全部暂停，由您逐个决定。"),
    "rules": ("wxbot.cli.rules", "自动回复的规则，写在 config/rules.toml。"),
    "search": ("wxbot.cli.search", "在书架上检索，最合适的在前。"),
    "serve": ("wxbot.cli.serve", "启动网页和消息服务（生产用的服务器）。"),
    "settings": (
        "wxbot.cli.settings_files",
        "编辑自己的设置（规则和菜单、回复文字、同义词、刊物）：改动的经过和撤销。",
    ),
    "show": ("wxbot.cli.show", "一期的目录；给出 N 则是其中第 N 篇文章；--source 对照原文。"),
    "simulator": ("wechat_simulator.command", "离线的微信公众平台：按真实平台的规则响应请求。"),
    "stats": ("wxbot.cli.stats", "总览：书架、粉丝、消息，以及没有找到答案的提问。"),
    "synonyms": ("wxbot.cli.search", "同义词：content/synonyms.txt，改了马上生效。"),
    "webhook": ("wxbot.cli.webhook", "收微信消息的地址：换加密方式时，暂时也收未加密的消息。"),
    "withdraw": ("wxbot.cli.publishing", "撤下一期，或其中一篇。"),
    "worker": ("wxbot.cli.serve", "启动后台：到时推送、收取结果、发现新简报。"),
}

# The commands by task, in the order of the help.
GROUPS = {
    "日常：上架、查看、试问": ("ingest", "issues", "show", "publish", "withdraw", "diff", "search", "ask"),
    "推送": ("push",),
    "会员": ("followers", "stats"),
    "设置": ("menu", "rules", "synonyms", "publications", "brand", "settings"),
    "运维": ("init", "serve", "worker", "doctor", "editors", "webhook", "db", "backup", "restore"),
    "试用和衡量": ("demo", "simulator", "evaluate"),
}


class _Table(click.Group):
    """Commands by name, imported on demand; their one-line help comes from COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import and return a command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        with _no_collecting():
            found = getattr(importlib.import_module(module), cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101  the table above is ours
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's
        """Write the commands for the help, grouped by task."""
        wide = max(map(len, COMMANDS))
        for task, names in GROUPS.items():
            with formatter.section(task):
                formatter.write_dl([(name.ljust(wide), COMMANDS[name][1]) for name in names])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, with their one-line help, without importing any of them."""
        commands = [
            CompletionItem(name, help=does)
            for name, (_, does) in sorted(COMMANDS.items())
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


@contextmanager
def _no_collecting() -> Generator[None]:
    """Pause garbage collection during imports: they leave hardly any garbage, and collections slow them down."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.group(cls=_Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wxbot")
@click.option("-v", "--verbose", is_flag=True, help="把经过写到标准错误。")
@click.pass_context
def cli(ctx: click.Context, verbose: bool) -> None:
    """协会公众号的后台：简报上架、回答会员、定时推送。"""
    level = logging.INFO if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(fmt="%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    ctx.obj = ctx.with_resource(CommandContext())


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; turn every error into a message and an exit code. Raises SystemExit."""
    _replace_unencodable()
    if "_WXBOT_COMPLETE" in os.environ and completion.complete_names(cli, os.environ):
        sys.exit(0)
    try:
        code = cli.main(args=argv, prog_name="wxbot", standalone_mode=False)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.exceptions.NoArgsIsHelpError as alone:
        alone.show()
        code = Exit.USAGE
    except click.ClickException as wrong:
        print_notes(*_describe_usage_error(wrong))
        code = Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        print_notes("已中断")
        code = 130
    except WxbotError as wrong:
        print_notes(f"错误：{wrong.message}", f"怎么办：{wrong.remedy}" if wrong.remedy else "")
        code = wrong.exit
    except OSError as wrong:
        print_notes(
            f"错误：{wrong.strerror or wrong}{f'：{wrong.filename}' if wrong.filename else ''}",
            f"怎么办：{DatabaseUnavailable.remedy}",
        )
        code = Exit.TRY_LATER
    except Exception as wrong:
        logging.getLogger(__name__).info("unexpected", exc_info=True)
        print_notes(
            f"内部错误：{type(wrong).__name__}: {str(wrong).splitlines()[0][:200] if str(wrong) else ''}",
            "怎么办：用 wxbot -v 重新运行可看到细节；问题持续请联系维护者。",
        )
        code = Exit.PROBLEMS
    sys.exit(int(code or 0))


def _describe_usage_error(error: click.ClickException) -> list[str]:
    """Return the lines to show for a mistyped command: its usage (if known), what is wrong, where to read more."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    usage = [context.get_usage()] if context else []
    path = context.command_path if context else "wxbot"
    return [*usage, f"错误：{error.format_message()}", f"怎么办：{path} --help 列出全部写法。"]


def _replace_unencodable() -> None:
    """Print `?` for characters that the terminal's encoding lacks and for undecodable file names."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
