"""Commands: the values that the words of a message are understood as; the modules beside this one parse them."""

import datetime as dt
from dataclasses import dataclass

from wxbot.bot.intent.subscriptions import SubscriptionCommand
from wxbot.bulletin.issue_number import IssueReference

__all__ = [
    "Acknowledge",
    "AskStaff",
    "Command",
    "ContentCommand",
    "Contents",
    "Help",
    "IssueArticle",
    "IssueCommand",
    "IssueReference",
    "LatestIssue",
    "ListIssues",
    "NextIssueTime",
    "NextPage",
    "OnlyPublication",
    "OnlySection",
    "OpenArticle",
    "OpenIssue",
    "PickLast",
    "PickNumber",
    "PickSeveral",
    "PreviousIssue",
    "PreviousPage",
    "PublicationIssue",
    "Question",
    "Section",
    "SharedTitle",
    "TextCommand",
    "Thanks",
    "Welcome",
    "reference_label",
]


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be asked here."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Greet a new follower."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Return a courtesy; asks for nothing."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Confirm a message without words, such as a picture; `text` names the reply text."""

    text: str


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """Show the newest issue, of the publication with this slug if it is given."""

    publication: str | None = None


@dataclass(frozen=True, slots=True)
class PreviousIssue:
    """Show the issue `back` issues before the newest, of the publication with this slug if it is given."""

    publication: str | None = None
    back: int = 1


@dataclass(frozen=True, slots=True)
class PublicationIssue:
    """Show an issue of the publication with this slug."""

    of: IssueReference
    publication: str


@dataclass(frozen=True, slots=True)
class ListIssues:
    """List issues to open, or show the card of the only one.

    publication : slug of their publication; None for all
    year, month : when they appeared; a month without a year means the latest one with an issue
    days : the first and the last day of a shorter time in which they appeared
    newest : only so many of each publication
    combined : only those that are several issues in one (合刊)
    last : only the newest of them
    """

    publication: str | None = None
    year: int | None = None
    month: int | None = None
    days: tuple[dt.date, dt.date] | None = None
    newest: int | None = None
    combined: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """List the titles of an issue; of the newest issue when `of` is None. `publication` is a slug."""

    of: IssueReference | PreviousIssue | ListIssues | None = None
    publication: str | None = None


IssueCommand = LatestIssue | PreviousIssue | IssueReference | PublicationIssue | ListIssues
"""A command that names one issue, or several."""


@dataclass(frozen=True, slots=True)
class IssueArticle:
    """Show one article of an issue by its number in the contents, from 1."""

    issue: IssueCommand
    n: int


@dataclass(frozen=True, slots=True)
class NextIssueTime:
    """Tell when the next issue comes; if `of` names an issue that is there, show it."""

    publication: str | None = None
    of: IssueReference | None = None


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """Show the article with this public id."""

    id: str


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """Show the issue with this key."""

    key: str


@dataclass(frozen=True, slots=True)
class SharedTitle:
    """Show the article with the title of a forwarded card, in normal form."""

    title: str


@dataclass(frozen=True, slots=True)
class AskStaff:
    """Hand the conversation over to the association's staff, to one of them if `account` names one."""

    account: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """List the newest articles of the section with exactly this name."""

    name: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """Show the next page of the member's last list."""


@dataclass(frozen=True, slots=True)
class PreviousPage:
    """Show the previous page of the member's last list."""


@dataclass(frozen=True, slots=True)
class OnlySection:
    """Narrow the member's last list to one section; `parse_command` gives its name as typed."""

    section: str


@dataclass(frozen=True, slots=True)
class OnlyPublication:
    """Narrow the member's last list to the publication with this slug."""

    publication: str


@dataclass(frozen=True, slots=True)
class PickNumber:
    """Open one entry of the member's last list by its number there, from 1."""

    n: int


@dataclass(frozen=True, slots=True)
class PickLast:
    """Open the last entry of the member's last list."""


@dataclass(frozen=True, slots=True)
class PickSeveral:
    """Show several entries of the member's last list by their numbers there."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Search for these words, in normal form; may be empty.

    `core` are the words without courtesies, if there are any, which are searched where the words find nothing.
    `exact` refuses a spelling correction.
    """

    text: str
    core: str = ""
    exact: bool = False


TextCommand = Help | Welcome | Thanks | Acknowledge
"""A command answered with a reply text alone."""
ContentCommand = (
    TextCommand
    | LatestIssue
    | PreviousIssue
    | IssueReference
    | PublicationIssue
    | ListIssues
    | Contents
    | IssueArticle
    | NextIssueTime
    | OpenArticle
    | OpenIssue
    | SharedTitle
    | AskStaff
    | Section
    | NextPage
    | PreviousPage
    | OnlySection
    | OnlyPublication
    | PickLast
    | PickNumber
    | PickSeveral
    | Question
)
"""A command answered from reply texts, library, index or the member's last list."""
Command = ContentCommand | SubscriptionCommand


def reference_label(of: IssueReference) -> str:
    """Return the name of an issue as answers print it: 2021年第2期, or 第2期 without a year."""
    return str(of)
