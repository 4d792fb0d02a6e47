"""Issues as editors name them in commands, with those of the library offered by the shell."""

import contextlib
from typing import Any

import click
from click.shell_completion import CompletionItem

from wxbot import library
from wxbot.cli.completion import ISSUE_STATES
from wxbot.cli.context import CommandContext
from wxbot.errors import WxbotError
from wxbot.library import Issue

__all__ = ["ISSUE"]

_OFFERED = 20  # newest issues that the shell offers before anything is typed
_MOST = 2000  # issues that are searched for a beginning


class _IssueName(click.ParamType[str]):
    """`2021-02`, or as members write it (`第2期`, `2021-2`, `latest`); the command looks it up."""

    name = "期号"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the words as typed."""
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002  click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the newest issues whose key begins so, with title and state beside each."""
        # A shell that completes has no place for an error, such as a database that cannot be reached.
        with contextlib.suppress(WxbotError, OSError), CommandContext() as context:
            with context.services.db.read() as session:
                found = library.any_issues(session, _MOST if incomplete else _OFFERED)
            return [
                CompletionItem(each.key, help=_label(each))
                for each in found
                if each.key.startswith(incomplete)
            ]
        return []


ISSUE = _IssueName()


def _label(issue: Issue) -> str:
    """Return the title of an issue, and its state unless it is public."""
    return " ".join(filter(None, (issue.title, ISSUE_STATES.get(issue.state))))
