"""The tables of our memory. Every row can be lost: it is then read from GitHub again, at a price."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """A moment, in Python always with its time zone, UTC; SQLite stores it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone could be any of 24")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _repository_id() -> Column[int]:
    """Return the column that ties a row to its repository, and lets it go with it."""
    return Column("repository_id", BigInteger, ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)


repositories = Table(
    "repositories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # GitHub's
    Column("installation", BigInteger, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("swept_at", Moment),
)

pull_requests = Table(
    "pull_requests",
    metadata,
    _repository_id(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("head_sha", String(64), nullable=False),
    Column("head", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("fork", Boolean, nullable=False),
    Column("opinion", JSON(none_as_null=True)),
    Column("judged_at", Moment),
    Index(None, "repository_id", "head_sha"),
    Index(None, "repository_id", "head"),
    Index(None, "repository_id", "base"),
)
"""The open ones. One that is closed is forgotten."""

checks = Table(
    "checks",
    metadata,
    _repository_id(),
    Column("sha", String(64), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("run_id", BigInteger),
    Column("digest", Text),
    Column("completed", Boolean),
)
"""What we last wrote on a commit. ``version`` counts the claims and writes; ``claimed``: begun, and not yet written."""

comments = Table(
    "comments",
    metadata,
    _repository_id(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("comment_id", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)
"""Our one comment on a pull request; kept when it is closed, because it may be opened again."""

answers = Table(
    "answers",
    metadata,
    _repository_id(),
    Column("key", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("used_at", Moment, nullable=False),
)
"""Answers of GitHub that never change, as JSON text: PostgreSQL's own JSON types refuse some of what GitHub sends."""
