"""The tables of our memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "repositories",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("installation", sa.BigInteger, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_repositories"),
    )
    op.create_table(
        "pull_requests",
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("head_sha", sa.String(64), nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("fork", sa.Boolean, nullable=False),
        sa.Column("opinion", sa.JSON),
        sa.Column("judged_at", sa.DateTime(timezone=True)),
        *_of_a_repository("pull_requests", "number"),
    )
    for column in ("head_sha", "head", "base"):
        op.create_index(f"ix_pull_requests_repository_id_{column}", "pull_requests", ["repository_id", column])
    op.create_table(
        "checks",
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("claimed", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("digest", sa.Text),
        sa.Column("completed", sa.Boolean),
        *_of_a_repository("checks", "sha", "name"),
    )
    op.create_table(
        "comments",
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("comment_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        *_of_a_repository("comments", "number"),
    )
    op.create_table(
        "answers",
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        *_of_a_repository("answers", "key"),
    )


def _of_a_repository(table: str, *key: str) -> list[sa.Constraint]:
    """Return the primary key within a repository, and the tie to it."""
    return [
        sa.PrimaryKeyConstraint("repository_id", *key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name=f"fk_{table}_repository_id", ondelete="CASCADE"
        ),
    ]
