"""The push tables: a campaign, what has to be prepared for it, and its ledger of deliveries."""

import datetime as dt
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wxbot.db import Base, Moment
from wxbot.push.ledger.audience import Audience, AudienceType

__all__ = [
    "ONE_CALL_PER_FOLLOWER",
    "ONE_ROW_PER_FOLLOWER",
    "POSSIBLY_SENT",
    "Approval",
    "Campaign",
    "CampaignCorrection",
    "CampaignState",
    "Delivery",
    "DeliveryState",
    "EditorChoice",
    "ListedOpenid",
    "Preparation",
    "PreparationState",
    "Route",
]

Id = BigInteger().with_variant(Integer, "sqlite")


class CampaignState(StrEnum):
    """Where a campaign (推送计划) stands."""

    PLANNED = "planned"  # written down; nothing happens without approval
    APPROVED = "approved"  # goes out at its hour
    RUNNING = "running"  # under way, or taken by the platform and not yet reported finished
    PAUSED = "paused"  # stopped by a person
    WAITING = "waiting"  # for a quota, an administrator or the platform to recover; goes on by itself
    UNKNOWN = "unknown"  # an answer was lost: it may have gone out
    FINISHED = "finished"  # the platform reported the end
    FAILED = "failed"  # did not go out; a person may retry
    CANCELLED = "cancelled"  # will not go out


class DeliveryState(StrEnum):
    """Where one line of the ledger (投递) stands."""

    PLANNED = "planned"  # in the ledger; nothing has happened
    CLAIMED = "claimed"  # a worker holds it; the call may be under way
    SENT = "sent"  # the platform took it
    FAILED = "failed"  # not taken; may be tried again
    REFUSED = "refused"  # not taken, and never will be
    UNKNOWN = "unknown"  # we asked and heard nothing: it may have gone out
    SKIPPED = "skipped"  # left out on purpose, with the reason


# Lines that a follower may have received.
POSSIBLY_SENT = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.CLAIMED)


class Route(StrEnum):
    """How a campaign reaches people (reference, L)."""

    MASS = "mass"  # one mass message to everybody, or to a tag
    CUSTOMER = "customer"  # a card to each follower who wrote within 48 hours
    DRAFT = "draft"  # the draft alone: a person presses 发表
    PUBLISH = "publish"  # published without telling anybody
    LIST = "list"  # mass messages to followers by name, up to 10,000 a call
    NOTICE = "notice"  # a subscription notice to each who consented to one
    MIXED = "mixed"  # each follower by the one route that reaches them


# Routes by which a worker writes to followers one by one.
ONE_CALL_PER_FOLLOWER = (Route.CUSTOMER, Route.NOTICE)
# Routes whose ledger has a line a follower, put there when the campaign starts.
ONE_ROW_PER_FOLLOWER = (*ONE_CALL_PER_FOLLOWER, Route.LIST, Route.MIXED)


class PreparationState(StrEnum):
    """Where one thing that must exist at the platform first (a picture, a cover, the draft) stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"


class Campaign(Base):
    """One issue to one audience by one route at one hour."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), index=True)
    route: Mapped[str] = mapped_column(String(20))
    audience: Mapped[Audience] = mapped_column(AudienceType)
    tag_id: Mapped[int | None]
    at: Mapped[dt.datetime | None] = mapped_column(Moment)
    hash: Mapped[str] = mapped_column(String(64))
    articles: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    choice: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # a Choice, as JSON
    # What the hash is made of, part by part: see `differences`.
    parts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    recipients: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default=CampaignState.PLANNED)
    # The issue, for as long as this campaign keeps others from sending it again. Unique in the database, so that two
    # editors who plan at one moment get one campaign; empty once cancelled unsent, or when the editor insisted.
    claims: Mapped[str | None] = mapped_column(String(40), unique=True)
    made_by: Mapped[str] = mapped_column(String(80), default="")
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    approved_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    frozen_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when its people were last judged
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text, default="")
    look_again_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    holder: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)
    approvals: Mapped[list["Approval"]] = relationship(lazy="selectin", order_by="Approval.id")

    @property
    def approvers(self) -> list[str]:
        """Persons who approved the campaign as it is, in the order of their approvals."""
        return [approval.person for approval in self.approvals]


class Approval(Base):
    """One editor's approval of one campaign's hash; deleted when the approval is withdrawn."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("campaign_id", "person", name="one_approval_per_person"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"))
    person: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class CampaignCorrection:
    """A correction of an earlier campaign: the editor's explanation, that campaign's id, and the day it went out."""

    words: str
    of: int
    day: dt.date


@dataclass(frozen=True)
class EditorChoice:
    """An editor's choice of content: numbers of the articles placed first, and of those left out.

    With `correction` the message says that it corrects an earlier one. `hurried_at` is the moment at which an editor
    asked for immediate delivery.
    """

    lead: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    correction: CampaignCorrection | None = None
    hurried_at: dt.datetime | None = None

    @classmethod
    def from_campaign(cls, campaign: Campaign) -> "EditorChoice":
        """Return the choice stored with a campaign."""
        stored = campaign.choice
        correction, hurried = stored.get("correction"), stored.get("hurried_at")
        return cls(
            tuple(stored.get("lead", ())),
            tuple(stored.get("without", ())),
            _read_correction(correction) if correction else None,
            dt.datetime.fromisoformat(hurried) if hurried else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the choice as plain JSON, as the column `choice` stores it."""
        stored: dict[str, Any] = {"lead": list(self.lead), "without": list(self.without)}
        if self.correction is not None:
            stored["correction"] = asdict(self.correction) | {"day": self.correction.day.isoformat()}
        if self.hurried_at is not None:
            stored["hurried_at"] = self.hurried_at.isoformat()
        return stored


def _read_correction(stored: dict[str, Any]) -> CampaignCorrection:
    return CampaignCorrection(stored["words"], stored["of"], dt.date.fromisoformat(stored["day"]))


class ListedOpenid(Base):
    """One person on a list of a campaign's own, an editor's or a tag's, kept for the freezing of its audience."""

    __tablename__ = "guest"

    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), primary_key=True)


class Preparation(Base):
    """One thing made at the platform before the sending; written down before the call, like a delivery."""

    __tablename__ = "preparation"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"))
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default=PreparationState.PLANNED)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)


class Delivery(Base):
    """One line of a campaign's ledger: a call that makes the platform deliver."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("campaign_id", "recipient", name="one_delivery_per_recipient"),
        Index("ix_delivery_work", "campaign_id", "state", "route", "id"),
        Index(
            "ix_delivery_segment",
            "campaign_id",
            "segment",
            sqlite_where=text("segment IS NOT NULL"),
            postgresql_where=text("segment IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"))
    recipient: Mapped[str] = mapped_column(String(200))
    route: Mapped[str] = mapped_column(String(20))  # never MIXED: the one way that this line goes
    segment: Mapped[int | None]  # of a list: lines with one number go by one call, and move together
    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.PLANNED)
    fence: Mapped[int] = mapped_column(
        default=0
    )  # goes up with every claim: a late answer knows whether it is its own
    # The platform's key of idempotency (reference, F4), at most 32 bytes; random, so that a new database never repeats
    # an old one's.
    clientmsgid: Mapped[str] = mapped_column(String(32), default="")
    msg_id: Mapped[str | None] = mapped_column(String(40), index=True)
    msg_data_id: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    errcode: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when the platform told the end of it
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)
