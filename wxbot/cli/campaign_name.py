"""Campaigns as editors name them in commands: by number, or by the issue that they push."""

import contextlib
from typing import Any

import click
from click.shell_completion import CompletionItem

from wxbot import push
from wxbot.cli.context import CommandContext
from wxbot.cli.publishing import named_issue_key
from wxbot.errors import NotFound, WxbotError
from wxbot.push import Campaign
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.wiring import Services

__all__ = ["CAMPAIGN"]

_COMPLETED = 20  # campaigns that the shell offers


class _CampaignName(click.ParamType[int]):
    """`7`, or an issue as members write it (`第2期`, `2021-2`, `latest`): the newest campaign for that issue."""

    name = "计划"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of the campaign; a number is taken as typed."""
        if isinstance(value, int):
            return value
        if value.isascii() and value.isdecimal():
            return int(value)
        services = _services(ctx)
        if services is None:
            return self.fail(f"「{value}」不是计划的编号", param, ctx)
        return _newest_campaign(services, value).id

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002  click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the newest campaigns whose number begins so, with issue and state beside each."""
        # A shell that completes has no place for an error, such as a database that cannot be reached.
        with contextlib.suppress(WxbotError, OSError), CommandContext() as context:
            with context.services.db.read() as session:
                found = push.queries.recent_campaigns(session, _COMPLETED)
            return [
                CompletionItem(str(each.id), help=f"{each.number} {CAMPAIGN_STATE_LABELS[each.state]}")
                for each in found
                if str(each.id).startswith(incomplete)
            ]
        return []


CAMPAIGN = _CampaignName()


def _services(ctx: click.Context | None) -> Services | None:
    context = ctx.find_object(CommandContext) if ctx is not None else None
    return context.services if context is not None else None


def _newest_campaign(services: Services, text: str) -> Campaign:
    """Return the newest campaign for an issue, one that was cancelled only if there is no other."""
    key = named_issue_key(services, text)
    with services.db.read() as session:
        found = push.queries.latest_campaign(session, key)
        cancelled = push.queries.issue_campaigns(session, key) if found is None else []
    if found is None and not cancelled:
        raise NotFound(f"{key} 还没有推送计划", remedy=f"建立一个：wxbot push plan {key}")
    return found or cancelled[-1]
