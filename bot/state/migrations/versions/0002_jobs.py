"""The tables of durable work: accepted deliveries, and the embedded queue. PostgreSQL has Procrastinate's queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Times are seconds since 1970: this side of the database is written without SQLAlchemy."""
    op.create_table(
        "deliveries",
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("accepted_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("guid", name="pk_deliveries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_accepted_at", "deliveries", ["accepted_at"])
    if op.get_bind().dialect.name == "sqlite":
        _embedded_queue()
    else:
        op.create_table(
            "procrastinate_migrations",
            sa.Column("name", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("name", name="pk_procrastinate_migrations"),
        )


def _embedded_queue() -> None:
    """Make one row for a live job of each key (see bot/jobs/ledger.py) and one for its last death."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, nullable=False),
        *_what_is_asked(),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("hints", sa.Integer, nullable=False),
        sa.Column("claimed", sa.Integer),
        sa.Column("run_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
        sqlite_autoincrement=True,  # an id is never given to another job
    )
    op.create_table(
        "dead_jobs",
        sa.Column("id", sa.Integer, nullable=False),
        *_what_is_asked(),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("died_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_jobs"),
        sa.UniqueConstraint("key", name="uq_dead_jobs_key"),
    )


def _what_is_asked() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("repository", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("delivery", sa.Text, nullable=False),
    ]
