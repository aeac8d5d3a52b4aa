"""Pull requests are opened, edited, retargeted, closed and reopened. https://docs.github.com/rest/pulls/pulls"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.access import demand
from sandbox.github.acts import telling, tracking
from sandbox.github.errors import Refused, invalid, invalid_field
from sandbox.github.model import PullRequest, Repository, Team, User
from sandbox.github.webhooks.event import Payload
from sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody fills in; ``head`` is a branch, or ``owner:branch`` of a fork."""

    head: str
    base: str
    title: str
    body: str | None = None
    draft: bool = False


def open_(world: World, repository: Repository, opening: Opening, by: User) -> PullRequest:
    """Open a pull request; raises Refused (422) as GitHub does."""
    source, branch = _head(world, repository, opening.head)
    demand(source, by, "write")
    git = world.git(repository)
    head, base = world.git(source).branch(branch), git.branch(opening.base)
    if not opening.title.strip():
        raise invalid_field("PullRequest", "title", "missing_field")
    if head is None:
        raise invalid_field("PullRequest", "head")
    if base is None:
        raise invalid_field("PullRequest", "base")
    _refuse_empty(world, repository, (opening.base, base), (branch, head))
    _refuse_double(repository, source, branch, opening.base)
    now = world.clock.now()
    repository.last_number += 1
    pull = PullRequest(
        id=world.id(),
        number=repository.last_number,
        repository=repository,
        author=by,
        title=opening.title,
        body=opening.body,
        head_repository=source,
        head_owner=source.owner,
        head_ref=branch,
        head_sha=head,
        base_ref=opening.base,
        base_sha=base,
        created_at=now,
        updated_at=now,
        draft=opening.draft,
    )
    repository.pulls[pull.number] = pull
    git.update({f"refs/pull/{pull.number}/head": head})
    telling.pull_request(world, pull, "opened", by)
    return pull


def _head(world: World, repository: Repository, head: str) -> tuple[Repository, str]:
    """Return repository and branch of ``branch`` or ``owner:branch``: the owner's repository of the same network."""
    owner, colon, branch = head.partition(":")
    if not colon:
        return repository, head
    found = world.in_network(repository, owner)
    if found is None:
        raise invalid_field("PullRequest", "head")
    return found, branch


def _refuse_empty(world: World, repository: Repository, base: tuple[str, str], head: tuple[str, str]) -> None:
    shared = world.git(repository).merge_base(base[1], head[1])
    if shared is None:
        raise invalid("PullRequest", f"The {head[0]} branch has no history in common with {base[0]}")
    if shared == head[1]:
        raise invalid("PullRequest", f"No commits between {base[0]} and {head[0]}")


def _refuse_double(repository: Repository, source: Repository, branch: str, base: str) -> None:
    for other in tracking.open_pulls(repository):
        if (other.head_repository, other.head_ref, other.base_ref) == (source, branch, base):
            raise invalid("PullRequest", f"A pull request already exists for {source.owner.login}:{branch}.")


def edit(world: World, pull: PullRequest, by: User, *, title: str | None = None, body: str | None = None) -> None:
    """Change the title or the description; what is None stays."""
    if by is not pull.author:
        demand(pull.repository, by, "write")
    changes: Payload = {}
    if title is not None and title != pull.title:
        changes["title"], pull.title = {"from": pull.title}, title
    if body is not None and body != pull.body:
        changes["body"], pull.body = {"from": pull.body or ""}, body
    if changes:
        pull.updated_at = world.clock.now()
        telling.pull_request(world, pull, "edited", by, {"changes": changes})


def retarget(world: World, pull: PullRequest, base: str, by: User) -> None:
    """Change the base branch; raises Refused (422)."""
    if by is not pull.author:
        demand(pull.repository, by, "write")
    if base == pull.base_ref:
        return
    if pull.state == "closed":
        raise invalid("PullRequest", "Cannot change the base branch of a closed pull request.", "base")
    tip = world.git(pull.repository).branch(base)
    if tip is None:
        raise invalid("PullRequest", f"Proposed base branch '{base}' was not found", "base")
    _refuse_empty(world, pull.repository, (base, tip), (pull.head_ref, pull.head_sha))
    if pull.head_repository:
        _refuse_double(pull.repository, pull.head_repository, pull.head_ref, base)
    tracking.retarget(world, pull, base, by)


def close(world: World, pull: PullRequest, by: User) -> None:
    if by is not pull.author:
        demand(pull.repository, by, "triage")
    if pull.state == "open":
        tracking.close(world, pull, by)


def reopen(world: World, pull: PullRequest, by: User) -> None:
    """Open again what was closed unmerged; raises Refused (422) where the branches no longer allow it."""
    if pull.state == "open":
        return
    head = world.git(pull.head_repository).branch(pull.head_ref) if pull.head_repository else None
    git = world.git(pull.repository)
    base = git.branch(pull.base_ref)
    problem = None
    if pull.merged_at:
        problem = "The pull request is merged."
    elif head is None:
        problem = f"The {pull.head_ref} branch has been deleted."
    elif base is None:
        problem = f"The {pull.base_ref} branch has been deleted."
    elif not git.is_ancestor(pull.head_sha, head):
        problem = f"The {pull.head_ref} branch was force-pushed or recreated."
    if problem or head is None or base is None:
        raise invalid("PullRequest", f"state cannot be changed. {problem}", "state")
    if pull.head_repository:
        _refuse_double(pull.repository, pull.head_repository, pull.head_ref, pull.base_ref)
    git.update({f"refs/pull/{pull.number}/head": head})
    pull.state, pull.closed_at, pull.updated_at = "open", None, world.clock.now()
    pull.head_sha, pull.base_sha = head, base
    telling.pull_request(world, pull, "reopened", by)


def ready(world: World, pull: PullRequest, by: User, *, draft: bool) -> None:
    """Mark as ready for review, or turn back into a draft."""
    if pull.draft is draft:
        return
    if pull.state == "closed":
        raise Refused(422, "The pull request is closed.")
    pull.draft, pull.updated_at = draft, world.clock.now()
    telling.pull_request(world, pull, "converted_to_draft" if draft else "ready_for_review", by)


def request_review(world: World, pull: PullRequest, reviewer: User | Team, by: User) -> None:
    """Ask a person or a team for a review."""
    if reviewer is pull.author:
        raise Refused(422, "Review cannot be requested from pull request author.")
    if reviewer in pull.requested_reviewers or reviewer in pull.requested_teams:
        return
    if isinstance(reviewer, Team):
        pull.requested_teams.append(reviewer)
    else:
        pull.requested_reviewers.append(reviewer)
    telling.review_requested(world, pull, reviewer, by)
