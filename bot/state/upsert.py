"""INSERT … ON CONFLICT: SQLite and PostgreSQL write it alike, SQLAlchemy has it in the dialect of each.

https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#insert-on-conflict-upsert
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the given columns of the one with the same primary key."""
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    given = {name: statement.excluded[name] for name in row if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=given), row)


def put_if_absent(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those rows whose primary key is not there yet; return how many."""
    statement = _insert(connection, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(statement, rows).rowcount


def _insert(connection: Connection, table: Table) -> sqlite.Insert:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 -- an embedded database does without

        return postgresql.insert(table)  # type: ignore[return-value]  # another class with the same methods
    return sqlite.insert(table)
