"""The table of answers that never change: read, kept, and cleared of what nobody asks for any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, select, update

from bot.state.tables import answers, checks, pull_requests
from bot.state.upsert import put_if_absent

TOUCH = timedelta(days=1)
"""How exactly the last use of an answer is known; otherwise every use would be a write."""

UNUSED = timedelta(days=30)
"""Answers that nobody used for so long are dropped."""

MOST_ANSWERS = 20_000
"""Answers that are kept of one repository, the last used ones."""

CHECKS_KEPT = timedelta(days=90)
"""How long a check is remembered on a commit that is not the head of an open pull request any more."""


def recall(connection: Connection, repository_id: int, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the texts under these keys."""
    wanted = (answers.c.repository_id == repository_id, answers.c.key.in_(keys))
    rows = connection.execute(select(answers.c.key, answers.c.answer, answers.c.used_at).where(*wanted)).all()
    stale = [row.key for row in rows if now - row.used_at > TOUCH]
    if stale:
        _touch(connection, repository_id, stale, now)
    return {row.key: row.answer for row in rows}


def keep(connection: Connection, repository_id: int, texts: dict[str, str], now: datetime) -> None:
    """Keep texts that are not kept yet."""
    rows = [
        {"repository_id": repository_id, "key": key, "answer": text, "used_at": now}
        for key, text in sorted(texts.items())  # in one order, or two processes could wait for one another for ever
    ]
    put_if_absent(connection, answers, rows)


def tidy(connection: Connection, repository_id: int, now: datetime) -> None:
    """Drop what is old, of one repository."""
    mine = answers.c.repository_id == repository_id
    old = select(answers.c.key).where(mine, answers.c.used_at < now - UNUSED)
    surplus = select(answers.c.key).where(mine).order_by(answers.c.used_at.desc(), answers.c.key).offset(MOST_ANSWERS)
    for keys in (old, surplus):
        connection.execute(delete(answers).where(mine, answers.c.key.in_(_free(keys))))
    heads = select(pull_requests.c.head_sha).where(pull_requests.c.repository_id == repository_id)
    forgotten = (checks.c.repository_id == repository_id, checks.c.changed_at < now - CHECKS_KEPT)
    connection.execute(delete(checks).where(*forgotten, checks.c.sha.not_in(heads)))


def _touch(connection: Connection, repository_id: int, keys: Sequence[str], now: datetime) -> None:
    mine = answers.c.repository_id == repository_id
    used = _free(select(answers.c.key).where(mine, answers.c.key.in_(keys)))
    connection.execute(update(answers).where(mine, answers.c.key.in_(used)).values(used_at=now))


def _free(keys: Select[tuple[str]]) -> Select[tuple[str]]:
    """Leave out rows that another process is working on, instead of waiting for it. (SQLite has one writer anyway.)"""
    return keys.with_for_update(skip_locked=True)
