"""Repositories as GitHub shows them: the same long list of addresses everywhere, with more or less around it."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.github.model import Organisation, Repository
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import Json, moment, node_id
from sandbox.github.world import World

_ADDRESSES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def api_url(world: World, repository: Repository) -> str:
    return f"{world.api}/repos/{repository.full_name}"


def html_url(world: World, repository: Repository) -> str:
    return f"{world.web}/{repository.full_name}"


def minimal_repository(world: World, repository: Repository) -> Json:
    """Return a repository with its addresses and nothing else: as check suites carry it."""
    url = api_url(world, repository)
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": simple_user(world, repository.owner),
        "html_url": html_url(world, repository),
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": url,
    } | {key: url + end for key, end in _ADDRESSES.items()}


def simple_repository(world: World, repository: Repository) -> Json:
    """Return a repository as it stands inside pull requests and webhooks."""
    html = html_url(world, repository)
    host = urlsplit(world.web).netloc
    issues = sum(pull.state == "open" for pull in repository.pulls.values())
    forks = sum(1 for _ in world.forks(repository))
    return minimal_repository(world, repository) | {
        "created_at": moment(repository.created_at),
        "updated_at": moment(repository.updated_at),
        "pushed_at": moment(repository.pushed_at),
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host}:{repository.full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "homepage": None,
        "size": 1,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": "Python",
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": forks,
        "mirror_url": None,
        "archived": repository.archived,
        "disabled": False,
        "open_issues_count": issues,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if repository.private else "public",
        "forks": forks,
        "open_issues": issues,
        "watchers": 0,
        "default_branch": repository.default_branch,
    }


def repository_in_pull(world: World, repository: Repository) -> Json:
    """Return a repository as the head and base of a pull request carry it: with the ways to merge."""
    return simple_repository(world, repository) | merge_settings(repository)


def merge_settings(repository: Repository) -> Json:
    return {
        "allow_squash_merge": repository.allow_squash_merge,
        "allow_merge_commit": repository.allow_merge_commit,
        "allow_rebase_merge": repository.allow_rebase_merge,
        "allow_auto_merge": False,
        "delete_branch_on_merge": repository.delete_branch_on_merge,
        "allow_update_branch": False,
        "squash_merge_commit_message": "COMMIT_MESSAGES",
        "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
        "merge_commit_message": "PR_TITLE",
        "merge_commit_title": "MERGE_MESSAGE",
    }


def full_repository(world: World, repository: Repository) -> Json:
    """Return a repository as ``GET /repos/{owner}/{repo}`` shows it."""
    answer = repository_in_pull(world, repository) | {"temp_clone_token": None, "network_count": 0}
    answer["subscribers_count"] = 0
    if isinstance(repository.owner, Organisation):
        answer["organization"] = simple_user(world, repository.owner)
    if repository.parent:
        answer["parent"] = answer["source"] = simple_repository(world, repository.parent)
    return answer


def repository_in_push(world: World, repository: Repository) -> Json:
    """Return a repository as ``push`` carries it: some of its times are numbers there."""
    owner = simple_user(world, repository.owner) | {"name": repository.owner.login, "email": repository.owner.email}
    return simple_repository(world, repository) | {
        "owner": owner,
        "created_at": int(repository.created_at.timestamp()),
        "pushed_at": int(repository.pushed_at.timestamp()),
        "stargazers": 0,
        "master_branch": repository.default_branch,
    }


def named_repository(repository: Repository) -> Json:
    """Return a repository as events about installations list it."""
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }
