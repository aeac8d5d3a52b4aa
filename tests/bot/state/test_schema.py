"""The tables: made once however many start at once, step by step over existing data, and never taken backwards."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, select, text

from bot.errors import UsageProblem
from bot.state import schema
from bot.state.address import Address, read_address
from bot.state.database import connect
from bot.state.schema import migrate, revisions
from bot.state.tables import metadata

STEPS = revisions()


@contextmanager
def connection(address: Address) -> Iterator[Connection]:
    engine = connect(address)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def tables(address: Address) -> set[str]:
    with connection(address) as connected:
        return set(inspect(connected).get_table_names())


def differences(address: Address) -> Any:
    """Return how the tables of the memory differ from what the code says; other tables are not ours to compare."""

    def is_ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or name in metadata.tables

    with connection(address) as connected:
        return compare_metadata(MigrationContext.configure(connected, opts={"include_object": is_ours}), metadata)


# --- what is made ---


def test_the_tables_are_those_of_the_code(address: Address) -> None:
    migrate(address)
    assert set(metadata.tables) <= tables(address)
    assert differences(address) == []


def test_a_difference_would_be_seen(address: Address) -> None:
    migrate(address)
    with connection(address) as connected:
        connected.execute(text("ALTER TABLE comments ADD COLUMN surplus INTEGER"))
        connected.execute(text("DROP INDEX ix_pull_requests_repository_id_head_sha"))
    assert {kind for kind, *_ in differences(address)} == {"remove_column", "add_index"}


def test_migrating_again_changes_nothing(address: Address) -> None:
    migrate(address)
    with connection(address) as connected:
        connected.execute(text("INSERT INTO repositories (id, installation, full_name) VALUES (1, 2, 'acme/x')"))
    migrate(address)
    with connection(address) as connected:
        assert connected.execute(text("SELECT full_name FROM repositories")).scalars().all() == ["acme/x"]


def test_the_folder_of_a_database_is_made_for_us_alone(tmp_path: Path) -> None:
    address = read_address(f"sqlite:///{tmp_path}/50% off/x y/headgate.db")
    migrate(address)
    assert "answers" in tables(address)
    assert (tmp_path / "50% off" / "x y").stat().st_mode & 0o077 == 0


def test_sqlite_is_set_up_for_readers_beside_a_writer(tmp_path: Path) -> None:
    address = read_address(f"sqlite:///{tmp_path}/headgate.db")
    with connection(address) as connected:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connected.execute(text(f"PRAGMA {pragma}")).scalar() for pragma in pragmas]
    assert found == ["wal", 1, 1, 10_000]


# --- step by step ---


def row(table: Table, number: int) -> dict[str, Any]:
    """Make up a row; those with the same number are tied to one another, whatever the table."""
    made = {str: f"x{number}", int: number, bool: True, datetime: datetime(2024, 5, number, tzinfo=UTC)}
    return {column.name: made.get(column.type.python_type, {"json": number}) for column in table.columns}


def filled(address: Address, step: str) -> MetaData:
    """Bring a database to a step and put rows into each of our tables."""
    with schema._alone(address) as connected:
        command.upgrade(schema._config(connected), step)
    found = MetaData()
    with connection(address) as connected:
        found.reflect(connected, only=lambda name, _: name in metadata.tables)
        for table in found.sorted_tables:
            connected.execute(table.insert(), [row(table, number) for number in (1, 2)])
    return found


def contents(address: Address, found: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    with connection(address) as connected:
        return {table.name: [tuple(row) for row in connected.execute(select(table))] for table in found.sorted_tables}


def test_the_first_step_leaves_tables_of_others_alone(address: Address) -> None:
    with connection(address) as connected:
        connected.execute(text("CREATE TABLE theirs (x INTEGER)"))
        connected.execute(text("INSERT INTO theirs VALUES (1)"))
    migrate(address)
    with connection(address) as connected:
        assert connected.execute(text("SELECT x FROM theirs")).scalars().all() == [1]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_each_step_upwards_keeps_what_was_there(address: Address, step: int) -> None:
    before = filled(address, STEPS[step])
    kept = contents(address, before)
    assert all(len(rows) == 2 for rows in kept.values())
    assert kept
    migrate(address)
    assert contents(address, before) == kept
    assert differences(address) == []


def test_steps_are_in_one_line_and_their_files_are_named_after_them() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == STEPS
    assert scripts.get_heads() == STEPS[-1:]


# --- several at once, and crashes ---

START = """
import sys
import alembic.command, alembic.config, alembic.runtime.migration, psycopg
from bot.state.database import connect
from bot.state.address import read_address
from bot.state.schema import migrate

print("ready", flush=True)
sys.stdin.readline()
migrate(read_address(sys.argv[1]))
"""


@pytest.mark.asyncio
async def test_several_processes_start_at_once(url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-W", "error", "-c", START, url)
    processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    said = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert [error for _, error in said] == [b"", b"", b""]
    assert differences(read_address(url)) == []


def test_a_step_that_fails_leaves_nothing_half_done(address: Address) -> None:
    with connection(address) as connected:
        connected.execute(text("CREATE TABLE answers (theirs INTEGER)"))  # in the way of the last table of the step
    with pytest.raises(UsageProblem, match=r"cannot be brought to this version, and are as before: .*answers"):
        migrate(address)
    assert tables(address) == {"answers"}


# --- what cannot be used ---


def test_a_database_of_a_newer_version_is_refused(address: Address) -> None:
    migrate(address)
    with connection(address) as connected:
        connected.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageProblem, match=rf"newer version of Headgate: .* step 9999, this version knows {STEPS[-1]}"):
        migrate(address)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database, but longer than the header of one\n" * 10)
    with pytest.raises(UsageProblem, match=r"notes\.txt cannot be read: file is not a database"):
        migrate(read_address(f"sqlite:///{tmp_path}/notes.txt"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match=r"cannot be made: .*/file/data"):
        migrate(read_address(f"sqlite:///{tmp_path}/file/data/headgate.db"))


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(UsageProblem, match=r"PostgreSQL cannot be used: .*127\.0\.0\.1") as refused:
        migrate(read_address("postgresql://u:hunter2@127.0.0.1:1/headgate"))
    assert "hunter2" not in str(refused.value)


# --- what a start costs ---


def loaded(program: str, url: str) -> set[str]:
    """Run a program in a process of its own and return the modules that it has loaded."""
    program += "\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, url], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_a_start_with_current_tables_loads_neither_sqlalchemy_nor_alembic(address: Address, url: str) -> None:
    program = "import sys\nfrom bot.state.address import read_address\nfrom bot.state.schema import migrate"
    program += "\nmigrate(read_address(sys.argv[1]))"
    first = loaded(program, url) & {"sqlalchemy", "alembic"}
    assert first == ({"sqlalchemy", "alembic"} if address.path is None else set())
    assert not {"sqlalchemy", "alembic"} & loaded(program, url)


def test_the_memory_loads_neither_alembic_nor_what_it_does_not_use(tmp_path: Path) -> None:
    program = "import sys\nfrom bot.state.address import read_address\nfrom bot.state.store import SqlStore"
    program += "\nSqlStore(read_address(sys.argv[1]))"
    assert not {"alembic", "sqlalchemy.orm", "psycopg"} & loaded(program, f"sqlite:///{tmp_path}/headgate.db")
