"""Reads a check as people do, from what stands on GitHub: the verdict, the rules, and what mends each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.github.people.pull import Pull
from sandbox.story import Scene

CHECK = "headgate"

_SECTION = re.compile(r"^## #(\d+) ", re.MULTILINE)
_ROW = re.compile(r"^\| #(\d+) \| .* \| (.*) \|$", re.MULTILINE)
_RULE = re.compile(r"^#### \S+ ([a-z-]+)(?: .*)?$", re.MULTILINE)
_REMEDY = re.compile(r"^\*\*(?:How to fix it|What helps):\*\* (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a check says: a rule, and the sentence that mends it."""

    rule: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Played:
    """A scene, the pull request that was opened in it, and what its check says.

    ``waited`` is what the check said while there was something to wait for; None where it should have and did not.
    """

    scene: Scene
    repository: str
    number: int
    verdict: str
    title: str
    blocking: tuple[Said, ...]
    warnings: tuple[Said, ...]
    waited: str | None = ""

    @property
    def as_told(self) -> bool:
        """True if the check blocks by exactly the rules of the story, warns where it expects that, and has waited."""
        rules, warnings = ({said.rule for said in each} for each in (self.blocking, self.warnings))
        said = (self.verdict, rules, warnings >= {*self.scene.warnings}, self.waited is not None)
        return said == (self.scene.verdict, {*self.scene.rules}, True, True)


def read(scene: Scene, pull: Pull, waited: str | None = "") -> Played:
    """Read the check as people do, from what stands on GitHub."""
    check = pull.checks()[CHECK]
    summary = (check.output.summary or "").replace("\N{NO-BREAK SPACE}", " ")
    text = _about(summary, pull.number)
    blocking, _, warnings = text.partition("\n### Warnings\n")
    warnings = warnings.partition("\n### ")[0]
    return Played(
        scene,
        pull.model.repository.full_name,
        pull.number,
        _verdict(check.conclusion, summary, pull.number),
        check.output.title or "",
        tuple(_said(blocking.partition("\n### ")[0])),
        tuple(_said(warnings)),
        waited,
    )


def _verdict(conclusion: str | None, summary: str, number: int) -> str:
    """Return what is said of a pull request: in its row, where several share the check, else by the conclusion."""
    rows = dict(_ROW.findall(summary))
    passes = "may be merged" in rows[str(number)] if str(number) in rows else conclusion == "success"
    return "pass" if passes else "fail"


def _about(summary: str, number: int) -> str:
    """Return the part of a summary that is about one pull request; all of it, if it speaks of no other."""
    parts = _SECTION.split(summary)
    by_number = dict(zip(parts[1::2], parts[2::2], strict=True))
    return by_number.get(str(number), summary)


def _said(text: str) -> list[Said]:
    """Read a rule from each heading, and its remedy from what stands below."""
    _, *parts = _RULE.split(text)
    found = zip(parts[::2], map(_REMEDY.search, parts[1::2]), strict=True)
    return [Said(rule, remedy[1].replace("`", "") if remedy else "") for rule, remedy in found]
