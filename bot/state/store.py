"""Our memory in a database, PostgreSQL or SQLite.

Transactions are short, so they run in a few threads. That takes half the time of SQLAlchemy's asyncio layer, and spares
each start the import of the ORM that comes with it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Delete, Row, Select, Table, Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.clock import utc_now
from bot.github.repository import InstallationId, Repository
from bot.report import opinion as opinions
from bot.report.opinion import StandingCheck, StandingComment
from bot.state import kept
from bot.state.address import Address
from bot.state.database import connect, connections
from bot.state.port import Known, Seen, UnknownRepository
from bot.state.recent import RecentAnswers
from bot.state.tables import checks, comments, pull_requests, repositories
from bot.state.upsert import put, put_if_absent
from policies.facts import Sha

CLAIM = timedelta(seconds=10)
"""How long a claim to create a check run keeps others away; creating one takes less than a second."""

_T = TypeVar("_T")


class SqlStore:
    """A :class:`bot.state.port.Store`; :func:`bot.state.schema.migrate` has made the tables before."""

    def __init__(self, address: Address, now: Callable[[], datetime] = utc_now, claim: timedelta = CLAIM) -> None:
        self._engine, self._now, self._claim = connect(address), now, claim
        self._threads = ThreadPoolExecutor(connections(address), thread_name_prefix="memory")
        self._recent = RecentAnswers()
        # One process works on a file: whoever claimed something there before this one is gone.
        self._alone_since = now() if address.path is not None else datetime.min.replace(tzinfo=UTC)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    # --- repositories ---

    async def meet(self, repository: Repository) -> None:
        query = select(repositories).where(repositories.c.id == repository.id)
        if [_read_repository(row) for row in await self._rows(query)] != [repository]:
            given = {"installation": repository.installation, "full_name": repository.full_name}
            await self._put(repositories, {"id": repository.id, **given})

    async def forget(self, repository_id: int) -> None:
        self._recent.forget(repository_id)
        await self._change(delete(repositories).where(repositories.c.id == repository_id))  # and all rows tied to it

    async def repositories(self) -> Sequence[Known]:
        rows = await self._rows(select(repositories).order_by(repositories.c.id))
        return [Known(_read_repository(row), row.swept_at) for row in rows]

    async def swept(self, repository_id: int) -> None:
        """Also drops what is old: this is called for each repository now and then."""
        now = self._now()
        await self._change(update(repositories).where(repositories.c.id == repository_id).values(swept_at=now))
        await self._transaction(partial(kept.tidy, repository_id=repository_id, now=now))

    # --- open pull requests ---

    async def see(self, repository_id: int, seen: Seen) -> None:
        row = {name: getattr(seen, name) for name in ("number", "head_sha", "head", "base", "fork", "judged_at")}
        opinion = seen.opinion.to_json() if seen.opinion else None
        await self._put(pull_requests, {"repository_id": repository_id, **row, "opinion": opinion})

    async def closed(self, repository_id: int, number: int) -> None:
        await self._change(delete(pull_requests).where(*_numbered(pull_requests, repository_id, number)))

    async def seen(self, repository_id: int, number: int) -> Seen | None:
        found = await self._seen(*_numbered(pull_requests, repository_id, number))
        return found[0] if found else None

    async def open(self, repository_id: int, *, head: str | None = None, base: str | None = None) -> Sequence[Seen]:
        conditions = [pull_requests.c.repository_id == repository_id]
        if head is not None:
            conditions.append(pull_requests.c.head == head)
        if base is not None:
            conditions.append(pull_requests.c.base == base)
        return await self._seen(*conditions)

    async def heads(self, repository_id: int) -> frozenset[Sha]:
        condition = pull_requests.c.repository_id == repository_id
        rows = await self._rows(select(pull_requests.c.head_sha).where(condition))
        return frozenset(Sha(row.head_sha) for row in rows)

    async def open_at(self, repository_id: int, sha: Sha) -> Sequence[Seen]:
        return await self._seen(pull_requests.c.repository_id == repository_id, pull_requests.c.head_sha == sha)

    async def _seen(self, *conditions: ColumnElement[bool]) -> list[Seen]:
        rows = await self._rows(select(pull_requests).where(*conditions).order_by(pull_requests.c.number))
        return [_read_seen(row) for row in rows]

    # --- checks ---

    async def standing(self, repository_id: int, sha: Sha, name: str) -> tuple[StandingCheck | None, int]:
        """A claim that still holds is not shown: whoever goes by this answer then fails to begin, and looks again."""
        rows = await self._rows(select(checks).where(*_named(repository_id, sha, name)))
        if not rows:
            return None, 0
        row = rows[0]
        if row.claimed and (self._now() - row.changed_at >= self._claim or row.changed_at < self._alone_since):
            return None, row.version
        check = None if row.run_id is None else StandingCheck(row.run_id, row.digest, row.completed)
        return check, row.version - row.claimed

    async def begin(self, repository_id: int, sha: Sha, name: str, version: int) -> bool:
        return await self._advance(repository_id, sha, name, version, claimed=True)

    async def break_off(self, repository_id: int, sha: Sha, name: str, version: int) -> None:
        claim = (*_named(repository_id, sha, name), checks.c.version == version, checks.c.claimed.is_(True))
        await self._change(update(checks).where(*claim).values(changed_at=self._now() - self._claim))

    async def stands(self, repository_id: int, sha: Sha, name: str, check: StandingCheck, version: int) -> bool:
        said = {"run_id": check.id, "digest": check.digest, "completed": check.completed}
        return await self._advance(repository_id, sha, name, version, claimed=False, **said)

    async def _advance(self, repository_id: int, sha: Sha, name: str, version: int, **change: Any) -> bool:
        """Take a check from ``version`` to the next; False if somebody else has done so."""
        row = {**change, "version": version + 1, "changed_at": self._now()}
        if version == 0:
            new = {"repository_id": repository_id, "sha": sha, "name": name, **row}
            return await self._transaction(lambda connection: put_if_absent(connection, checks, [new])) == 1
        at_version = (*_named(repository_id, sha, name), checks.c.version == version)
        return await self._change(update(checks).where(*at_version).values(row)) == 1

    async def unsay(self, repository_id: int, sha: Sha) -> None:
        await self._change(delete(checks).where(checks.c.repository_id == repository_id, checks.c.sha == sha))

    # --- comments ---

    async def comment(self, repository_id: int, number: int) -> StandingComment | None:
        rows = await self._rows(select(comments).where(*_numbered(comments, repository_id, number)))
        return StandingComment(rows[0].comment_id, rows[0].digest) if rows else None

    async def commented(self, repository_id: int, number: int, comment: StandingComment | None) -> None:
        if comment is None:
            await self._change(delete(comments).where(*_numbered(comments, repository_id, number)))
            return
        row = {"repository_id": repository_id, "number": number, "comment_id": comment.id, "digest": comment.digest}
        await self._put(comments, row)

    # --- answers ---

    async def recall(self, repository_id: int, keys: Sequence[str]) -> dict[str, Any]:
        now = self._now()
        found = {key: text for key in keys if (text := self._recent.get(repository_id, key, now)) is not None}
        missing = [key for key in keys if key not in found]
        if missing:
            stored = partial(kept.recall, repository_id=repository_id, keys=missing, now=now)
            found.update(self._remembered(repository_id, await self._transaction(stored), now))
        return {key: json.loads(text) for key, text in found.items()}

    async def keep(self, repository_id: int, answers: dict[str, Any]) -> None:
        now = self._now()
        texts = {key: json.dumps(answer, separators=(",", ":")) for key, answer in answers.items()}
        await self._transaction(partial(kept.keep, repository_id=repository_id, texts=texts, now=now))
        self._remembered(repository_id, texts, now)

    def _remembered(self, repository_id: int, texts: dict[str, str], now: datetime) -> dict[str, str]:
        for key, text in texts.items():
            self._recent.put(repository_id, key, text, now)
        return texts

    # --- transactions ---

    async def _transaction(self, work: Callable[[Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)

    def _do(self, work: Callable[[Connection], _T]) -> _T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except IntegrityError as error:  # only the tie to the repository can break: every insert knows what to do else
            raise UnknownRepository("The repository was not met before, or has been forgotten meanwhile.") from error

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._transaction(lambda connection: connection.execute(query).all())

    async def _change(self, statement: Update | Delete) -> int:
        """Return the number of rows that were changed."""
        return await self._transaction(lambda connection: connection.execute(statement).rowcount)

    async def _put(self, table: Table, row: dict[str, Any]) -> None:
        await self._transaction(lambda connection: put(connection, table, row))


def _numbered(table: Table, repository_id: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return table.c.repository_id == repository_id, table.c.number == number


def _named(repository_id: int, sha: Sha, name: str) -> tuple[ColumnElement[bool], ...]:
    return checks.c.repository_id == repository_id, checks.c.sha == sha, checks.c.name == name


def _read_repository(row: Row[Any]) -> Repository:
    return Repository(InstallationId(row.installation), row.id, row.full_name)


def _read_seen(row: Row[Any]) -> Seen:
    opinion = None if row.opinion is None else opinions.from_json(row.opinion)
    return Seen(row.number, Sha(row.head_sha), row.head, row.base, row.fork, opinion, row.judged_at)
