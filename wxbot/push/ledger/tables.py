"""Tables of the push: campaigns, their approvals, preparations and deliveries (the ledger)."""

import datetime as dt
from collections.abc import Mapping
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
    """State of a campaign (推送计划); the moves between them are in `states`."""

    PLANNED = "planned"  # waits for approval
    APPROVED = "approved"  # starts at its time
    RUNNING = "running"  # being sent, or accepted by the platform and not yet reported finished
    PAUSED = "paused"  # stopped by an editor
    WAITING = "waiting"  # for a quota, an administrator's confirmation or the platform; goes on by itself
    UNKNOWN = "unknown"  # an answer was lost: the message may have been sent
    FINISHED = "finished"  # the platform reported the end
    FAILED = "failed"  # was not sent; an editor may retry
    CANCELLED = "cancelled"  # will not be sent


class DeliveryState(StrEnum):
    """State of a delivery (投递); the moves between them are in `states`."""

    PLANNED = "planned"  # no call has been made
    CLAIMED = "claimed"  # a worker holds it, and its call may be under way
    SENT = "sent"  # the platform accepted it
    FAILED = "failed"  # not accepted; may be retried
    REFUSED = "refused"  # not accepted, and a retry would not help
    UNKNOWN = "unknown"  # the call got no answer: the message may have been sent
    SKIPPED = "skipped"  # left out, with the reason


# States of deliveries that a follower may have received.
POSSIBLY_SENT = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.CLAIMED)


class Route(StrEnum):
    """Route (方式) by which a campaign reaches followers (wechat-platform.md, L)."""

    MASS = "mass"  # one mass message to all followers, or to a tag
    CUSTOMER = "customer"  # a card to each follower who sent a message within 48 hours
    DRAFT = "draft"  # only the draft: an editor publishes it by hand
    PUBLISH = "publish"  # published without a notification
    LIST = "list"  # mass messages to listed openids, up to 10,000 a call
    NOTICE = "notice"  # a subscription notice to each follower who consented to one
    MIXED = "mixed"  # each follower by the first of these routes that is open


# Routes that call the platform once for each follower.
ONE_CALL_PER_FOLLOWER = (Route.CUSTOMER, Route.NOTICE)
# Routes whose ledger has a row for each follower, inserted when the campaign starts.
ONE_ROW_PER_FOLLOWER = (*ONE_CALL_PER_FOLLOWER, Route.LIST, Route.MIXED)


class PreparationState(StrEnum):
    """State of a preparation."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"


class Campaign(Base):
    """A campaign: one issue to one audience by one route at one time.

    `number` is the issue's number, `recipients` the size of the audience as approved, `reason` the explanation of the
    state in Chinese, `look_again_at` when a waiting or unknown campaign is due again. `holder`, `lease_until` and
    `fence` are the lease (see `lease`).
    """

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
    choice: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # an EditorChoice as JSON
    # Everything that `hash` covers: see `push.planning.approval_parts`.
    parts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    recipients: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default=CampaignState.PLANNED)
    # The number while this campaign blocks a second push of the issue. Unique, so that two editors who plan at
    # the same moment get one campaign; empty after a cancellation before sending, or if the editor insisted.
    claims: Mapped[str | None] = mapped_column(String(40), unique=True)
    made_by: Mapped[str] = mapped_column(String(80), default="")
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    approved_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    frozen_at: Mapped[dt.datetime | None] = mapped_column(
        Moment
    )  # when the eligibility of its recipients was last checked
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

    @property
    def has_one_call_per_follower(self) -> bool:
        """True if the platform is called once for each follower."""
        return self.route in ONE_CALL_PER_FOLLOWER

    @property
    def has_one_row_per_follower(self) -> bool:
        """True if the ledger has a row for each follower."""
        return self.route in ONE_ROW_PER_FOLLOWER


class Approval(Base):
    """One editor's approval of one campaign's hash; deleted when the approval is withdrawn."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("campaign_id", "person", name="one_approval_per_person"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"))
    person: Mapped[str] = mapped_column(String(80))
    account: Mapped[str] = mapped_column(String(40), default="")  # name of the account, where there is one
    at_terminal: Mapped[bool] = mapped_column(default=False)
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
        return cls.from_json(campaign.choice)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "EditorChoice":
        """Return the choice that `to_json` gave."""
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


def _read_correction(stored: Mapping[str, Any]) -> CampaignCorrection:
    return CampaignCorrection(stored["words"], stored["of"], dt.date.fromisoformat(stored["day"]))


class ListedOpenid(Base):
    """One openid of a campaign's own list (an editor's file, or a tag's members), kept until its audience is frozen."""

    __tablename__ = "guest"

    campaign_id: Mapped[int] = mapped_column(Id, ForeignKey("campaign.id"), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), primary_key=True)


class Preparation(Base):
    """One upload or draft that must exist at the platform before sending; recorded before its call."""

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
    """A delivery: one row of a campaign's ledger, for one follower or for one bulk call.

    `recipient` is an openid, or the audience of a bulk call. `report` is the platform's report on a mass message.
    """

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
    route: Mapped[str] = mapped_column(String(20))  # never MIXED: the one route of this delivery
    segment: Mapped[int | None]  # batch of a list: deliveries with the same number share one call
    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.PLANNED)
    # Fencing token: goes up with every claim, so that a late answer counts only for its own claim.
    fence: Mapped[int] = mapped_column(default=0)
    # Idempotency key of the platform (wechat-platform.md, F4), at most 32 bytes; random, so that a new database never
    # repeats the key of an old one.
    clientmsgid: Mapped[str] = mapped_column(String(32), default="")
    msg_id: Mapped[str | None] = mapped_column(String(40), index=True)
    msg_data_id: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    errcode: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when the platform reported the end
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)
