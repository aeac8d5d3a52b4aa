"""Remembers each open pull request and says what we think of it: on the check of its head commit, in one comment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from bot.gather.pull import Pull
from bot.github.repository import Repository
from bot.report.apply import Writer
from bot.report.opinion import Opinion
from bot.state.port import Seen, Store

PATIENCE = 0.7
"""Seconds before people are told that we are looking; an answer that comes sooner needs one write less."""


class Speaker:
    """Speaks about the pull requests of one repository."""

    def __init__(self, repository: Repository, store: Store, writer: Writer, *, doubt: bool = False) -> None:
        """``doubt``: a job may have died while it wrote, so GitHub is asked what stands there."""
        self._id, self._store, self._writer, self._doubt = repository.id, store, writer, doubt

    async def notice(self, pull: Pull, looking: Opinion) -> tuple[Seen, bool]:
        """Remember a pull request; return also whether it is new, or another than it was.

        A verdict for another base falls at once. A check belongs to a commit, so that of an earlier head stays; but one
        in progress ends. That comes before we forget the head, so that a crash cannot come between, and once more after
        it, because another pull request with that head may have spoken for this one meanwhile.
        """
        before = await self._store.seen(self._id, pull.number)
        if before is not None and (before.head_sha, before.base) == (pull.head_sha, pull.subject.base):
            return before, False
        subject = pull.subject
        seen = Seen(pull.number, pull.head_sha, subject.head, subject.base, subject.fork, looking, judged_at=None)
        if before is not None and before.head_sha != pull.head_sha:
            await self._writer.check(before.head_sha, doubt=self._doubt, without=pull.number)
        await self._store.see(self._id, seen)
        if before is not None:
            await self._writer.check(before.head_sha)
        return seen, True

    @asynccontextmanager
    async def patience(self, seen: Seen) -> AsyncIterator[None]:
        """Put the check to *in progress* if what is done inside takes long, unless a verdict stands already."""
        done = asyncio.Event()
        saying = asyncio.create_task(self._say_unless(done, seen))
        try:
            yield
        finally:
            done.set()
            await saying

    async def _say_unless(self, done: asyncio.Event, seen: Seen) -> None:
        """Once begun, the write is not broken off: nobody could tell whether GitHub has taken it."""
        if seen.judged_at is not None:
            return
        try:
            await asyncio.wait_for(done.wait(), PATIENCE)
        except TimeoutError:
            await self._writer.check(seen.head_sha)

    async def say(self, seen: Seen, opinion: Opinion, now: datetime) -> None:
        """Remember the opinion and say it on the commit that was judged; what stands there already is not rewritten.

        It counts as judged when it was said: what GitHub would not take is found by the sweep.
        """
        said = replace(seen, opinion=opinion, judged_at=None)
        await self._store.see(self._id, said)
        await self._writer.check(seen.head_sha, doubt=self._doubt)
        await self._writer.comment(seen.number, opinion)
        if opinion.outcome is not None:
            await self._store.see(self._id, replace(said, judged_at=now))

    async def leave(self, number: int) -> Seen | None:
        """Forget a pull request that is not open any more; others with the same head then speak for themselves.

        The order is that of :meth:`notice`, for the same reasons.
        """
        seen = await self._store.seen(self._id, number)
        if seen is not None:
            await self._writer.check(seen.head_sha, doubt=self._doubt, without=number)
            await self._store.closed(self._id, number)
            await self._writer.check(seen.head_sha)
        return seen
