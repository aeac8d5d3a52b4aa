"""Repositories are made, forked, renamed and deleted; their branches renamed. https://docs.github.com/rest/repos/repos"""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.github.access import demand
from sandbox.github.acts import accounts, apps, pushes, tracking
from sandbox.github.errors import Refused, invalid_field, not_found
from sandbox.github.git.bare import Bare
from sandbox.github.git.command import Command
from sandbox.github.model import Account, Repository, User
from sandbox.github.move import Move
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World


def create(world: World, owner: Account, name: str, *, private: bool = True) -> Repository:
    """Make an empty repository."""
    path = world.root / f"{owner.login}-{world.id()}.git"
    Bare.create(path).close()
    return adopt(world, owner, name, path, private=private)


def adopt(world: World, owner: Account, name: str, path: Path, *, private: bool = True) -> Repository:
    """Make a repository of a bare one that exists already, which is then used in place."""
    full_name = f"{owner.login}/{name}".lower()
    holder = world.repositories.get(world.names.get(full_name, 0))
    if holder is not None and holder.full_name.lower() == full_name:
        raise invalid_field("Repository", "name", "already_exists")
    now = world.clock.now()
    head = Command(path).run("symbolic-ref", "--short", "HEAD").strip()
    repository = Repository(world.id(), owner, name, path, head, now, now, now, private=private)
    world.repositories[repository.id] = repository
    world.names[full_name] = repository.id
    _tell(world, repository, "created", owner)
    for installation in world.installations_on(repository):
        apps.tell_repositories(world, installation, ([repository], []), accounts.owner_of(owner))
    return repository


def fork(world: World, source: Repository, owner: Account) -> Repository:
    """Fork a repository. Both share their objects, as on GitHub, so commits of a fork can be read upstream."""
    demand(source, owner, "read")
    path = world.root / f"{owner.login}-{world.id()}.git"
    shutil.copytree(source.path, path, ignore=shutil.ignore_patterns("objects", "pull"))
    (path / "objects").symlink_to((source.path / "objects").resolve(), target_is_directory=True)
    copy = adopt(world, owner, source.name, path, private=source.private)
    git = world.git(copy)
    git.update({ref: None for ref in git.refs if ref.startswith("refs/pull/")})
    copy.parent, copy.default_branch = source, source.default_branch
    return copy


def delete(world: World, repository: Repository, by: User) -> None:
    """Delete a repository. Pull requests from a fork stay, without their head repository."""
    demand(repository, by, "admin")
    _tell(world, repository, "deleted", by)
    del world.repositories[repository.id]
    for other in world.repositories.values():
        for pull in other.pulls.values():
            if pull.head_repository is repository:
                pull.head_repository = None
    for installation in world.installations.values():
        installation.selected = [one for one in installation.selected if one is not repository]


def rename(world: World, repository: Repository, name: str, by: User) -> None:
    """Give a repository another name; the old one leads to it as long as nobody else takes it."""
    demand(repository, by, "admin")
    holder = world.repositories.get(world.names.get(f"{repository.owner.login}/{name}".lower(), 0))
    if holder is not None and holder is not repository and holder.name.lower() == name.lower():
        raise invalid_field("Repository", "name", "already_exists")
    before, repository.name = repository.name, name
    world.names[repository.full_name.lower()] = repository.id
    _changed(world, repository, "renamed", by, {"repository": {"name": {"from": before}}})


def set_default_branch(world: World, repository: Repository, branch: str, by: User) -> None:
    """Make another branch the default; raises Refused (422) if there is no such branch."""
    demand(repository, by, "admin")
    git = world.git(repository)
    if git.branch(branch) is None:
        raise invalid_field("Repository", "default_branch")
    git.git.run("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    before, repository.default_branch = repository.default_branch, branch
    if before != branch:
        _changed(world, repository, "edited", by, {"default_branch": {"from": before}})


def rename_branch(world: World, repository: Repository, old: str, new: str, by: User) -> None:
    """Rename a branch: bases and protection follow, pull requests from it are closed.

    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-branches-in-your-repository/renaming-a-branch
    """
    demand(repository, by, "admin" if old == repository.default_branch else "write")
    git = world.git(repository)
    sha = git.branch(old)
    if sha is None:
        raise not_found()
    if git.branch(new):
        raise Refused(422, f"Branch {new} already exists")
    git.update({f"refs/heads/{old}": None, f"refs/heads/{new}": sha})
    for protection in repository.protections:
        protection.pattern = new if protection.pattern == old else protection.pattern
    if repository.default_branch == old:
        set_default_branch(world, repository, new, by)
    for pull in tracking.open_pulls(repository):
        if pull.base_ref == old:
            tracking.retarget(world, pull, new, by)
    pushes.moved(world, Move(repository, f"refs/heads/{new}", None, sha), by)
    pushes.moved(world, Move(repository, f"refs/heads/{old}", sha, None), by)


def _changed(world: World, repository: Repository, action: str, by: Account, changes: Payload) -> None:
    repository.updated_at = world.clock.now()
    _tell(world, repository, action, by, {"changes": changes})


def _tell(world: World, repository: Repository, action: str, by: Account, more: Payload | None = None) -> None:
    world.emit(Event("repository", action, by, repository, lambda: more or {}))
