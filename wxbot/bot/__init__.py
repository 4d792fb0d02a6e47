"""The bot (问答): one incoming message in, one answer out.

Bot       answers; reads library, index and the member's last list, writes nothing
Answer    what to answer, and what to note beside it
Note      one answered message
keep      write what answered messages leave behind, in the caller's transaction
ask       what a member would be answered, with no platform and no journal; gives what was Said
Replies   the texts that members read, from the association's files
RuleFile  the editors' own rules, from config/rules.toml; `findings` says what is wrong with them
show      a reply as a plain terminal shows it
Editors   who may command the push by phone; `carry_out` does what they ordered
dialog    the last list of each member: `recall`, `remember`, `forget`, `prune`
orders    what editors ordered: kept until carried out; `prune`
"""

from wxbot.bot import dialog, orders
from wxbot.bot.asking import Said, ask
from wxbot.bot.bot import Bot
from wxbot.bot.chat import Answer
from wxbot.bot.editors import Editors, carry_out
from wxbot.bot.keeping import Note, keep
from wxbot.bot.replies import Replies
from wxbot.bot.rulefile import RuleFile
from wxbot.bot.ruling import Finding, findings
from wxbot.bot.show import show

__all__ = [
    "Answer",
    "Bot",
    "Editors",
    "Finding",
    "Note",
    "Replies",
    "RuleFile",
    "Said",
    "ask",
    "carry_out",
    "dialog",
    "findings",
    "keep",
    "orders",
    "show",
]
