"""Brings the tables to what this version expects, before anything else starts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.errors import UsageProblem
from bot.state.address import CONNECT_SECONDS, Address

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"

NEWEST = MIGRATIONS / "newest.sql"
"""All tables in SQLite's words, generated from the steps: a first start then needs no Alembic either."""

_LOCK = 0x6865616467617465
"""The advisory lock of PostgreSQL that a process holds while it migrates: "headgate" in ASCII."""

_MADE = """
    SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    UNION ALL SELECT 'INSERT INTO alembic_version VALUES (' || quote(version_num) || ')' FROM alembic_version
"""
"""The statements that make the tables of a file, in the order in which they were made, and say which step it is at."""

_REVISION = "SELECT version_num FROM alembic_version"


def migrate(address: Address) -> None:
    """Bring the tables to this version; several processes may do so at once. Blocks: call it before the loop runs.

    All steps are one transaction, so after a crash the tables are as they were. Raises UsageProblem where the database
    is of a newer version or cannot be used. Where nothing is to be done, neither SQLAlchemy nor Alembic is imported:
    that is half a second of each start.
    """
    revision = _stored_revision(address)
    if revision is None and address.path is not None:
        _create(address.path)
        revision = _stored_revision(address)
    if not _is_current(revision):
        _upgrade(address)


def _create(path: Path) -> None:
    """Make all tables of a new file at once, as the steps would one after the other (a test compares them)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                for statement in NEWEST.read_text("utf-8").split(";\n"):
                    connection.execute(statement)
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise UsageProblem(f"The database {path} cannot be made: {error}.") from error


def revisions() -> list[str]:
    """Return the steps that this version knows, oldest first. The file of a step begins with its revision."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _is_current(revision: str | None) -> bool:
    known = revisions()
    if revision is not None and revision not in known:
        raise UsageProblem(
            f"The database is of a newer version of Headgate: its tables are at step {revision}, this version knows "
            f"{known[-1]}. Start the newer version, or restore the backup from before the upgrade."
        )
    return revision == known[-1]


def _stored_revision(address: Address) -> str | None:
    """Return the step that the tables are at, None before the first, with nothing but the database's own driver."""
    return _of_postgres(address.conninfo) if address.path is None else _of_file(address.path)


def _of_file(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            row = connection.execute(_REVISION).fetchone() if known else None
    except sqlite3.Error as error:
        raise UsageProblem(f"The database {path} cannot be read: {error}.") from error
    return str(row[0]) if row else None


def _of_postgres(conninfo: str) -> str | None:
    import psycopg  # noqa: PLC0415 -- costs 0.2 s and 20 MB, which an embedded database does without

    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            row = connection.execute(_REVISION).fetchone() if known and known[0] else None
    except psycopg.Error as error:
        raise UsageProblem(f"PostgreSQL cannot be used: {str(error).strip()}") from error
    return str(row[0]) if row else None


def _upgrade(address: Address) -> None:
    from alembic import command  # noqa: PLC0415 -- not needed at most starts
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 -- likewise
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 -- likewise

    try:
        with _alone(address) as connection:
            # Another process may have done it while this one waited for its turn.
            if not _is_current(MigrationContext.configure(connection).get_current_revision()):
                command.upgrade(_config(connection), "head")
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise UsageProblem(f"The tables cannot be brought to this version, and are as before: {cause}") from error


def _config(connection: Connection) -> Config:
    """Return what Alembic needs to know: https://alembic.sqlalchemy.org/en/latest/cookbook.html#connection-sharing."""
    from alembic.config import Config  # noqa: PLC0415 -- likewise

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(address: Address) -> Iterator[Connection]:
    """Begin a transaction when no other process migrates."""
    from sqlalchemy import text  # noqa: PLC0415 -- likewise

    from bot.state.database import connect  # noqa: PLC0415 -- likewise

    engine = connect(address)
    try:
        with engine.connect() as connection:
            if address.path is not None:
                # Python's driver begins no transaction for DDL by itself; each step would stand alone:
                # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-transactions
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def newest() -> str:
    """Return what :data:`NEWEST` must hold: the tables that the steps make of an empty file, and the step it is at."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        _upgrade(Address(path))
        with closing(sqlite3.connect(path)) as connection:
            made = connection.execute(_MADE).fetchall()
    return ";\n".join(statement for (statement,) in made) + "\n"
