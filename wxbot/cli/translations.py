"""Chinese translations of click's own texts, such as "Usage" and "No such option", as a gettext catalogue.

click looks its texts up in gettext's default domain `messages`. The catalogue is locale/zh/LC_MESSAGES/messages.po,
compiled to messages.mo by `make translations`. Texts of wxbot itself are written in Chinese and are not translated.
"""

import gettext
from collections.abc import MutableMapping
from pathlib import Path

import click

__all__ = ["describe_usage_error", "install_translations"]

_DOMAIN = "messages"
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


def describe_usage_error(error: click.ClickException) -> list[str]:
    """Return the lines to show for a mistyped command: its usage (if known), what is wrong, where to read more."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    usage = [context.get_usage()] if context else []
    path = context.command_path if context else "wxbot"
    return [*usage, f"错误：{error.format_message()}", f"怎么办：{path} --help 列出全部写法。"]
