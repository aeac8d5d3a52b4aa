"""Commits and their changes as GitHub shows them: three shapes, for three parts of the API."""

from __future__ import annotations

from sandbox.github.git.changes import Change
from sandbox.github.git.objects import Commit, Person
from sandbox.github.model import Repository
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import Json, in_path, moment, node_id
from sandbox.github.payloads.repositories import api_url, html_url
from sandbox.github.world import World

UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
LARGEST_PATCH = 100_000
"""Characters; GitHub leaves the patch of a file with a very large diff out."""


def person(one: Person) -> Json:
    return {"name": one.name, "email": one.email, "date": moment(one.when)}


def commit(world: World, repository: Repository, sha: str) -> Json:
    """Return a commit as lists of commits carry it."""
    found = world.git(repository).objects.commit(sha)
    url, html = api_url(world, repository), html_url(world, repository)
    return {
        "sha": sha,
        "node_id": node_id("C", sha),
        "commit": {
            "author": person(found.author),
            "committer": person(found.committer),
            "message": found.message,
            "tree": {"sha": found.tree, "url": f"{url}/git/trees/{found.tree}"},
            "url": f"{url}/git/commits/{sha}",
            "comment_count": 0,
            "verification": UNSIGNED,
        },
        "url": f"{url}/commits/{sha}",
        "html_url": f"{html}/commit/{sha}",
        "comments_url": f"{url}/commits/{sha}/comments",
        "author": _account(world, found.author),
        "committer": _account(world, found.committer),
        "parents": [
            {"sha": parent, "url": f"{url}/commits/{parent}", "html_url": f"{html}/commit/{parent}"}
            for parent in found.parents
        ],
    }


def _account(world: World, one: Person) -> Json | None:
    """Return whose commit it is, if somebody has its address."""
    found = world.by_email(one.email)
    return simple_user(world, found) if found else None


def full_commit(world: World, repository: Repository, sha: str, files: list[Json]) -> Json:
    """Return a commit as ``GET /commits/{ref}`` shows it, with its changes."""
    git = world.git(repository)
    changes = git.changes(git.parent_tree(sha), sha)
    added, deleted = sum(one.additions for one in changes), sum(one.deletions for one in changes)
    stats = {"total": added + deleted, "additions": added, "deletions": deleted}
    return commit(world, repository, sha) | {"stats": stats, "files": files}


def git_commit(world: World, repository: Repository, sha: str) -> Json:
    """Return a commit as ``/git/commits/{sha}`` shows it."""
    found = world.git(repository).objects.commit(sha)
    url, html = api_url(world, repository), html_url(world, repository)
    return {
        "sha": sha,
        "node_id": node_id("C", sha),
        "url": f"{url}/git/commits/{sha}",
        "html_url": f"{html}/commit/{sha}",
        "author": person(found.author),
        "committer": person(found.committer),
        "tree": {"sha": found.tree, "url": f"{url}/git/trees/{found.tree}"},
        "message": found.message,
        "parents": [
            {"sha": parent, "url": f"{url}/git/commits/{parent}", "html_url": f"{html}/commit/{parent}"}
            for parent in found.parents
        ],
        "verification": UNSIGNED,
    }


def simple_commit(found: Commit) -> Json:
    """Return a commit as check suites and merge groups carry it."""
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "message": found.message,
        "timestamp": moment(found.committer.when),
        "author": {"name": found.author.name, "email": found.author.email},
        "committer": {"name": found.committer.name, "email": found.committer.email},
    }


def pushed_commit(world: World, repository: Repository, sha: str, paths: dict[str, list[str]]) -> Json:
    """Return a commit as ``push`` carries it; ``paths`` are those added, removed and modified."""
    found = world.git(repository).objects.commit(sha)
    return simple_commit(found) | {
        "distinct": True,
        "url": f"{html_url(world, repository)}/commit/{sha}",
        "author": _pusher(world, found.author),
        "committer": _pusher(world, found.committer),
        **paths,
    }


def _pusher(world: World, one: Person) -> Json:
    account = world.by_email(one.email)
    named = {"name": one.name, "email": one.email, "date": moment(one.when)}
    return named | ({"username": account.login} if account else {})


def changed_file(world: World, repository: Repository, change: Change, at: str, patch: str | None) -> Json:
    """Return one changed file; ``at`` is the commit after the change. Binary and huge files have no patch."""
    path, url, html = in_path(change.path), api_url(world, repository), html_url(world, repository)
    answer: Json = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{html}/blob/{at}/{path}",
        "raw_url": f"{html}/raw/{at}/{path}",
        "contents_url": f"{url}/contents/{path}?ref={at}",
    }
    if patch is not None and len(patch) <= LARGEST_PATCH:
        answer["patch"] = patch
    if change.previous is not None:
        answer["previous_filename"] = change.previous
    return answer


def changed_files(
    world: World, repository: Repository, between: tuple[str, str], part: slice = slice(None)
) -> tuple[list[Json], int]:
    """Return the part of the changed files that is asked for, and how many there are in all."""
    git = world.git(repository)
    changes = git.changes(*between)
    shown = changes[part]
    patches = git.patches(*between) if shown else {}
    return [changed_file(world, repository, one, between[1], patches.get(one.path)) for one in shown], len(changes)
