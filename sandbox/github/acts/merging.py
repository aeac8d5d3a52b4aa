"""The merge button: what it refuses, and the three ways to merge.

https://docs.github.com/rest/pulls/pulls#merge-a-pull-request
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.github.access import demand, may
from sandbox.github.acts import pushes, tracking
from sandbox.github.errors import Refused
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, merge_tree, rebase, write_commit
from sandbox.github.mergeable import GITHUB
from sandbox.github.model import PullRequest, Repository, User
from sandbox.github.move import Move
from sandbox.github.protections import protecting, required_checks, standing, unmet_reviews
from sandbox.github.world import World

Method = Literal["merge", "squash", "rebase"]
_NAMES = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to merge; ``sha`` is the head that was looked at."""

    method: Method = "merge"
    sha: str | None = None
    title: str | None = None
    message: str | None = None


def person(world: World, user: User) -> Person:
    """Return somebody as the author of a commit made now."""
    return Person(user.name or user.login, user.email or "", world.clock.now())


def merge(world: World, pull: PullRequest, wish: Wish, by: User) -> str:
    """Merge, and return the new tip of the base. Raises Refused: 405 where it must not be, 409 for another head."""
    repository, git = pull.repository, world.git(pull.repository)
    demand(repository, by, "write")
    base = git.branch(pull.base_ref)
    if pull.state == "closed" or base is None:
        raise Refused(405, "Pull Request is not mergeable")
    if wish.sha not in (None, pull.head_sha):
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    _refuse(world, pull, wish.method, by)
    tip = _new_tip(world, pull, wish, base, by)
    if tip is None:
        raise Refused(405, "Pull Request is not mergeable")
    land(world, pull, base, tip, by)
    return tip


def land(world: World, pull: PullRequest, base: str, tip: str, by: User) -> None:
    """Move the base to the merge, and close the pull request."""
    repository, ref = pull.repository, f"refs/heads/{pull.base_ref}"
    world.git(repository).update({ref: tip})
    pull.base_sha = base
    tracking.merged(world, pull, tip, by)
    pushes.moved(world, Move(repository, ref, base, tip), by)
    if repository.delete_branch_on_merge and not pull.is_fork:
        pushes.delete_merged(world, repository, pull.head_ref, by)


def _refuse(world: World, pull: PullRequest, method: Method, by: User) -> None:
    repository = pull.repository
    allowed = {
        "merge": repository.allow_merge_commit,
        "squash": repository.allow_squash_merge,
        "rebase": repository.allow_rebase_merge,
    }
    if not allowed[method]:
        raise Refused(405, f"{_NAMES[method]} are not allowed on this repository.")
    if pull.draft:
        raise Refused(405, "Pull Request is still a draft")
    rules = protecting(repository, pull.base_ref)
    if not any(rule.enforce_admins for rule in rules) and may(repository, by, "admin"):
        return
    if any(rule.merge_queue for rule in rules):
        raise Refused(405, "Changes must be made through the merge queue")
    why = unmet(world, pull)
    if why:
        raise Refused(405, why)


def unmet(world: World, pull: PullRequest) -> str | None:
    """Return what a protected base still asks for, in GitHub's words."""
    repository, base = pull.repository, world.git(pull.repository).branch(pull.base_ref)
    said = {"failure": "is failing", "pending": "is pending", "expected": "is expected"}
    for check in required_checks(repository, pull.base_ref):
        how = standing(repository, pull.head_sha, check)
        if how != "success":
            return f'Required status check "{check.context}" {said[how]}.'
    strict = any(one.strict for one in protecting(repository, pull.base_ref))
    if strict and base and not world.git(repository).is_ancestor(base, pull.head_sha):
        return "The head branch is not up to date with the base branch."
    return unmet_reviews(pull)


def _new_tip(world: World, pull: PullRequest, wish: Wish, base: str, by: User) -> str | None:
    """Make the commits; None where they conflict."""
    git, head = world.git(pull.repository), pull.head_sha
    github, me = Person(*GITHUB, world.clock.now()), person(world, by)
    if wish.method == "rebase":
        return rebase(git, base, head, me)
    tree = merge_tree(git, base, head)
    if tree is None:
        return None
    if wish.method == "squash":
        author = person(world, pull.author)
        return write_commit(git, tree, [base], Draft(_squash_message(world, pull, wish), {}, author, github))
    return write_commit(git, tree, [base, head], Draft(merge_message(pull, wish), {}, me, github))


def merge_message(pull: PullRequest, wish: Wish) -> str:
    title = wish.title or f"Merge pull request #{pull.number} from {pull.head_owner.login}/{pull.head_ref}"
    return f"{title}\n\n{pull.title if wish.message is None else wish.message}".rstrip()


def _squash_message(world: World, pull: PullRequest, wish: Wish) -> str:
    """Return title and messages: of one commit its own, of several the pull request's title and a list."""
    git = world.git(pull.repository)
    messages = [git.objects.commit(sha).message for sha in git.between(pull.base_sha, pull.head_sha)]
    subject, _, rest = messages[0].partition("\n") if len(messages) == 1 else (pull.title, "", "")
    listed = rest.strip() if len(messages) == 1 else "\n\n".join(f"* {message}" for message in messages)
    title = wish.title or f"{subject} (#{pull.number})"
    return f"{title}\n\n{listed if wish.message is None else wish.message}".rstrip()


def merge_branch(world: World, repository: Repository, branches: tuple[str, str], message: str, by: User) -> str | None:
    """Merge the second branch (or commit) into the first, None if it holds it already. Raises Refused.

    https://docs.github.com/rest/branches/branches#merge-a-branch
    """
    demand(repository, by, "write")
    git = world.git(repository)
    base, head = git.branch(branches[0]), git.resolve(branches[1])
    if base is None or head is None:
        raise Refused(404, "Base does not exist" if base is None else "Head does not exist")
    if git.is_ancestor(head, base):
        return None
    tree = merge_tree(git, base, head)
    if tree is None:
        raise Refused(409, "Merge conflict")
    me = person(world, by)
    sha = write_commit(git, tree, [base, head], Draft(message, {}, me, me))
    pushes.push(world, repository, f"refs/heads/{branches[0]}", sha, by)
    return sha
