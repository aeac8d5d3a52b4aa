"""Pull requests, branches and repositories as lines of lists, and the branches of a repository as a picture."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.model import PullRequest, Repository
from sandbox.github.world import World
from sandbox.pages.addresses import commit_page, pull_page
from sandbox.pages.checks import Check, Tone, checks_of, worst
from sandbox.pages.graph import Graph, Ref, draw, read_history
from sandbox.pages.pulls import Status, head_name, status

QUEUE = "gh-readonly-queue/"
"""Branches that GitHub makes for its merge queue, for minutes."""


@dataclass(frozen=True, slots=True)
class PullRow:
    """A pull request in a list."""

    pull: PullRequest
    status: Status
    head: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch in a list, and how far it is from the default branch."""

    name: str
    sha: str
    behind: int | None
    ahead: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """A repository on the overview; ``open`` is how each open pull request stands."""

    repository: Repository
    open: tuple[Tone, ...]
    merged: int
    branches: int


def newest(world: World) -> list[PullRow]:
    found = [pull for one in world.repositories.values() for pull in one.pulls.values() if pull.state == "open"]
    return [row(pull) for pull in sorted(found, key=lambda pull: pull.id, reverse=True)[:12]]


def row(pull: PullRequest) -> PullRow:
    return PullRow(pull, status(pull), head_name(pull), checks_of(pull.repository, pull.head_sha))


def card(world: World, repository: Repository) -> Card:
    pulls = repository.pulls.values()
    return Card(
        repository,
        tuple(verdict(one) or "quiet" for one in pulls if one.state == "open"),
        sum(1 for one in pulls if one.merged_at),
        len(world.git(repository).under("refs/heads/")),
    )


def picture(world: World, repository: Repository) -> Graph:
    bare = world.git(repository)
    tips = {name: sha for name, sha in bare.under("refs/heads/").items() if not name.startswith(QUEUE)}
    open_ = {pull.head_ref: pull for pull in repository.pulls.values() if pull.state == "open" and not pull.is_fork}
    return draw(read_history(bare, [_ref(repository, name, sha, open_.get(name)) for name, sha in tips.items()]))


def _ref(repository: Repository, name: str, sha: str, pull: PullRequest | None) -> Ref:
    if pull is None:
        return Ref(name, sha, commit_page(repository, sha))
    return Ref(name, sha, pull_page(pull), verdict(pull) or "quiet")


def branches(world: World, repository: Repository) -> list[BranchRow]:
    bare = world.git(repository)
    default = bare.branch(repository.default_branch)
    return [
        BranchRow(name, sha, *(bare.count(default, sha) if default else (None, None)))
        for name, sha in bare.under("refs/heads/").items()
    ]


def verdict(pull: PullRequest) -> Tone | None:
    return worst(check.tone for check in checks_of(pull.repository, pull.head_sha))
