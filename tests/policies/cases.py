"""Reads the cases of a rule: Markdown for people, in it facts as YAML and the words that people will read.

A fact is short: ``commits: {a1: mend rounding}``, ``tags: {v1.2.3: [on_base]}``, ``merge: clean``.
Wherever a fact may stand, ``{unavailable: why, try: command}`` and ``{absent: why}`` may stand instead.
The runs of a model are described in tests/policies/runs.py.
Unless a case says otherwise the repository has the branches ``main`` and ``dev``, and no policy file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from policies import facts as world
from policies.config import Config, read
from policies.config.document import Document, parse
from policies.evaluate import evaluate
from policies.facts import Facts, Sha, Unavailable
from policies.verdict import Outcome, Verdict
from tests.policies import runs
from tests.policies.given import HEAD_SHA, absent, unavailable
from tests.policies.given import Missing as _Absent
from tests.policies.given import Unseen as _Unavailable

DIRECTORY = Path(__file__).with_suffix("")
NOON = datetime(2024, 6, 3, 12, 0, tzinfo=UTC)

SECTION = re.compile(
    r"## (?P<title>[^\n]+)\n\n(?P<prose>(?:(?!```).)+?)\n\n```yaml\n(?P<facts>.*?)```\n\n```text\n(?P<words>.*?)```\n*",
    re.DOTALL,
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _PullRequest(_Strict):
    head: str
    base: str
    number: int | None = None
    title: str | None = None
    body: str | None = None
    author: str | None = None
    draft: bool = False
    fork: bool = False
    root: str | None = None
    head_sha: str = HEAD_SHA
    base_sha: str = "b" * 40


class _Merged(_Strict):
    number: int | None = None
    head: str
    method: Literal["merge", "squash", "rebase"]


class _Commit(_Strict):
    subject: str
    author: str = ""
    parents: int = 1


class _Pushed(_Commit):
    pull_request: _Merged | None = None


class _Push(_Strict):
    branch: str
    commits: dict[str, str | _Pushed]


class _SomeBranches(_Strict):
    listed: list[str]
    missing: str
    try_: str | None = Field(default=None, alias="try")


class _Arrival(_Strict):
    branch: str | None = None
    number: int | None = None


class _Elsewhere(_Strict):
    shared: list[str]
    own: list[str] = []
    holds_head: bool = False
    held_by_head: bool = False
    authors: list[str] = []
    arrivals: dict[str, _Arrival] = {}


class _Drift(_Strict):
    source: str
    lacking: dict[str, str | _Commit] = {}
    total: int | None = None
    last_tag: str | None = None
    tagged: list[str] = []


class _Dirty(_Strict):
    dirty: list[str]


class _Review(_Strict):
    state: str
    sha: str | None = None
    teams: list[str] = []


Fact = TypeVar("Fact")
_FirstThatFits = Annotated[_Unavailable | _Absent | Fact | None, Field(union_mode="left_to_right")]


class _Facts(_Strict):
    """One block of facts. The names are those of the facts; ``policy`` is what the policy file says."""

    pull_request: _PullRequest | _Absent | None = None
    push: _Push | _Absent | _Unavailable | None = None
    branches: list[str] | _SomeBranches | _Unavailable = ["main", "dev"]
    commits: _FirstThatFits[dict[str, str | _Commit]] = None
    elsewhere: _FirstThatFits[dict[str, _Elsewhere]] = None
    drift: _FirstThatFits[dict[str, _Drift]] = None
    releases: _FirstThatFits[list[str] | dict[str, str]] = None
    tags: _FirstThatFits[dict[str, list[Literal["on_base", "at_start"]]]] = None
    merge: _FirstThatFits[_Dirty | Literal["clean", "dirty"]] = None
    reviews: _FirstThatFits[dict[str, str | _Review]] = None
    paths: _FirstThatFits[list[str]] = None
    metrics: _FirstThatFits[dict[str, runs.Entry]] = None
    policy: dict[str, JsonValue] = {}


@dataclass(frozen=True)
class Case:
    """One example of a rule: what the world looks like, and what we then say."""

    rule: str
    title: str
    facts: Facts
    config: Config
    expected: str
    policy: dict[str, JsonValue]
    """The policy file as it is written in the case."""

    @property
    def outcome(self) -> str:
        """The first word of what is expected."""
        return re.split(r"[:\n]", self.expected, maxsplit=1)[0]

    def said(self) -> str:
        """Return what the rule says of the facts, in the form in which a case expects it."""
        verdicts = evaluate(self.facts, self.config).verdicts
        return "\n".join(line for verdict in verdicts if verdict.rule == self.rule for line in lines(verdict))


def lines(verdict: Verdict) -> Iterable[str]:
    """Return a verdict as plain lines."""
    reason = f": {verdict.reason.plain()}" if verdict.reason else ""
    yield verdict.outcome.value + reason
    for finding in verdict.findings:
        yield finding.message.plain()
        yield from (f"- {detail.plain()}" for detail in finding.details)
        if finding.remedy:
            yield f"→ {finding.remedy.text.plain()}"
            yield from (f"$ {command}" for command in finding.remedy.commands)


def rules() -> list[str]:
    """Return the rules that have a file of cases."""
    return sorted(path.stem for path in DIRECTORY.glob("*.md"))


def cases(rule: str) -> list[Case]:
    """Read the cases of one rule; anything that does not have the form of a case is refused."""
    text = (DIRECTORY / f"{rule}.md").read_text("utf-8")
    sections = list(SECTION.finditer(text))
    if "".join(section.group() for section in sections) != text:
        raise ValueError(f"{rule}.md: every section is a title, prose, a yaml block and a text block")
    return [_case(rule, **section.groupdict()) for section in sections]


def _case(rule: str, title: str, prose: str, facts: str, words: str) -> Case:
    document = parse(facts.encode())
    if not isinstance(document, Document) or document.problems:
        raise ValueError(f"{rule}, {title}: the facts are not YAML")
    given = _Facts.model_validate(document.value)
    config = read(json.dumps(given.policy).encode())
    if not isinstance(config, Config):
        raise ValueError(f"{rule}, {title}: {[problem.message.plain() for problem in config.problems]}")
    return Case(rule, title, _world(given, config), config, words.rstrip("\n"), given.policy)


def outcomes(rule: str) -> frozenset[Outcome]:
    """Return the outcomes that the cases of a rule show."""
    return frozenset(Outcome(case.outcome) for case in cases(rule))


def _world(given: _Facts, config: Config) -> Facts:
    known: dict[str, object] = {"as_of": NOON, "branches": _branches(given.branches)}
    if given.metrics is not None:
        settings = config.mlflow.each() if config.mlflow else {}
        known["metrics"] = _read(given.metrics, lambda entries: runs.read(entries, settings))
    for name in _READERS:
        value = getattr(given, name)
        if value is not None:
            known[name] = _read(value, _READERS[name])
    return Facts(**known)  # type: ignore[arg-type]  # each reader returns what the field of its name holds


def _read(value: object, reader: Callable[..., object]) -> object:
    if isinstance(value, _Unavailable):
        return unavailable(value.unavailable, value.try_)
    if isinstance(value, _Absent):
        return absent(value.absent)
    return reader(value)


def _branches(given: list[str] | _SomeBranches | _Unavailable) -> world.Branches | Unavailable:
    if isinstance(given, _Unavailable):
        return unavailable(given.unavailable, given.try_)
    if isinstance(given, _SomeBranches):
        return world.Branches(_tips(given.listed), unavailable(given.missing, given.try_))
    return world.Branches(_tips(given))


def _tips(names: list[str]) -> dict[str, Sha]:
    return {name: Sha(f"{index:040x}") for index, name in enumerate(names)}


def _pull_request(given: _PullRequest) -> world.PullRequest:
    shas = {"head_sha": Sha(given.head_sha), "base_sha": Sha(given.base_sha)}
    return world.PullRequest(**{**given.model_dump(), **shas})


def _commits(given: Mapping[str, str | _Commit]) -> tuple[world.Commit, ...]:
    return tuple(_commit(sha, commit) for sha, commit in given.items())


def _commit(sha: str, given: str | _Commit) -> world.Commit:
    if isinstance(given, str):
        return world.Commit(Sha(sha), given)
    return world.Commit(Sha(sha), given.subject, given.author, given.parents)


def _push(given: _Push) -> world.Push:
    return world.Push(given.branch, tuple(_pushed(sha, commit) for sha, commit in given.commits.items()))


def _pushed(sha: str, given: str | _Pushed) -> world.PushedCommit:
    merged = given.pull_request if isinstance(given, _Pushed) else None
    brought = world.MergedPullRequest(merged.number, merged.head, merged.method) if merged else None
    return world.PushedCommit(_commit(sha, given), brought)


def _elsewhere(given: Mapping[str, _Elsewhere]) -> tuple[world.Elsewhere, ...]:
    return tuple(
        world.Elsewhere(
            branch,
            _shas(place.shared),
            _shas(place.own),
            place.holds_head,
            place.held_by_head,
            frozenset(place.authors),
            {Sha(sha): world.Arrival(by.branch, by.number) for sha, by in place.arrivals.items()},
        )
        for branch, place in given.items()
    )


def _drift(given: Mapping[str, _Drift]) -> tuple[world.Drift, ...]:
    return tuple(
        world.Drift(place.source, branch, _commits(place.lacking), place.total, place.last_tag, _shas(place.tagged))
        for branch, place in given.items()
    )


def _releases(given: list[str] | dict[str, str]) -> tuple[world.Release, ...]:
    tips = _tips(given) if isinstance(given, list) else given
    return tuple(world.Release(branch, Sha(sha)) for branch, sha in tips.items())


def _tags(given: Mapping[str, list[str]]) -> tuple[world.Tag, ...]:
    return tuple(world.Tag(name, NOON, "on_base" in where, "at_start" in where) for name, where in given.items())


def _merge(given: _Dirty | str) -> world.Merge:
    if isinstance(given, _Dirty):
        return world.Merge(world.Mergeability.DIRTY, tuple(given.dirty))
    return world.Merge(world.Mergeability(given))


def _reviews(given: Mapping[str, str | _Review]) -> tuple[world.Review, ...]:
    full = ((who, _Review(state=said) if isinstance(said, str) else said) for who, said in given.items())
    return tuple(
        world.Review(who, said.state, Sha(said.sha) if said.sha else None, frozenset(said.teams)) for who, said in full
    )


def _shas(given: Iterable[str]) -> frozenset[Sha]:
    return frozenset(map(Sha, given))


_READERS: Mapping[str, Callable[..., object]] = {
    "pull_request": _pull_request,
    "push": _push,
    "commits": _commits,
    "elsewhere": _elsewhere,
    "drift": _drift,
    "releases": _releases,
    "tags": _tags,
    "merge": _merge,
    "reviews": _reviews,
    "paths": frozenset,
}
