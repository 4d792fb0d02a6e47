"""The bot (问答): one incoming message in, one answer out.

    Bot.understand   the meaning of a message, made once
    Bot.answer       the answer to a meaning; reads library, index and the member's last list
    record_answers   write what answered messages leave behind, in the caller's transaction
    record_deferred  write an answer that was not ready in time, for the member's next message
    carry_out        do what editors ordered by phone

Modules whose functions are called as `last_list.load`: `deferred`, `editor_orders`, `last_list`.
"""

from wxbot.bot import deferred, editor_orders, last_list
from wxbot.bot.answer import Answer
from wxbot.bot.bot import Bot
from wxbot.bot.editor_commands import Editors, carry_out
from wxbot.bot.intent.meaning import Meaning
from wxbot.bot.office_hours import EVERY_DAY, OfficeHours, ServiceTimes
from wxbot.bot.record import AnsweredMessage, record_answers, record_deferred
from wxbot.bot.rules.checks import RuleFinding, findings
from wxbot.bot.rules.rule_file import RuleFile
from wxbot.bot.templates import Replies

__all__ = [
    "EVERY_DAY",
    "Answer",
    "AnsweredMessage",
    "Bot",
    "Editors",
    "Meaning",
    "OfficeHours",
    "Replies",
    "RuleFile",
    "RuleFinding",
    "ServiceTimes",
    "carry_out",
    "deferred",
    "editor_orders",
    "findings",
    "last_list",
    "record_answers",
    "record_deferred",
]
