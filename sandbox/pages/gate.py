"""Whether a pull request may be merged, and everything that stands in the way: what the merge button obeys.

The page asks Git itself instead of GitHub's slow ``mergeable``, so that looking at a page changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sandbox.github.acts.queue import entry_of
from sandbox.github.git.writing import merge_tree
from sandbox.github.model import Protection, PullRequest, RequiredCheck
from sandbox.github.protections import protecting, required_checks, standing, unmet_reviews
from sandbox.github.world import World
from sandbox.pages.checks import Check, Tone, checks_of

Position = Literal["open", "shut", "waiting", "passed", "gone"]


@dataclass(frozen=True, slots=True)
class Line:
    """One condition of the merge that is no check."""

    tone: Tone
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """``position`` is open (may be merged), shut, waiting (for a check), passed (merged) or gone (closed)."""

    position: Position
    headline: str
    lines: tuple[Line, ...] = ()
    checks: tuple[tuple[Check, bool], ...] = ()
    """With whether it is required."""
    missing: tuple[RequiredCheck, ...] = ()
    """Required checks of which nobody has said anything."""
    methods: tuple[str, ...] = ()
    button: str = ""


def gate(world: World, pull: PullRequest) -> Gate:
    """Return how the gate stands."""
    checks = tuple((check, _is_required(pull, check)) for check in checks_of(pull.repository, pull.head_sha))
    if pull.merged_at:
        return Gate("passed", f"Merged into {pull.base_ref}", checks=checks)
    if pull.state == "closed":
        return Gate("gone", "Closed without a merge", checks=checks)
    lines = tuple(_lines(world, pull))
    required = required_checks(pull.repository, pull.base_ref)
    stands = [standing(pull.repository, pull.head_sha, each) for each in required]
    position: Position = "open"
    if "failure" in stands or any(line.tone == "fail" for line in lines):
        position = "shut"
    elif {"pending", "expected"} & set(stands):
        position = "waiting"
    return Gate(
        position,
        {"shut": "This may not be merged", "waiting": "Waiting for checks", "open": "This may be merged"}[position],
        lines,
        checks,
        tuple(each for each, how in zip(required, stands, strict=True) if how == "expected"),
        tuple(_methods(pull)),
        _button(pull),
    )


def _button(pull: PullRequest) -> str:
    if entry_of(pull):
        return "In the merge queue"
    queue = any(rule.merge_queue for rule in protecting(pull.repository, pull.base_ref))
    return "Put into the merge queue" if queue else "Merge pull request"


def _lines(world: World, pull: PullRequest) -> Iterator[Line]:
    rules = protecting(pull.repository, pull.base_ref)
    if pull.draft:
        yield Line("fail", "This is still a draft", "Its author says when it is ready.")
    yield from _about_reviews(pull, rules)
    yield from _about_git(world, pull, rules)


def _about_reviews(pull: PullRequest, rules: list[Protection]) -> Iterator[Line]:
    wanted = max((rule.approvals or 0 for rule in rules), default=0)
    unmet = unmet_reviews(pull)
    if unmet:
        yield Line("fail", unmet)
    elif wanted:
        yield Line("pass", "Approved" if wanted == 1 else f"Approved by {wanted}")


def _about_git(world: World, pull: PullRequest, rules: list[Protection]) -> Iterator[Line]:
    bare = world.git(pull.repository)
    tip = bare.branch(pull.base_ref)
    if tip is None:
        yield Line("fail", f"The branch {pull.base_ref} does not exist any more")
    elif merge_tree(bare, tip, pull.head_sha) is None:
        yield Line(
            "fail", f"The branch conflicts with {pull.base_ref}", "Merge it into the head and mend the conflicts."
        )
    elif any(rule.strict for rule in rules) and not bare.is_ancestor(tip, pull.head_sha):
        yield Line("fail", f"The branch is behind {pull.base_ref}", "It must hold the newest commits of its base.")
    else:
        yield Line("pass", f"No conflicts with {pull.base_ref}")


def _is_required(pull: PullRequest, check: Check) -> bool:
    return any(
        each.context == check.name and (each.app is None or (check.by is each.app.bot))
        for each in required_checks(pull.repository, pull.base_ref)
    )


def _methods(pull: PullRequest) -> Iterator[str]:
    repository = pull.repository
    if repository.allow_merge_commit:
        yield "merge"
    if repository.allow_squash_merge:
        yield "squash"
    if repository.allow_rebase_merge:
        yield "rebase"
