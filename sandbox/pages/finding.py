"""What the address of a page names. Raises Refused (404) for what is not there."""

from __future__ import annotations

from aiohttp import web

from sandbox.github.errors import Refused
from sandbox.github.git.objects import Commit
from sandbox.github.model import CheckRun, Delivery, PullRequest, Repository
from sandbox.github.world import World


def find_repository(world: World, request: web.Request) -> Repository:
    try:
        return world.find(f"{request.match_info['owner']}/{request.match_info['name']}")
    except Refused as refused:
        raise Refused(404, "There is no such repository.") from refused


def find_pull(world: World, request: web.Request) -> PullRequest:
    repository = find_repository(world, request)
    pull = repository.pulls.get(int(request.match_info["number"]))
    if pull is None:
        raise Refused(404, f"{repository.full_name} has no pull request #{request.match_info['number']}.")
    return pull


def find_run(world: World, request: web.Request) -> CheckRun:
    repository, number = find_repository(world, request), int(request.match_info["id"])
    runs = (run for suite in repository.suites for run in suite.runs if run.id == number)
    found = next(runs, None)
    if found is None:
        raise Refused(404, f"{repository.full_name} has no such check run.")
    return found


def find_delivery(world: World, request: web.Request) -> Delivery:
    found = next((one for one in world.deliveries if one.id == int(request.match_info["id"])), None)
    if found is None:
        raise Refused(404, "There is no such delivery.")
    return found


def find_commit(world: World, request: web.Request) -> Commit:
    repository = find_repository(world, request)
    bare = world.git(repository)
    sha = bare.resolve(request.match_info["sha"])
    if sha is None:
        raise Refused(404, f"{repository.full_name} has no such commit.")
    return bare.objects.commit(sha)
