"""Whether a pull request can be merged. GitHub works it out when first asked, and says null until it knows.

https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-your-git-database#checking-mergeability-of-pull-requests
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, merge_tree, write_commit
from sandbox.github.model import PullRequest
from sandbox.github.protections import protecting, standings, unmet_checks, unmet_reviews
from sandbox.github.world import World

GITHUB = ("GitHub", "noreply@github.com")


@dataclass(frozen=True, slots=True)
class Mergeability:
    """``state`` is ``mergeable_state``: unknown, dirty, draft, blocked, behind, unstable or clean."""

    mergeable: bool | None
    state: str


UNKNOWN = Mergeability(None, "unknown")


def look(world: World, pull: PullRequest) -> Mergeability:
    """Ask, as ``GET /pulls/{number}`` does: this is what makes GitHub work it out."""
    tips = _tips(world, pull)
    if tips is None:
        return UNKNOWN
    if pull.looked_at != tips:
        pull.looked_at, pull.looks, pull.merges = tips, 0, None
    if pull.looks < world.looks_before_mergeable:
        pull.looks += 1
        return UNKNOWN
    if pull.merges is None:
        pull.merges = _try_merge(world, pull, *tips)
    return Mergeability(pull.merges, state(world, pull, *tips))


def known(world: World, pull: PullRequest) -> Mergeability:
    """Return what is known already, as webhooks and lists carry it."""
    tips = _tips(world, pull)
    if tips is None or pull.looked_at != tips or pull.merges is None:
        return UNKNOWN
    return Mergeability(pull.merges, state(world, pull, *tips))


def _tips(world: World, pull: PullRequest) -> tuple[str, str] | None:
    base = world.git(pull.repository).branch(pull.base_ref)
    return (base, pull.head_sha) if base and pull.state == "open" else None


def _try_merge(world: World, pull: PullRequest, base: str, head: str) -> bool:
    """Make the test merge that ``refs/pull/N/merge`` shows."""
    git = world.git(pull.repository)
    tree = merge_tree(git, base, head)
    if tree is None:
        pull.merge_commit_sha = None
        return False
    github = Person(*GITHUB, world.clock.now())
    draft = Draft(f"Merge {head} into {base}", {}, github, github)
    pull.merge_commit_sha = write_commit(git, tree, [base, head], draft)
    git.update({f"refs/pull/{pull.number}/merge": pull.merge_commit_sha})
    return True


def state(world: World, pull: PullRequest, base: str, head: str) -> str:
    """Return ``mergeable_state`` of a pull request whose test merge was made."""
    if not pull.merges:
        return "dirty"
    if pull.draft:
        return "draft"
    repository = pull.repository
    if unmet_checks(repository, pull.base_ref, head) or unmet_reviews(pull):
        return "blocked"
    strict = any(one.strict for one in protecting(repository, pull.base_ref))
    if strict and not world.git(repository).is_ancestor(base, head):
        return "behind"
    return "clean" if set(standings(repository, head)) <= {"success"} else "unstable"
