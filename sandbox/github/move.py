"""What has happened to a ref."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.model import Repository


@dataclass(frozen=True, slots=True)
class Move:
    """A ref that has moved; a SHA is None where it was created or deleted."""

    repository: Repository
    ref: str
    before: str | None
    after: str | None

    @property
    def branch(self) -> str | None:
        """The branch, None for a tag."""
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else None
