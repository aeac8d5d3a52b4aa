"""Releases, and the tags that come with them. https://docs.github.com/rest/releases/releases"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.access import demand
from sandbox.github.acts import pushes
from sandbox.github.errors import invalid_field
from sandbox.github.model import Release, Repository, User
from sandbox.github.payloads.releases import release as shown
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to release; a new tag is put on ``target``: a branch, a commit, or the default branch."""

    tag: str
    target: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False


def publish(world: World, repository: Repository, wish: Wish, by: User) -> Release:
    """Make a release and, unless it is a draft, its tag. Raises Refused (422)."""
    demand(repository, by, "write")
    if any(one.tag_name == wish.tag and not one.draft for one in repository.releases):
        raise invalid_field("Release", "tag_name", "already_exists")
    git, ref = world.git(repository), f"refs/tags/{wish.tag}"
    target = wish.target or repository.default_branch
    sha = git.resolve(target)
    if sha is None:
        raise invalid_field("Release", "target_commitish")
    now = world.clock.now()
    one = Release(world.id(), wish.tag, target, by, now, None if wish.draft else now, wish.name, wish.body)
    one.draft, one.prerelease = wish.draft, wish.prerelease
    repository.releases.append(one)
    if not wish.draft and ref not in git.refs:
        pushes.push(world, repository, ref, sha, by)
    for action in ("created",) if wish.draft else ("created", "published", "released"):
        _tell(world, repository, one, action, by)
    return one


def _tell(world: World, repository: Repository, one: Release, action: str, by: User) -> None:
    body = {"release": shown(world, repository, one)}
    world.emit(Event("release", action, by, repository, lambda: body))
