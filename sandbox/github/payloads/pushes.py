"""What ``push``, ``create`` and ``delete`` carry."""

from __future__ import annotations

from sandbox.github.git.bare import ZERO, Bare
from sandbox.github.model import Repository, User
from sandbox.github.move import Move
from sandbox.github.payloads.basics import Json
from sandbox.github.payloads.commits import pushed_commit
from sandbox.github.payloads.repositories import html_url, repository_in_push
from sandbox.github.world import World

MOST_COMMITS = 2048
"""GitHub leaves the rest out of the event."""


def push_payload(world: World, move: Move, by: User) -> Json:
    """Return the body of ``push``. The commits are those that the branch, or for a new one any branch, did not have."""
    repository, git = move.repository, world.git(move.repository)
    before, after = move.before or ZERO, move.after or ZERO
    head = git.objects.commit(after).sha if move.after else None
    shas = _new_commits(git, move)
    paths = git.touched(shas if head is None or head in shas else (*shas, head))
    return {
        "ref": move.ref,
        "before": before,
        "after": after,
        "repository": repository_in_push(world, repository),
        "pusher": {"name": by.login, "email": by.email},
        "created": move.before is None,
        "deleted": move.after is None,
        "forced": bool(move.before and move.after) and not git.is_ancestor(before, after),
        "base_ref": None,
        "compare": f"{html_url(world, repository)}/compare/{before[:12]}...{after[:12]}",
        "commits": [pushed_commit(world, repository, sha, paths[sha]) for sha in shas],
        "head_commit": pushed_commit(world, repository, head, paths[head]) if head else None,
    }


def _new_commits(git: Bare, move: Move) -> tuple[str, ...]:
    if move.branch is None or move.after is None:
        return ()
    others = {sha for name, sha in git.under("refs/heads/").items() if name != move.branch}
    known = (move.before,) if move.before else tuple(others)
    return git.lacking(move.after, known)[-MOST_COMMITS:]


def created_or_deleted(repository: Repository, ref: str, name: str) -> Json:
    """Return the body of ``create`` and ``delete``: here the ref is a short name, in ``push`` it is a full one."""
    kind = "branch" if ref.startswith("refs/heads/") else "tag"
    answer: Json = {"ref": ref.split("/", 2)[2], "ref_type": kind, "pusher_type": "user"}
    if name == "create":
        answer |= {"master_branch": repository.default_branch, "description": repository.description}
    return answer
