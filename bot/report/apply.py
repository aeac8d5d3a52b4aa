"""The single place that writes to GitHub: check runs and our one comment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from bot.clock import utc_now
from bot.github.errors import Forbidden, NotFound, Refused
from bot.github.port import Api
from bot.github.repository import Repository
from bot.report import request
from bot.report.check import NAME, abandoned, check_run
from bot.report.comment import MARKER, comment
from bot.report.opinion import Annotation, CheckRun, Opinion, StandingCheck, StandingComment
from bot.report.plan import (
    CheckWrite,
    CommentWrite,
    CreateCheck,
    UpdateCheck,
    UpdateComment,
    annotations_in,
    comment_digest,
    digest,
    plan_check,
    plan_comment,
    unknown_digest,
)
from bot.report.render import looking
from bot.state.port import Seen, Store
from policies.facts import PullRequest, Sha

MOST_RUNS = 1_000
"""Runs of one name on a commit; GitHub deletes older ones."""

MOST_COMMENTS = 2_500
"""Comments on one pull request; GitHub takes no more."""

MOMENT = 0.1
"""Seconds after which a claim of another worker is looked at again; the store gives up on it after some more."""

Say = Callable[[], Awaitable[CheckRun | None]]

log = structlog.get_logger()


class Writer:
    """Writes what we say about the commits and pull requests of one repository. ``app_id`` is our own.

    The errors of :mod:`bot.github.errors` are for the caller, such as Refused or NotFound for a commit that GitHub does
    not know (yet): the job comes again.
    """

    def __init__(
        self,
        api: Api,
        repository: Repository,
        store: Store,
        app_id: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api, self._repository, self._store, self._app_id, self._now = api, repository, store, app_id, now

    async def check(self, sha: Sha, *, doubt: bool = False, without: int | None = None) -> None:
        """Make the check on a commit say what we think of all open pull requests with this head.

        ``doubt`` is for a job that may have died while it wrote: GitHub is asked what stands there. ``without`` is the
        number of one that is closed, or has another head by now.
        """

        async def say() -> CheckRun | None:
            open_at = await self._store.open_at(self._repository.id, sha)
            seen = [each for each in open_at if each.number != without]
            return check_run(sha, [each.opinion or _looking(each) for each in seen]) if seen else None

        await self._converge(sha, NAME, say, doubt=doubt)

    async def post(self, check: CheckRun) -> None:
        """Make a check say this: on the commit of a push, or on the head of a merge group."""

        async def say() -> CheckRun:
            return check

        await self._converge(check.head_sha, check.name, say)

    async def comment(self, number: int, opinion: Opinion) -> None:
        """Make our comment on a pull request follow an opinion. Where we may not comment, the check has to do."""
        standing = await self._store.comment(self._repository.id, number)
        body = comment(opinion, previous_comment_exists=standing is not None)
        write = plan_comment(body, standing)
        if write is None:
            return
        try:
            standing = await self._write_comment(number, opinion, write)
        except (Forbidden, NotFound, Refused) as error:  # a locked conversation, or a permission that is missing
            log.warning("comment.refused", number=number, error=str(error))
            return
        await self._store.commented(self._repository.id, number, standing)

    # --- the check ---

    async def _converge(self, sha: Sha, name: str, say: Say, *, doubt: bool = False) -> None:
        """Write until nobody else has written meanwhile: the compare-and-set loop of :class:`bot.state.port.Store`.

        The version is read before the opinions are. So whoever writes an older opinion after somebody else has written
        a newer one finds that the version has changed, and says the newer one again. Who is in doubt begins before he
        asks GitHub: while somebody else writes, or might still, what GitHub shows is not the end of it.
        """
        lost = False
        while True:
            recorded, version = await self._store.standing(self._repository.id, sha, name)
            check = await say()
            doubtful = lost or doubt or (recorded is None and version > 0)
            write = _plan(check, recorded, sha, name)
            if write is None and not doubtful:
                return
            if doubtful or isinstance(write, CreateCheck):
                if not await self._store.begin(self._repository.id, sha, name, version):
                    await asyncio.sleep(MOMENT)
                    continue
                version += 1
            async with self._claimed(sha, name, version):
                standing = recorded
                if doubtful:
                    standing = await self._on_github(sha, name, recorded, trusted=not lost)
                    write = _plan(check, standing, sha, name)
                if write is not None:
                    standing = await self._write_check(write)
                if standing is None or await self._store.stands(self._repository.id, sha, name, standing, version):
                    return
            lost = True

    @asynccontextmanager
    async def _claimed(self, sha: Sha, name: str, version: int) -> AsyncIterator[None]:
        """Take the claim back where something goes wrong; whoever comes next looks on GitHub for what was done."""
        try:
            yield
        except BaseException:
            await self._store.break_off(self._repository.id, sha, name, version)
            raise

    async def _on_github(
        self, sha: Sha, name: str, recorded: StandingCheck | None, *, trusted: bool
    ) -> StandingCheck | None:
        """Look for the newest check run of ours, written by a worker that died or by one that was faster.

        It tells itself what it says; but not if it is to be ``trusted`` for less than the last write of all, because
        a list may lag behind the writes. Older runs that are still in progress would be shown beside it: they end.
        """
        address = f"{self._repository.path}/commits/{sha}/check-runs"
        listed = await self._api.pages(
            address, most=MOST_RUNS, key="check_runs", check_name=name, filter="all", app_id=self._app_id
        )
        runs = sorted((run for run in listed.items if self._is_ours(run, name)), key=lambda run: int(run["id"]))
        for old in runs[:-1]:
            if old["status"] != "completed":
                await self._api.patch(f"{self._runs}/{old['id']}", request.superseded(self._now()))
        if not runs or (recorded is not None and recorded.id > runs[-1]["id"]):
            return recorded
        return _standing(runs[-1], trusted=trusted)

    def _is_ours(self, run: Mapping[str, Any], name: str) -> bool:
        return run["name"] == name and (run.get("app") or {}).get("id") == self._app_id

    @property
    def _runs(self) -> str:
        return f"{self._repository.path}/check-runs"

    async def _write_check(self, write: CheckWrite) -> StandingCheck:
        if isinstance(write, UpdateCheck):
            try:
                run = await self._update(write.id, write.check, request.batches(write.annotations))
            except NotFound:  # deleted by GitHub; if it is the repository that is gone, the next request says so too
                return await self._create(write.check)
            if _marks_on(run, len(write.check.annotations)) == len(write.check.annotations):
                return StandingCheck(write.id, digest(write.check), completed=write.check.conclusion is not None)
            # it has others besides, of a worker that died between two requests: they can only be left behind
        return await self._create(write.check)

    async def _create(self, check: CheckRun) -> StandingCheck:
        first, *rest = request.batches(check.annotations)
        body = request.created(check, first, self._now(), last=not rest)
        run = await self._api.post(self._runs, body)
        if rest:
            await self._update(int(run["id"]), check, rest)
        return StandingCheck(int(run["id"]), digest(check), completed=check.conclusion is not None)

    async def _update(self, run: int, check: CheckRun, batches: Sequence[Sequence[Annotation]]) -> Any:
        """Send what a run says, as many annotations at a time as GitHub takes, and return its last answer."""
        answer: Any = None
        for number, batch in enumerate(batches, start=1):
            body = request.updated(check, batch, self._now(), last=number == len(batches))
            answer = await self._api.patch(f"{self._runs}/{run}", body)
        return answer

    # --- the comment ---

    async def _write_comment(self, number: int, opinion: Opinion, write: CommentWrite) -> StandingComment | None:
        if isinstance(write, UpdateComment):
            try:
                return await self._edit(write.id, write.body)
            except NotFound:  # somebody has deleted it: begin again only if there is something to say
                body = comment(opinion, previous_comment_exists=False)
                if body is None:
                    return None
        else:
            body = write.body
        found = await self._ours(number)
        if found is None:
            made = await self._api.post(f"{self._repository.path}/issues/{number}/comments", {"body": body})
            return StandingComment(int(made["id"]), comment_digest(body))
        if found["body"] == body:
            return StandingComment(int(found["id"]), comment_digest(body))
        return await self._edit(int(found["id"]), body)

    async def _edit(self, comment_id: int, body: str) -> StandingComment:
        await self._api.patch(f"{self._repository.path}/issues/comments/{comment_id}", {"body": body})
        return StandingComment(comment_id, comment_digest(body))

    async def _ours(self, number: int) -> Mapping[str, Any] | None:
        """Find our comment, of which we remember nothing: a worker may have died before it could say so.

        Anybody can write our marker, and another App's comment cannot be edited: the author has to be this App.
        https://docs.github.com/en/rest/issues/comments#list-issue-comments
        """
        address = f"{self._repository.path}/issues/{number}/comments"
        for found in (await self._api.pages(address, most=MOST_COMMENTS)).items:
            if (
                MARKER in (found["body"] or "")
                and (found.get("performed_via_github_app") or {}).get("id") == self._app_id
            ):
                return dict(found)
        return None


def _plan(check: CheckRun | None, standing: StandingCheck | None, sha: Sha, name: str) -> CheckWrite | None:
    """Return the write that makes a check say this. None: nobody waits for it, so what is in progress ends."""
    if check is not None:
        return plan_check(check, standing)
    if standing is None or standing.completed:
        return None
    return plan_check(abandoned(sha, name), standing)


def _looking(seen: Seen) -> Opinion:
    return looking(PullRequest(seen.head, seen.base, number=seen.number))


def _marks_on(run: Mapping[str, Any], otherwise: int) -> int:
    """Return how many annotations a check run has; ``otherwise`` where the answer does not say."""
    return int((run.get("output") or {}).get("annotations_count", otherwise))


def _standing(run: Mapping[str, Any], *, trusted: bool) -> StandingCheck:
    count, said = _marks_on(run, 0), run.get("external_id") or ""
    known = said if trusted and annotations_in(said) == count else unknown_digest(count)
    return StandingCheck(int(run["id"]), known, completed=run["status"] == "completed")
