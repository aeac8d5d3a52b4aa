"""Pull requests as GitHub shows them."""

from __future__ import annotations

from sandbox.github.git.bare import Bare
from sandbox.github.git.changes import Change
from sandbox.github.mergeable import Mergeability
from sandbox.github.model import PullRequest, Repository
from sandbox.github.payloads.accounts import role_on, simple_user, team
from sandbox.github.payloads.basics import Json, moment, moment_or_none, node_id
from sandbox.github.payloads.repositories import api_url, html_url, repository_in_pull
from sandbox.github.world import World


def addresses(world: World, pull: PullRequest) -> Json:
    api, html = api_url(world, pull.repository), f"{html_url(world, pull.repository)}/pull/{pull.number}"
    url, issue = f"{api}/pulls/{pull.number}", f"{api}/issues/{pull.number}"
    return {
        "url": url,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{api}/statuses/{pull.head_sha}",
    }


def simple_pull(world: World, pull: PullRequest) -> Json:
    """Return a pull request as lists carry it."""
    urls = addresses(world, pull)
    return urls | {
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": simple_user(world, pull.author),
        "body": pull.body,
        "labels": [],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment_or_none(pull.closed_at),
        "merged_at": moment_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [simple_user(world, one) for one in pull.requested_reviewers],
        "requested_teams": [team(world, one) for one in pull.requested_teams],
        "head": _head(world, pull),
        "base": _base(world, pull),
        "_links": _links(urls),
        "author_association": role_on(pull.repository, pull.author),
        "auto_merge": None,
        "draft": pull.draft,
    }


def _head(world: World, pull: PullRequest) -> Json:
    return {
        "label": f"{pull.head_owner.login}:{pull.head_ref}",
        "ref": pull.head_ref,
        "sha": pull.head_sha,
        "user": simple_user(world, pull.head_owner),
        "repo": repository_in_pull(world, pull.head_repository) if pull.head_repository else None,
    }


def _base(world: World, pull: PullRequest) -> Json:
    return {
        "label": f"{pull.repository.owner.login}:{pull.base_ref}",
        "ref": pull.base_ref,
        "sha": pull.base_sha,
        "user": simple_user(world, pull.repository.owner),
        "repo": repository_in_pull(world, pull.repository),
    }


def _links(urls: Json) -> Json:
    names = {
        "self": "url",
        "html": "html_url",
        "issue": "issue_url",
        "comments": "comments_url",
        "review_comments": "review_comments_url",
        "review_comment": "review_comment_url",
        "commits": "commits_url",
        "statuses": "statuses_url",
    }
    return {name: {"href": urls[key]} for name, key in names.items()}


def pull_request(world: World, pull: PullRequest, mergeability: Mergeability) -> Json:
    """Return a pull request as ``GET /pulls/{number}`` shows it."""
    git = world.git(pull.repository)
    changes = changes_of(git, pull)
    return simple_pull(world, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": mergeability.mergeable,
        "rebaseable": mergeability.mergeable,
        "mergeable_state": mergeability.state,
        "merged_by": simple_user(world, pull.merged_by) if pull.merged_by else None,
        "comments": len(pull.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": False,
        "commits": len(commits_of(git, pull)),
        "additions": sum(one.additions for one in changes),
        "deletions": sum(one.deletions for one in changes),
        "changed_files": len(changes),
    }


def base_of(git: Bare, pull: PullRequest) -> str:
    """Return where the changes of a pull request start: its merge base with the base as it was last looked at."""
    return git.merge_base(_base_tip(git, pull), pull.head_sha) or pull.base_sha


def _base_tip(git: Bare, pull: PullRequest) -> str:
    """Once closed, a pull request shows what it showed then."""
    return (git.branch(pull.base_ref) if pull.state == "open" else None) or pull.base_sha


def commits_of(git: Bare, pull: PullRequest) -> tuple[str, ...]:
    """Return all commits of a pull request, oldest first."""
    return git.between(_base_tip(git, pull), pull.head_sha)


def changes_of(git: Bare, pull: PullRequest) -> tuple[Change, ...]:
    return git.changes(base_of(git, pull), pull.head_sha)


def minimal_pull(world: World, pull: PullRequest) -> Json:
    """Return a pull request as check runs carry it. Only those of the same repository are carried."""

    def end(repository: Repository, ref: str, sha: str) -> Json:
        where = {"id": repository.id, "url": api_url(world, repository), "name": repository.name}
        return {"ref": ref, "sha": sha, "repo": where}

    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{api_url(world, pull.repository)}/pulls/{pull.number}",
        "head": end(pull.repository, pull.head_ref, pull.head_sha),
        "base": end(pull.repository, pull.base_ref, pull.base_sha),
    }
