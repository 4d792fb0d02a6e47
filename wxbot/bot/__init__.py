"""The bot (问答): one incoming message in, one answer out.

Bot       answers; reads library, index and the member's last list, writes nothing
Answer    what to answer, and what to note beside it
MARK_FIELD  the field of an article's address that says from which question it is opened
Note      one answered message
keep      write what answered messages leave behind, in the caller's transaction
keep_late write an answer that came after its time, for the member's next message
ask       what a member would be answered, with no platform and no journal; gives what was Said
Replies   the texts that members read, from the association's files
RuleFile  the editors' own rules, from config/rules.toml; `findings` says what is wrong with them
show      a reply as a plain terminal shows it
Editors   who may command the push by phone; `carry_out` does what they ordered
dialog    the last list of each member: `recall`, `remember`, `forget`, `prune`
forget_leavers  take the names out of what is kept of those who left; `forgetting` does it for one who asks
late      what members are owed: answers that were not ready in time; `prune`
orders    what editors ordered: kept until carried out; `prune`
questions what members asked, found and opened: `asked` gives each Question
"""

from wxbot.bot import editor_orders, last_list, late, privacy, questions
from wxbot.bot.addresses import MARK_FIELD
from wxbot.bot.answer import Answer
from wxbot.bot.asking import Said, ask
from wxbot.bot.bot import Bot
from wxbot.bot.editor_commands import Editors, carry_out
from wxbot.bot.privacy import forget_leavers
from wxbot.bot.questions import Question
from wxbot.bot.record import Note, keep, keep_late
from wxbot.bot.rules.checks import Finding, findings
from wxbot.bot.rules.loader import RuleFile
from wxbot.bot.show import show
from wxbot.bot.templates import Replies

__all__ = [
    "MARK_FIELD",
    "Answer",
    "Bot",
    "Editors",
    "Finding",
    "Note",
    "Question",
    "Replies",
    "RuleFile",
    "Said",
    "ask",
    "carry_out",
    "editor_orders",
    "findings",
    "forget_leavers",
    "keep",
    "keep_late",
    "last_list",
    "late",
    "privacy",
    "questions",
    "show",
]
