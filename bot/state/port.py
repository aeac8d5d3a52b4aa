"""What the pipeline asks of our memory. All of it can be lost: it is then read from GitHub again, at a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.github.repository import Repository
from bot.report.opinion import Opinion, StandingCheck, StandingComment
from policies.facts import Sha


@dataclass(frozen=True, slots=True)
class Seen:
    """An open pull request as we last saw it. ``opinion`` is None until it was judged at this head and base."""

    number: int
    head_sha: Sha
    head: str
    base: str
    fork: bool
    opinion: Opinion | None
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """A repository that we have seen, and when its open pull requests were last swept."""

    repository: Repository
    swept_at: datetime | None


class UnknownRepository(LookupError):
    """Something was to be remembered of a repository that was not met before, or has been forgotten meanwhile."""


class Store(Protocol):
    """Our memory, by repository id. Every method is one short transaction.

    Those that remember something raise UnknownRepository; :meth:`meet` comes first.
    """

    async def meet(self, repository: Repository) -> None:
        """Remember that a repository exists, under its present name and installation. Costs a read if it is known."""
        ...

    async def forget(self, repository_id: int) -> None:
        """Forget a repository that we are no longer installed on."""
        ...

    async def repositories(self) -> Sequence[Known]: ...

    async def swept(self, repository_id: int) -> None: ...

    async def see(self, repository_id: int, seen: Seen) -> None:
        """Remember an open pull request; replaces what was known of it."""
        ...

    async def closed(self, repository_id: int, number: int) -> None: ...

    async def seen(self, repository_id: int, number: int) -> Seen | None: ...

    async def open(self, repository_id: int, *, head: str | None = None, base: str | None = None) -> Sequence[Seen]:
        """Return the open pull requests by number: all, or those from or into one branch. All of many take a while."""
        ...

    async def heads(self, repository_id: int) -> frozenset[Sha]:
        """Return the head commits of all open pull requests."""
        ...

    async def open_at(self, repository_id: int, sha: Sha) -> Sequence[Seen]:
        """Return the open pull requests with this head commit, by number: they share one check."""
        ...

    async def standing(self, repository_id: int, sha: Sha, name: str) -> tuple[StandingCheck | None, int]:
        """Return the check that we last wrote on a commit, and its version, 0 if none was begun.

        (None, n) with n > 0: somebody began and never said how it ended (:meth:`begin`). Look on GitHub for a check run
        of ours, then either say that it stands or begin, with this version.
        """
        ...

    async def begin(self, repository_id: int, sha: Sha, name: str, version: int) -> bool:
        """Claim to create a check run on a commit, the first or one after a completed one.

        True: it is now at ``version + 1``, which :meth:`stands` wants. False: somebody has begun since ``version``;
        wait a moment, then ask what is standing. For some seconds a claim keeps others away and :meth:`standing`
        answers as before it; then its maker is taken for dead.
        """
        ...

    async def break_off(self, repository_id: int, sha: Sha, name: str, version: int) -> None:
        """Take back a claim that put the check at ``version``: from now on its maker is taken for dead."""
        ...

    async def stands(self, repository_id: int, sha: Sha, name: str, check: StandingCheck, version: int) -> bool:
        """Remember what was written; it is then at ``version + 1``.

        False if somebody began or wrote since ``version``, and then look again.
        """
        ...

    async def unsay(self, repository_id: int, sha: Sha) -> None:
        """Forget the checks on a commit, so that they are written anew."""
        ...

    async def comment(self, repository_id: int, number: int) -> StandingComment | None: ...

    async def commented(self, repository_id: int, number: int, comment: StandingComment | None) -> None: ...

    async def recall(self, repository_id: int, keys: Sequence[str]) -> dict[str, Any]:
        """Return the answers (JSON values) that are known under these keys."""
        ...

    async def keep(self, repository_id: int, answers: dict[str, Any]) -> None:
        """Keep answers that never change, such as the comparison of two commits. Old ones are dropped by use."""
        ...

    async def close(self) -> None: ...
