"""What pull requests do by themselves when their branches move or go away.

https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-branches#working-with-branches
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.github.acts import telling
from sandbox.github.model import PullRequest, Repository, User
from sandbox.github.move import Move
from sandbox.github.protections import protecting
from sandbox.github.world import World


def open_pulls(repository: Repository) -> Iterator[PullRequest]:
    return (pull for pull in list(repository.pulls.values()) if pull.state == "open")


def head_moved(world: World, move: Move, by: User) -> None:
    """Synchronise the pull requests from a branch, here and upstream; close them where it was deleted."""
    here = move.repository
    for place in [here, here.parent] if here.parent else [here]:
        for pull in open_pulls(place):
            if pull.head_repository is not here or pull.head_ref != move.branch:
                continue
            if move.after is None:
                close(world, pull, by)
            else:
                _synchronise(world, pull, move.after, by)


def _synchronise(world: World, pull: PullRequest, sha: str, by: User) -> None:
    git, before = world.git(pull.repository), pull.head_sha
    git.update({f"refs/pull/{pull.number}/head": sha})
    base = git.branch(pull.base_ref) or pull.base_sha
    pull.head_sha, pull.base_sha, pull.updated_at = sha, base, world.clock.now()
    telling.pull_request(world, pull, "synchronize", by, {"before": before, "after": sha})
    _dismiss_stale(world, pull, by)
    if git.is_ancestor(sha, base):
        close(world, pull, by)  # nothing is left to merge


def _dismiss_stale(world: World, pull: PullRequest, by: User) -> None:
    if not any(one.dismiss_stale for one in protecting(pull.repository, pull.base_ref)):
        return
    for one in pull.reviews:
        if one.state == "APPROVED":
            one.state = "DISMISSED"
            telling.review(world, one, "dismissed", by)


def base_moved(world: World, move: Move, by: User) -> None:
    """Notice merges that were pushed; close what has no base any more."""
    for pull in [pull for pull in open_pulls(move.repository) if pull.base_ref == move.branch]:
        if move.after is None:
            close(world, pull, by)
        elif world.git(move.repository).is_ancestor(pull.head_sha, move.after):
            pull.base_sha = move.before or pull.base_sha
            merged(world, pull, move.after, by)


def let_children_follow(world: World, repository: Repository, branch: str, by: User) -> None:
    """Retarget what is stacked on a branch that was merged, to where it was merged to.

    GitHub does so before it deletes the branch itself, or when somebody presses its button. Who deletes a branch with
    Git or through the API gets the children closed: https://github.com/cli/cli/issues/1168
    """
    merges = [one for one in repository.pulls.values() if one.merged_at and one.head_ref == branch and not one.is_fork]
    if not merges or world.git(repository).branch(merges[-1].base_ref) is None:
        return
    for pull in open_pulls(repository):
        if pull.base_ref == branch:
            retarget(world, pull, merges[-1].base_ref, by)


def retarget(world: World, pull: PullRequest, base: str, by: User) -> None:
    """Give a pull request another base, which must exist."""
    changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
    pull.base_ref, pull.base_sha = base, world.git(pull.repository).branch(base) or pull.base_sha
    pull.updated_at = world.clock.now()
    telling.pull_request(world, pull, "edited", by, {"changes": changes})


def close(world: World, pull: PullRequest, by: User) -> None:
    pull.state, pull.closed_at = "closed", world.clock.now()
    pull.updated_at = pull.closed_at
    telling.pull_request(world, pull, "closed", by)


def merged(world: World, pull: PullRequest, sha: str, by: User) -> None:
    """Close a pull request as merged by a commit."""
    git = world.git(pull.repository)
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = world.clock.now(), by, sha
    if f"refs/pull/{pull.number}/merge" in git.refs:
        git.update({f"refs/pull/{pull.number}/merge": None})
    close(world, pull, by)
