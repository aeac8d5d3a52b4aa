"""Refs move, and what follows from it: pull requests are synchronised, retargeted, closed or found merged.

https://docs.github.com/webhooks/webhook-events-and-payloads#push
"""

from __future__ import annotations

from sandbox.desk import GitFailed
from sandbox.github.access import demand, may
from sandbox.github.acts import suites, tracking
from sandbox.github.errors import Refused
from sandbox.github.model import Repository, User
from sandbox.github.move import Move
from sandbox.github.payloads.pushes import created_or_deleted, push_payload
from sandbox.github.protections import protecting, unmet_checks
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World


def push(world: World, repository: Repository, ref: str, sha: str | None, by: User) -> None:
    """Create, move or delete a branch or tag, as ``git push --force`` does. Raises Refused."""
    git = world.git(repository)
    before = git.refs.get(ref)
    if before == sha:
        return
    demand(repository, by, "write")
    move = Move(repository, ref, before, sha)
    refuse_protected(world, move, by)
    try:
        git.update({ref: sha})
    except GitFailed as error:
        raise Refused(422, "Reference update failed") from error
    moved(world, move, by)


def delete_merged(world: World, repository: Repository, branch: str, by: User) -> None:
    """Delete a branch as the button of a pull request does: what is stacked on it is retargeted first."""
    tracking.let_children_follow(world, repository, branch, by)
    push(world, repository, f"refs/heads/{branch}", None, by)


def refuse_protected(world: World, move: Move, by: User) -> None:
    """Raise Refused where a protected branch is pushed to without what it requires."""
    rules = protecting(move.repository, move.branch) if move.branch else []
    rules = [rule for rule in rules if rule.enforce_admins or not may(move.repository, by, "admin")]
    if not rules or move.before is None or move.branch is None:
        return
    if move.after is None:
        raise Refused(422, "Cannot delete this branch: it is protected.")
    if not world.git(move.repository).is_ancestor(move.before, move.after):
        raise Refused(422, "Cannot force-push to this branch")
    if any(rule.approvals is not None for rule in rules):
        raise Refused(422, "Changes must be made through a pull request.")
    unmet = unmet_checks(move.repository, move.branch, move.after)
    if unmet:
        raise Refused(422, f'Required status check "{unmet[0].context}" is expected.')


def moved(world: World, move: Move, by: User) -> None:
    """Tell of a ref that was moved already, and do what follows."""
    move.repository.pushed_at = world.clock.now()
    if move.before is None or move.after is None:
        _tell_created_or_deleted(world, move, by)
    world.emit(Event("push", None, by, move.repository, lambda: push_payload(world, move, by)))
    if move.branch is None:
        return
    tracking.head_moved(world, move, by)
    tracking.base_moved(world, move, by)
    suites.request(world, move, by)


def _tell_created_or_deleted(world: World, move: Move, by: User) -> None:
    name = "create" if move.after else "delete"
    world.emit(Event(name, None, by, move.repository, lambda: created_or_deleted(move.repository, move.ref, name)))


def reread(world: World, repository: Repository, by: User) -> None:
    """Tell of what was pushed to the bare repository with Git itself."""
    git = world.git(repository)
    before = git.reread()
    after = dict(git.refs)
    for ref in sorted(before.keys() | after.keys()):
        own = ref.startswith(("refs/heads/", "refs/tags/"))
        if own and before.get(ref) != after.get(ref):
            moved(world, Move(repository, ref, before.get(ref), after.get(ref)), by)
