"""The audience (对象) of a campaign as a value, and the column type that stores it.

The text form is what editors type after `--to` and what the database stores: `all`, `tag:VIP`, `active:30`.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from wxbot.errors import UsageError

__all__ = ["Audience", "AudienceKind", "AudienceType"]

LONGEST = 200  # characters of the text form
MOST_ACTIVE_DAYS = 3650
AUDIENCE_HELP = (
    "可以是 all、tag:标签名、recent（48 小时内来过消息的）、active:天数（这些天里来过消息的）、section:栏目、"
    "publication:刊物、reached:计划编号（那次收到的）、unreached:计划编号、"
    "consented（同意过订阅通知的），或一个写着 openid 的文件。"
)


class AudienceKind(StrEnum):
    """Kind of an audience: the part of its text form before the colon."""

    ALL = "all"  # all followers
    TAG = "tag"  # followers with a tag of the platform; the argument is its name
    RECENT = "recent"  # followers who sent a message within 48 hours
    ACTIVE = "active"  # followers who sent a message or tapped within so many days
    SECTION = "section"  # followers who want a section of the issue
    PUBLICATION = "publication"  # followers who want something of the issue, which is one of this publication
    REACHED = "reached"  # followers whom an earlier campaign reached, or may have; the argument is its id
    UNREACHED = "unreached"  # followers whom an earlier campaign did not reach; the argument is its id
    CONSENTED = "consented"  # people who consented to a subscription notice
    FILE = "file"  # openids from an editor's file; the argument is its name


_NO_ARGUMENT = (AudienceKind.ALL, AudienceKind.RECENT, AudienceKind.CONSENTED)


@dataclass(frozen=True)
class Audience:
    """Followers whom a campaign addresses: a kind and its argument, "" for the kinds that have none."""

    kind: AudienceKind
    argument: str = ""

    @classmethod
    def parse(cls, text: str) -> "Audience":
        """Read the text form; raises UsageError for an unknown kind, and for a missing or invalid argument."""
        kind, _, argument = text.partition(":")
        if kind not in set(AudienceKind) or not _is_valid(AudienceKind(kind), argument):
            raise UsageError(f"看不懂 --to {text}", remedy=AUDIENCE_HELP)
        return cls(AudienceKind(kind), argument)

    @classmethod
    def of_file(cls, name: str) -> "Audience":
        """Return the audience of an editor's file of this name, which is shortened to what the database can store."""
        return cls(AudienceKind.FILE, name[: LONGEST - len("file:")])

    def __str__(self) -> str:
        """Return the text form."""
        return f"{self.kind}:{self.argument}" if self.argument else self.kind.value

    @property
    def is_resolved_by_platform(self) -> bool:
        """True for the audiences that the platform can address in one call, False for those from our own database."""
        return self.kind in {AudienceKind.ALL, AudienceKind.TAG}

    @property
    def is_openid_list(self) -> bool:
        """True if the openids are known before it is known who of them follows the account."""
        return self.kind in {AudienceKind.CONSENTED, AudienceKind.FILE, AudienceKind.TAG}

    @property
    def varies_by_hour(self) -> bool:
        """True if the size cannot be known days in advance, because it depends on who wrote last."""
        return self.kind in {AudienceKind.RECENT, AudienceKind.ACTIVE}


def _is_valid(kind: AudienceKind, argument: str) -> bool:
    if kind in _NO_ARGUMENT:
        return not argument
    if kind is AudienceKind.ACTIVE:
        return argument.isdecimal() and 0 < int(argument) <= MOST_ACTIVE_DAYS
    return argument.isdecimal() if kind in {AudienceKind.REACHED, AudienceKind.UNREACHED} else bool(argument)


class AudienceType(TypeDecorator[Audience]):
    """Column type that stores an audience as its text form."""

    impl = String(LONGEST)
    cache_ok = True

    def process_bind_param(self, value: Audience | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text form to store."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Audience | None:  # noqa: ARG002
        """Return the audience of a stored text form."""
        return None if value is None else Audience.parse(value)
