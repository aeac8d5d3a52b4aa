"""How GitHub and MLflow are asked about one repository during one evaluation, and how long GitHub may take to know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.gather.remote.known import Known
from bot.github.errors import Unreachable
from bot.github.port import Api
from bot.github.repository import Repository
from bot.jobs.port import Later
from bot.tracking.pool import Pool

PATIENCE = 60.0
"""Seconds in which GitHub may come to know what it has told us of: a commit just pushed, whether it can be merged."""

LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Reader:
    """One evaluation: ``now`` is when it began, ``waited`` for how many seconds this state has been waited for."""

    api: Api
    repository: Repository
    known: Known
    now: datetime
    waited: float = 0.0
    pool: Pool = field(default_factory=Pool)

    @property
    def since(self) -> datetime:
        """When this state was seen first."""
        return self.now - timedelta(seconds=self.waited)

    @property
    def patient(self) -> bool:
        """True while it is too early to take "there is no such thing" for an answer."""
        return self.waited < PATIENCE

    def wait_for(self, what: str) -> None:
        """Raise the request to come again, while it is too early to take "there is no such thing" for an answer."""
        if self.patient:
            raise self.later(f"GitHub does not know {what} yet")

    def later(self, why: str, seconds: float | None = None) -> Later:
        """Return the request to come again: in so many seconds, or in one and then each time twice as late.

        ``why`` is shown to people while they wait, as it is.
        """
        wait = seconds or min(max(self.waited, 1.0), LONGEST_WAIT)
        return Later(self.now + timedelta(seconds=wait), why)


@contextmanager
def documented(path: str) -> Iterator[None]:
    """Read an answer as GitHub documents it; one that is otherwise is half an answer, or a proxy's."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable("GET", path, 200, "the answer is not what GitHub documents") from error
