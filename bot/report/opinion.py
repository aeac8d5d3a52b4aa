"""What we say of one pull request, ready to be shown and stored: a check on a commit may have to say several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from policies.facts import Sha
from policies.verdict import Outcome

Level = Literal["notice", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on a line of a file of the head commit; ``line`` counts from 1. Plain text."""

    path: str
    line: int
    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page with a heading, if it has a ``title``; both Markdown, already inert.

    ``commented``: our comment has it too, as soon as there is something to show, even where nothing blocks.
    """

    title: str
    body: str
    commented: bool = False

    @property
    def markdown(self) -> str:
        return f"### {self.title}\n\n{self.body}" if self.title else self.body


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdict on one pull request. ``headline`` is plain text on one line; the rest is Markdown, already inert.

    ``outcome`` is None while we still look; ``headline`` then says what for. ``summary`` is what a reader must know:
    its first paragraph says it in one sentence. ``sections`` follow it, the most important first. ``details`` say how
    the verdict came about, ``seen`` what we saw and when: if only that changes, nothing is written.
    """

    number: int
    head: str
    base: str
    outcome: Outcome | None
    headline: str
    summary: str = ""
    details: str = ""
    annotations: tuple[Annotation, ...] = ()
    sections: tuple[Section, ...] = ()
    seen: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "outcome": self.outcome.value if self.outcome else None}


def from_json(stored: Mapping[str, Any]) -> Opinion:
    """Read a stored opinion."""
    read = {
        "outcome": Outcome(stored["outcome"]) if stored["outcome"] else None,
        "annotations": tuple(Annotation(**each) for each in stored["annotations"]),
        "sections": tuple(Section(**each) for each in stored.get("sections", ())),
    }
    return Opinion(**{**stored, **read})


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What the check run on ``head_sha`` should say. ``conclusion`` is None while it is in progress.

    ``seen`` is shown below ``text``; a change in it alone is not worth a write.
    """

    name: str
    head_sha: Sha
    conclusion: Literal["success", "failure"] | None
    title: str
    summary: str
    text: str
    annotations: tuple[Annotation, ...] = ()
    seen: str = ""


@dataclass(frozen=True, slots=True)
class StandingCheck:
    """The check run that we last wrote on a commit. ``digest`` is of what it says; ``completed`` it cannot reopen."""

    id: int
    digest: str
    completed: bool


@dataclass(frozen=True, slots=True)
class StandingComment:
    """The comment that we last wrote on a pull request."""

    id: int
    digest: str


Opinions = Sequence[Opinion]
