"""A report for a workflow run: annotations by workflow command.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.errors import Undecided, UsageProblem
from bot.gather.policy import PATH, PolicyProblem
from bot.judged import Judged
from bot.report import render
from bot.report.marks import remark
from policies.config import ConfigErrors
from policies.phrase import visible
from policies.verdict import Outcome, Place, Verdict

LONGEST = 4_000
"""Characters of one message; the runner cuts at 4,096."""

MOST = 10
"""Annotations of one level that the runner keeps for a step."""

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class _Remark:
    level: Level
    text: str
    rule: str = ""
    place: Place | None = None


def commands(judged: tuple[Judged, ...]) -> Iterator[str]:
    """Yield one line a finding: ``error`` for what blocks, ``warning`` for the rest; a notice where nothing blocks."""
    return _lines(said for each in judged for said in _remarks(each))


def commands_of_problem(problem: UsageProblem | Undecided) -> Iterator[str]:
    """Yield one line for each thing that kept us from judging."""
    if isinstance(problem, PolicyProblem):
        return _lines(_of_policy(problem.errors, problem.label, PATH if problem.ours else None))
    return _lines([_Remark("error", visible(str(problem), LONGEST))])


def notice(text: str) -> str:
    """Return the line that says something without a fault."""
    return _line(_Remark("notice", visible(text, LONGEST)))


def _remarks(judged: Judged) -> Iterator[_Remark]:
    if judged.change and judged.change.errors:
        yield from _of_policy(judged.change.errors, PATH, PATH)
    for verdict in judged.report.blocking:
        yield from _findings(verdict, "error")
    for verdict in judged.report.warnings:
        yield from _findings(verdict, "warning")
    if judged.outcome is Outcome.PASS:
        yield _Remark("notice", render.opinion(judged).headline)


def _findings(verdict: Verdict, level: Level) -> Iterator[_Remark]:
    return (_Remark(level, remark(verdict, finding), verdict.rule, finding.place) for finding in verdict.findings)


def _of_policy(errors: ConfigErrors, label: str, path: str | None) -> Iterator[_Remark]:
    for each in errors.problems:
        line, column = each.position.line, each.position.column
        place = Place(path, line) if path else None
        yield _Remark("error", f"{label}, line {line}, column {column}: {each.message.plain()}", "policy", place)


def _lines(remarks: Iterable[_Remark]) -> Iterator[str]:
    """Yield a command for each remark; of each level as many as the runner keeps, the last says how many more."""
    by_level = defaultdict(list)
    for each in remarks:
        by_level[each.level].append(each)
    for level, found in by_level.items():
        whole = len(found) <= MOST
        yield from map(_line, found if whole else found[: MOST - 1])
        if not whole:
            yield _line(_Remark(level, f"… and {len(found) - MOST + 1} more; headgate check lists them all"))


def _line(said: _Remark) -> str:
    title = _property(f"headgate: {said.rule}" if said.rule else "headgate")
    text = said.text if len(said.text) <= LONGEST else said.text[: LONGEST - 1] + "…"
    return f"::{said.level} {_where(said.place)}title={title}::{_data(text)}"


def _where(place: Place | None) -> str:
    if place is None:
        return ""
    line = f"line={place.line}," if place.line else ""
    return f"file={_property(place.path)},{line}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
