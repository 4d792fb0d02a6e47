"""The first tables: library, followers, dialog, journal, push, audit."""

import secrets

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "audit",
    "delivery",
    "preparation",
    "campaign",
    "kept",
    "job_event",
    "journal",
    "dialog",
    "follower",
    "revision",
    "article",
    "issue",
    "library_version",
)


def upgrade() -> None:
    """Make every table, and the one row of the library's version."""
    _library()
    _history()
    _people()
    _journal()
    _campaign()
    _ledger()
    _audit()


def downgrade() -> None:
    """Drop every table."""
    for name in TABLES:
        op.drop_table(name)


def _library() -> None:
    """Issues, articles, and the version of the whole."""
    version = op.create_table(
        "library_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library_version"),
    )
    op.bulk_insert(version, [{"id": 1, "version": 0, "identity": secrets.token_hex(16)}])
    op.create_table(
        "issue",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("to_plan", sa.Boolean(), nullable=False),
        sa.Column("shelved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.UniqueConstraint("number", name="uq_issue_number"),
    )
    op.create_table(
        "article",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_article_issue_id_issue"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("issue_id", "n", name="uq_article_issue_id"),
        sa.UniqueConstraint("public_id", name="uq_article_public_id"),
    )
    op.create_index("ix_article_changed", "article", ["changed"], unique=False)


def _history() -> None:
    """Create the tables of earlier revisions of issues."""
    op.create_table(
        "revision",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("parsed", sa.JSON(), nullable=False),
        sa.Column("shelved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_revision_issue_id_issue"),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("issue_id", "revision", name="uq_revision_issue_id"),
    )


def _people() -> None:
    """Create the tables of followers and of the list that each was shown last."""
    op.create_table(
        "follower",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("following", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("last_heard", Moment(), nullable=True),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("synced_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("openid", name="pk_follower"),
    )
    op.create_index("ix_follower_last_heard", "follower", ["last_heard"], unique=False)
    op.create_table(
        "dialog",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("openid", name="pk_dialog"),
    )
    op.create_index("ix_dialog_expires_at", "dialog", ["expires_at"], unique=False)


def _journal() -> None:
    """Create the tables of messages, platform events and key-value pairs."""
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.UniqueConstraint("key", name="uq_journal_key"),
    )
    op.create_index("ix_journal_received_at", "journal", ["received_at"], unique=False)
    op.create_table(
        "job_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("matched_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job_event"),
        sa.UniqueConstraint("key", name="uq_job_event_key"),
    )
    op.create_index("ix_job_event_job", "job_event", ["job"], unique=False)
    op.create_table(
        "kept",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_kept"),
    )


def _campaign() -> None:
    """Create the tables of campaigns."""
    op.create_table(
        "campaign",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("claims", sa.String(length=40), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("look_again_at", Moment(), nullable=True),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("claims", name="uq_campaign_claims"),
    )
    op.create_index("ix_campaign_number", "campaign", ["number"], unique=False)


def _ledger() -> None:
    """Create the tables of prepared drafts and deliveries."""
    op.create_table(
        "preparation",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_preparation_campaign_id_campaign"),
        sa.PrimaryKeyConstraint("id", name="pk_preparation"),
        sa.UniqueConstraint("campaign_id", "name", name="uq_preparation_campaign_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("clientmsgid", sa.String(length=32), nullable=False),
        sa.Column("msg_id", sa.String(length=40), nullable=True),
        sa.Column("msg_data_id", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_delivery_campaign_id_campaign"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("campaign_id", "recipient", name="one_delivery_per_recipient"),
    )
    op.create_index("ix_delivery_msg_id", "delivery", ["msg_id"], unique=False)
    op.create_index("ix_delivery_work", "delivery", ["campaign_id", "state", "id"], unique=False)


def _audit() -> None:
    """Create the audit log."""
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
