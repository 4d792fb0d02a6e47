"""Publications, the states of issues and articles, and who made a revision."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0024"  # a program of before shows issues that are held

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PUBLICATION = sa.table(
    "publication",
    sa.column("id", ID),
    sa.column("slug", sa.String(24)),
    sa.column("name", sa.Text()),
    sa.column("other_names", sa.JSON()),
)
_ISSUE = sa.table(
    "issue",
    sa.column("title", sa.Text()),
    sa.column("publication_id", ID),
    sa.column("place", sa.BigInteger()),
)
_ARTICLE = sa.table(
    "article",
    *(sa.column(name, sa.Integer()) for name in ("issue_id", "n", "place")),
    sa.column("withdrawn", sa.Boolean()),
    sa.column("status", sa.String(12)),
)


def upgrade() -> None:
    """Add the columns; existing issues are public and belong to one publication, named as the newest of them."""
    op.create_table(
        "publication",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("other_names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("slug", name="uq_publication_slug"),
    )
    # No foreign key in the database: SQLite adds none to a table that exists.
    op.add_column("issue", sa.Column("publication_id", ID, nullable=True))
    op.create_index("ix_issue_publication_id", "issue", ["publication_id"])
    op.add_column("issue", sa.Column("state", sa.String(12), nullable=False, server_default="public"))
    op.add_column("issue", sa.Column("hold_reason", sa.String(12), nullable=False, server_default=""))
    op.add_column("issue", sa.Column("state_note", sa.Text(), nullable=False, server_default=""))
    op.add_column("issue", sa.Column("pending", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("article", sa.Column("status", sa.String(12), nullable=False, server_default="current"))
    op.add_column("article", sa.Column("status_note", sa.Text(), nullable=False, server_default=""))
    op.add_column("article", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("revision", sa.Column("problems", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("revision", sa.Column("by", sa.String(80), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("restores", sa.Integer(), nullable=True))
    _fill()


def _fill() -> None:
    """Make the publication of the existing issues, and place their articles as they are numbered."""
    titles = [
        title
        for (title,) in op.get_bind().execute(sa.select(_ISSUE.c.title).order_by(_ISSUE.c.place.desc()))
        if title
    ]
    named, *others = dict.fromkeys(titles) or [""]
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(_ISSUE)):
        op.execute(_PUBLICATION.insert().values(id=1, slug="", name=named, other_names=others))
        if op.get_bind().dialect.name == "postgresql":  # the sequence knows nothing of ids that were given
            op.execute(sa.text("SELECT setval(pg_get_serial_sequence('publication', 'id'), 1)"))
        op.execute(_ISSUE.update().values(publication_id=1))
    in_issue = _ARTICLE.c.issue_id.is_not(None)
    op.execute(_ARTICLE.update().where(in_issue, _ARTICLE.c.n.is_not(None)).values(place=_ARTICLE.c.n))
    op.execute(_ARTICLE.update().where(in_issue, _ARTICLE.c.withdrawn).values(status="removed"))


def downgrade() -> None:
    """Drop the columns and the table; held and withdrawn issues would be public, so that they must not exist."""
    held = op.get_bind().scalar(sa.text("SELECT count(*) FROM issue WHERE state <> 'public'"))
    if held:
        raise RuntimeError(f"{held} issues are held or withdrawn: publish or delete them first")
    for name in ("restores", "by", "problems"):
        op.drop_column("revision", name)
    for name in ("pinned", "status_note", "status", "place"):
        op.drop_column("article", name)
    for name in ("pending", "state_note", "hold_reason", "state"):
        op.drop_column("issue", name)
    op.drop_index("ix_issue_publication_id", "issue")
    op.drop_column("issue", "publication_id")
    op.drop_table("publication")
