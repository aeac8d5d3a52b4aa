"""What a rule concludes, and how the conclusions of all rules combine: only a pass is green."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from policies.phrase import Phrase


class Severity(IntEnum):
    """How much a team minds; ordered, so that a stricter one is greater."""

    OFF = 0
    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> str:
        """The word in the policy file and in JSON."""
        return self.name.lower()


class Outcome(Enum):
    """What one rule says of one pull request or push."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"
    """The rule has nothing to judge here; the verdict's ``reason`` says why."""
    UNKNOWN = "unknown"
    """The rule could not see what it needs; the findings say what, and the command that helps."""
    ERROR = "error"
    """The rule itself crashed: our fault, never taken for success."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends a finding: a sentence, and commands that can be pasted as they are."""

    text: Phrase
    commands: tuple[str, ...] = ()

    def plain(self) -> str:
        """Return the sentence and its commands on one line each."""
        return "\n".join((self.text.plain(), *self.commands))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the head commit; ``line`` counts from 1."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule says: what is wrong, what mends it, and what it saw (``details``, one line each).

    ``advisory``: shown as a warning, even where the rule is set to block.
    """

    message: Phrase
    remedy: Remedy | None = None
    details: tuple[Phrase, ...] = ()
    place: Place | None = None
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule concludes. Findings explain a fail, an unknown or an error; ``reason`` explains a skip."""

    rule: str
    severity: Severity
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: Phrase | None = None

    @property
    def blocks(self) -> bool:
        """True if this verdict keeps the merge from happening: not green, and the team chose ``error``."""
        return self.severity is Severity.ERROR and self.outcome not in (Outcome.PASS, Outcome.SKIP)

    @property
    def warns(self) -> bool:
        """True if this verdict is shown as a warning, which blocks nothing."""
        return not self.blocks and self.outcome not in (Outcome.PASS, Outcome.SKIP)


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts of all rules that are on, in catalogue order, over facts as they stood at ``as_of``."""

    as_of: datetime
    verdicts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Outcome:
        """PASS if nothing blocks; else FAIL before ERROR before UNKNOWN. Never SKIP."""
        return worst(verdict.outcome for verdict in self.verdicts if verdict.blocks)

    @property
    def blocking(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.blocks)

    @property
    def warnings(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.warns)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that decides: a known offence first, then what kept us from deciding; PASS for none."""
    found = set(outcomes)
    for outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN):
        if outcome in found:
            return outcome
    return Outcome.PASS
