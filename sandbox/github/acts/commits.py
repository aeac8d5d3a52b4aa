"""Commits are made on a branch, as in the web editor or by a push of somebody's clone."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.desk import GitFailed
from sandbox.github.access import demand
from sandbox.github.acts import pushes
from sandbox.github.acts.merging import person
from sandbox.github.errors import Refused
from sandbox.github.git.writing import Draft, Files, commit
from sandbox.github.model import Repository, User
from sandbox.github.move import Move
from sandbox.github.world import World


def draft(world: World, message: str, files: Files, by: User) -> Draft:
    """Return a commit that somebody wants to make now."""
    return Draft(message, files, person(world, by), person(world, by))


def push_commits(world: World, repository: Repository, branch: str, drafts: Sequence[Draft], by: User) -> str:
    """Make commits on a branch and push them in one go; a branch that does not exist starts at the default one."""
    demand(repository, by, "write")
    git, ref = world.git(repository), f"refs/heads/{branch}"
    before = git.refs.get(ref)
    start = before or git.branch(repository.default_branch)
    if before:
        pushes.refuse_protected(world, Move(repository, ref, before, before), by)
    try:
        after = commit(git, ref, drafts, start)
    except GitFailed as error:
        raise Refused(422, "Reference update failed") from error
    pushes.moved(world, Move(repository, ref, before, after), by)
    return after
