"""How a command can end, and the errors that a person at the command line can do something about."""

from __future__ import annotations

from collections.abc import Sequence

EXIT_PASS, EXIT_BLOCKED, EXIT_USAGE, EXIT_UNDECIDED = 0, 1, 2, 3


class UsageProblem(Exception):
    """Something about the call is wrong; the message says what to do instead. Exit code 2."""

    @property
    def lines(self) -> Sequence[str]:
        """What to print."""
        return [f"headgate: {self}"]


class NothingToJudge(Exception):
    """Nothing is merged from here; the message says so. Not a failure."""


class Undecided(Exception):
    """It cannot be told; the message says why. Never taken for a pass. Exit code 3."""
