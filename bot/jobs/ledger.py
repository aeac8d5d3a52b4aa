"""The embedded queue's SQL. Each function is a change of its own inside a transaction that somebody else commits.

A key has one row. ``hints`` counts what was asked of it; ``claimed`` is that count as it was when the run that is on
began. So a run that ends knows whether it was overtaken, and a hint that comes meanwhile is an unconditional upsert.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.jobs.run import Again, Died, Done, Outcome
from bot.jobs.stored import Held, Hint

NEVER = math.inf
"""``run_at`` of a row that runs and has nothing waiting."""

_COLUMNS = "id, key, repository, target, delivery, attempts, hints, run_at"

_ASK = f"""
    INSERT INTO jobs (key, repository, target, delivery, attempts, hints, run_at)
    VALUES (:key, :repository, :target, :delivery, 0, 1, :run_at)
    ON CONFLICT (key) DO UPDATE SET
        target = excluded.target, delivery = excluded.delivery, repository = excluded.repository,
        hints = hints + 1, run_at = min(run_at, excluded.run_at)
    RETURNING {_COLUMNS}
"""  # noqa: S608  # a constant of ours

_TAKE_BACK = f"""
    UPDATE jobs SET claimed = NULL, attempts = attempts + 1, run_at = min(run_at, :now)
    WHERE claimed IS NOT NULL RETURNING {_COLUMNS}
"""  # noqa: S608  # likewise

_WAITING = f"SELECT {_COLUMNS} FROM jobs WHERE claimed IS NULL ORDER BY id"  # noqa: S608  # likewise


@dataclass(frozen=True, slots=True)
class Row:
    """A live job as it is stored. ``run_at`` is in seconds since 1970."""

    id: int
    key: str
    repository: int
    target: str
    delivery: str
    attempts: int
    hints: int
    run_at: float

    @property
    def held(self) -> Held:
        return Held(str(self.id), self.key, self.target, self.delivery, self.attempts)


def accept(db: sqlite3.Connection, delivery: str, hints: Sequence[Hint], now: float) -> list[Row] | None:
    """Note a delivery and what it asks for; None if it was noted before."""
    if not db.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?)", (delivery, now)).rowcount:
        return None
    return [ask(db, hint, delivery, now) for hint in hints]


def ask(db: sqlite3.Connection, hint: Hint, delivery: str, run_at: float) -> Row:
    """Let a job wait, or fold the hint into the one that does."""
    values = {"key": hint.key, "repository": hint.repository, "target": hint.target}
    return Row(*db.execute(_ASK, values | {"delivery": delivery, "run_at": run_at}).fetchone())


def claim(db: sqlite3.Connection, row: Row) -> None:
    """Note that a job runs, so that a crash of this process is counted as an attempt."""
    db.execute(
        "UPDATE jobs SET claimed = :hints, run_at = iif(hints = :hints, :never, run_at) WHERE id = :id",
        {"id": row.id, "hints": row.hints, "never": NEVER},
    )


def end(db: sqlite3.Connection, row: Row, outcome: Outcome, now: float) -> None:
    """Write down what became of a run."""
    match outcome:
        case Done():
            _finish(db, row)
        case Again(at, attempts):
            db.execute(
                "UPDATE jobs SET claimed = NULL, attempts = ?, run_at = min(run_at, ?) WHERE id = ?",
                (attempts, at, row.id),
            )
        case Died(error, attempts):
            db.execute(
                "INSERT OR REPLACE INTO dead_jobs (id, key, repository, target, delivery, attempts, error, died_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row.id, row.key, row.repository, row.target, row.delivery, attempts, error, now),
            )
            _finish(db, row)


def _finish(db: sqlite3.Connection, row: Row) -> None:
    if not db.execute("DELETE FROM jobs WHERE id = ? AND hints = ?", (row.id, row.hints)).rowcount:
        db.execute("UPDATE jobs SET claimed = NULL, attempts = 0 WHERE id = ?", (row.id,))


def take_back(db: sqlite3.Connection, now: float) -> list[Row]:
    """Let what ran when the last process ended wait again; that run counts as an attempt. Return those jobs."""
    return [Row(*row) for row in db.execute(_TAKE_BACK, {"now": now}).fetchall()]


def waiting(db: sqlite3.Connection) -> list[Row]:
    """Return every job that does not run, oldest first."""
    return [Row(*row) for row in db.execute(_WAITING).fetchall()]


def redo(db: sqlite3.Connection, id: int, now: float) -> Row | None:
    """Let a dead job wait again. If a live one of its key is there, that one is newer and looks once more."""
    found = db.execute(
        "DELETE FROM dead_jobs WHERE id = ? RETURNING key, repository, target, delivery", (id,)
    ).fetchone()
    if found is None:
        return None
    key, repository, target, delivery = found
    newer = db.execute("SELECT target, delivery FROM jobs WHERE key = ?", (key,)).fetchone()
    target, delivery = newer or (target, delivery)
    return ask(db, Hint(key, repository, target), delivery, now)


def dead(db: sqlite3.Connection) -> list[tuple[int, str, str, int, str, float]]:
    return db.execute(
        "SELECT id, target, delivery, attempts, error, died_at FROM dead_jobs ORDER BY died_at"
    ).fetchall()


def counts(db: sqlite3.Connection, now: float) -> dict[str, int]:
    row = db.execute(
        "SELECT count(*) FILTER (WHERE run_at <= :now), count(*) FILTER (WHERE run_at > :now AND run_at < :never),"
        " count(claimed), (SELECT count(*) FROM dead_jobs) FROM jobs",
        {"now": now, "never": NEVER},
    ).fetchone()
    return dict(zip(("waiting", "later", "running", "dead"), row, strict=True))


def forget(db: sqlite3.Connection, before: float) -> None:
    """Drop deliveries that are too old to come again."""
    db.execute("DELETE FROM deliveries WHERE accepted_at < ?", (before,))
