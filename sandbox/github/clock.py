"""The sandbox's time: real time, until a test moves it on so that tokens expire and limits are reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, plus what it was moved by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def advance(self, by: timedelta) -> None:
        self._ahead += by

    def exact(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def now(self) -> datetime:
        """Return the time in whole seconds, as GitHub shows it."""
        return self.exact().replace(microsecond=0)

    def unix(self) -> int:
        return int(self.exact().timestamp())
