"""Releases as GitHub shows them."""

from __future__ import annotations

from sandbox.github.model import Release, Repository
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import Json, in_path, moment, moment_or_none, node_id
from sandbox.github.payloads.repositories import api_url, html_url
from sandbox.github.world import World


def release(world: World, repository: Repository, one: Release) -> Json:
    api, tag = api_url(world, repository), in_path(one.tag_name)
    url = f"{api}/releases/{one.id}"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{html_url(world, repository)}/releases/tag/{tag}",
        "id": one.id,
        "author": simple_user(world, one.author),
        "node_id": node_id("RE", one.id),
        "tag_name": one.tag_name,
        "target_commitish": one.target_commitish,
        "name": one.name,
        "draft": one.draft,
        "immutable": False,
        "prerelease": one.prerelease,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
        "published_at": moment_or_none(one.published_at),
        "assets": [],
        "tarball_url": f"{api}/tarball/{tag}",
        "zipball_url": f"{api}/zipball/{tag}",
        "body": one.body,
    }
