"""The merge queue: each entry gets a branch on top of those before it, and is merged once its checks pass there.

https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/merging-a-pull-request-with-a-merge-queue
"""

from __future__ import annotations

from typing import Literal

from sandbox.github.access import demand
from sandbox.github.acts import pushes, telling, tracking
from sandbox.github.acts.merging import Wish, merge_message, unmet
from sandbox.github.errors import Refused
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, merge_tree, write_commit
from sandbox.github.mergeable import GITHUB
from sandbox.github.model import PullRequest, QueueEntry, Repository, User
from sandbox.github.move import Move
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.protections import required_checks, standing
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World

End = Literal["merged", "invalidated", "dequeued"]


def enqueue(world: World, pull: PullRequest, by: User) -> QueueEntry:
    """Put a pull request into the queue of its base; raises Refused where it may not be merged."""
    demand(pull.repository, by, "write")
    if pull.state == "closed" or pull.draft:
        raise Refused(422, "Pull request is not in the correct state to be added to the merge queue")
    if entry_of(pull):
        raise Refused(422, "Pull request is already in the queue")
    why = unmet(world, pull)
    if why:
        raise Refused(422, why)
    entry = QueueEntry(world.id(), pull, by, world.clock.now())
    pull.repository.queue.append(entry)
    telling.pull_request(world, pull, "enqueued", by)
    if not _build(world, entry):
        remove(world, entry, by, "MERGE_CONFLICT", "invalidated")
    return entry


def entry_of(pull: PullRequest) -> QueueEntry | None:
    return next((entry for entry in pull.repository.queue if entry.pull is pull), None)


def _line(repository: Repository, branch: str) -> list[QueueEntry]:
    return [entry for entry in repository.queue if entry.pull.base_ref == branch]


def _build(world: World, entry: QueueEntry) -> bool:
    """Make the branch of a group, on top of the one before it, and ask for checks; False where it conflicts."""
    pull, git = entry.pull, world.git(entry.pull.repository)
    line = _line(pull.repository, pull.base_ref)
    before = line[: line.index(entry)]
    base = before[-1].head_sha if before else git.branch(pull.base_ref)
    tree = merge_tree(git, base, pull.head_sha) if base else None
    if tree is None or base is None:
        return False
    github = Person(*GITHUB, world.clock.now())
    draft = Draft(merge_message(pull, Wish()), {}, github, github)
    sha = write_commit(git, tree, [base, pull.head_sha], draft)
    entry.base_sha, entry.head_sha = base, sha
    entry.head_ref = f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{base}"
    git.update({entry.head_ref: sha})
    pushes.moved(world, Move(pull.repository, entry.head_ref, None, sha), entry.enqueuer)
    _tell(world, entry, "checks_requested")
    return True


def _tell(world: World, entry: QueueEntry, action: str, reason: End | None = None) -> None:
    pull = entry.pull
    group: Payload = {
        "head_sha": entry.head_sha,
        "head_ref": entry.head_ref,
        "base_sha": entry.base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": simple_commit(world.git(pull.repository).objects.commit(entry.head_sha)),
    }
    body = {"merge_group": group} | ({"reason": reason} if reason else {})
    world.emit(Event("merge_group", action, entry.enqueuer, pull.repository, lambda: body))


def advance(world: World, repository: Repository) -> None:
    """Merge every group whose checks pass, take out every one whose checks fail; called when a check has changed."""
    for entry in list(repository.queue):
        if entry in repository.queue and entry.head_sha and _is_stale(world, entry):
            remove(world, entry, entry.enqueuer, "MANUAL", "invalidated")
    for branch in {entry.pull.base_ref for entry in repository.queue}:
        line = _line(repository, branch)
        while line and _decide(world, line[0]):
            line = _line(repository, branch)


def _is_stale(world: World, entry: QueueEntry) -> bool:
    """Say whether a pull request was closed or pushed to since its group was built."""
    built_from = world.git(entry.pull.repository).objects.commit(entry.head_sha).parents[-1]
    return entry.pull.state == "closed" or entry.pull.head_sha != built_from


def _decide(world: World, entry: QueueEntry) -> bool:
    """Merge or take out the first of a line; False while its checks are not done."""
    repository = entry.pull.repository
    if not entry.head_sha:
        return False
    checks = required_checks(repository, entry.pull.base_ref)
    how = {standing(repository, entry.head_sha, check) for check in checks}
    if "failure" in how:
        remove(world, entry, entry.enqueuer, "CI_FAILURE", "invalidated")
        return True
    if how <= {"success"}:
        _merge(world, entry)
        return True
    return False


def _merge(world: World, entry: QueueEntry) -> None:
    pull, git = entry.pull, world.git(entry.pull.repository)
    pull.repository.queue.remove(entry)
    base, ref = git.branch(pull.base_ref), f"refs/heads/{pull.base_ref}"
    git.update({ref: entry.head_sha})
    pull.base_sha = base or pull.base_sha
    telling.pull_request(world, pull, "dequeued", entry.enqueuer, {"reason": "MERGE"})
    tracking.merged(world, pull, entry.head_sha, entry.enqueuer)
    pushes.moved(world, Move(pull.repository, ref, base, entry.head_sha), entry.enqueuer)
    _drop(world, entry, "merged")


def remove(world: World, entry: QueueEntry, by: User, reason: str, end: End = "dequeued") -> None:
    """Take an entry out; those behind it are built anew."""
    pull = entry.pull
    behind = _line(pull.repository, pull.base_ref)
    behind = behind[behind.index(entry) + 1 :]
    pull.repository.queue.remove(entry)
    telling.pull_request(world, pull, "dequeued", by, {"reason": reason})
    if entry.head_ref:
        _drop(world, entry, end)
    for other in behind:
        _drop(world, other, "invalidated")
        if not _build(world, other):
            remove(world, other, by, "MERGE_CONFLICT", "invalidated")


def _drop(world: World, entry: QueueEntry, end: End) -> None:
    """Delete the branch of a group and say why."""
    _tell(world, entry, "destroyed", end)
    ref, sha = entry.head_ref, entry.head_sha
    world.git(entry.pull.repository).update({ref: None})
    pushes.moved(world, Move(entry.pull.repository, ref, sha, None), entry.enqueuer)
