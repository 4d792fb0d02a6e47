"""Approvals of campaigns as rows of their own, instead of one column of joined names."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0020"  # campaign.approved_by is gone

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEPARATOR = "、"
_CAMPAIGN = sa.table(
    "campaign",
    sa.column("id", ID),
    sa.column("hash", sa.String(64)),
    sa.column("approved_by", sa.String(80)),
    sa.column("approved_at", Moment()),
    sa.column("moved_at", Moment()),
)


def upgrade() -> None:
    """Create the table and copy each approver of each campaign, with the campaign's hash, into it."""
    approval = op.create_table(
        "approval",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_approval_campaign_id_campaign"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
        sa.UniqueConstraint("campaign_id", "person", name="one_approval_per_person"),
    )
    approved = sa.select(_CAMPAIGN).where(_CAMPAIGN.c.approved_by != "").order_by(_CAMPAIGN.c.id)
    rows = [
        # The moment of the last approval is the only one that was stored; it is missing while one is outstanding.
        {
            "campaign_id": campaign.id,
            "person": person,
            "hash": campaign.hash,
            "at": campaign.approved_at or campaign.moved_at,
        }
        for campaign in op.get_bind().execute(approved)
        for person in dict.fromkeys(campaign.approved_by.split(SEPARATOR))
        if person
    ]
    if rows:
        op.bulk_insert(approval, rows)
    op.drop_column("campaign", "approved_by")


def downgrade() -> None:
    """Join the approvers of each campaign into one column again, and drop the table."""
    op.add_column("campaign", sa.Column("approved_by", sa.String(80), nullable=False, server_default=""))
    approval = sa.table("approval", sa.column("id"), sa.column("campaign_id"), sa.column("person"))
    persons: dict[int, list[str]] = {}
    for row in op.get_bind().execute(sa.select(approval).order_by(approval.c.id)):
        persons.setdefault(row.campaign_id, []).append(row.person)
    for campaign_id, names in persons.items():
        joined = SEPARATOR.join(names)
        op.execute(_CAMPAIGN.update().where(_CAMPAIGN.c.id == campaign_id).values(approved_by=joined))
    op.drop_table("approval")
