"""A GitHub that errs, breaks off, is silent or forgetful: each check and each comment is there in the end, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandbox.github.http.faults import Fault, Faults
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest
from tests.faults.places import amiss, forecast
from tests.stories.gate import Gate
from tests.stories.people import feature

UNKNOWN = "No commit found for SHA: 5b1f"

PULL, REVIEWS = ("GET", "/pulls/1"), ("GET", "/pulls/1/reviews")
BRANCHES, COMPARISON, POLICY = ("GET", "/branches"), ("GET", "/compare/.*"), ("GET", "/contents/.*")
CHECK, COMMENTS, COMMENT = ("POST", "/check-runs"), ("GET", "/issues/1/comments"), ("POST", "/issues/1/comments")

Request = tuple[str, str]
"""Method and path within the repository."""
Trouble = Callable[[Faults, str, str], Fault]
"""Makes the next request with a method and a path fail."""


def answers(status: int, message: str = "", times: int = 1) -> Trouble:
    return lambda faults, method, path: faults.answer(method, path, status, message, times)


def limits(status: int, seconds: int = 1) -> Trouble:
    return lambda faults, method, path: faults.secondary_limit(method, path, seconds, status)


def half(faults: Faults, method: str, path: str) -> Fault:
    """Do it, and break off in the middle of the answer."""
    return faults.break_off(method, path)


def hangs_up(faults: Faults, method: str, path: str) -> Fault:
    """Do nothing, and say nothing."""
    return faults.silence(method, path, 0)


CASES: Mapping[str, tuple[Request, Trouble]] = MappingProxyType(
    {
        "pull-404": (PULL, answers(404)),
        "pull-409": (PULL, answers(409)),
        "pull-422": (PULL, answers(422)),
        "pull-500": (PULL, answers(500)),
        "pull-half": (PULL, half),
        "pull-nothing": (PULL, hangs_up),
        "pull-limit-403": (PULL, limits(403)),
        "branches-503-again-and-again": (BRANCHES, answers(503, times=4)),
        "branches-limit-429": (BRANCHES, limits(429)),
        "comparison-404": (COMPARISON, answers(404)),
        "comparison-502": (COMPARISON, answers(502)),
        "comparison-half": (COMPARISON, half),
        "reviews-502": (REVIEWS, answers(502)),
        "policy-502": (POLICY, answers(502)),
        "check-404": (CHECK, answers(404)),
        "check-409": (CHECK, answers(409)),
        "check-422": (CHECK, answers(422, UNKNOWN)),
        "check-500": (CHECK, answers(500)),
        "check-half": (CHECK, half),
        "check-nothing": (CHECK, hangs_up),
        "check-limit-403": (CHECK, limits(403)),
        "check-limit-429": (CHECK, limits(429)),
        "comments-502": (COMMENTS, answers(502)),
        "comment-502": (COMMENT, answers(502)),
        "comment-half": (COMMENT, half),
        "comment-nothing": (COMMENT, hangs_up),
        "comment-limit-403": (COMMENT, limits(403)),
    }
)


async def test_one_request_goes_wrong(gate: Gate, github: Sandbox) -> None:
    """All cases at once, each in a repository of its own, because each is waited for for some seconds."""
    repos = {name: await forecast(github, name) for name in CASES}
    for repo in repos.values():
        await gate.app.install(repo.model.owner)
    await at_rest(github, gate.queue)
    faults = {name: trouble(github.faults, repos[name], *case) for name, case in CASES.items()}
    pulls = {name: await feature(repo, base="main") for name, repo in repos.items()}
    await at_rest(github, gate.queue)
    assert [name for name, fault in faults.items() if fault.hit < fault.times] == []
    assert amiss(pulls) == {}
    assert (await gate.queue.counts())["dead"] == 0


def trouble(faults: Faults, repo: Repo, request: Request, make: Trouble) -> Fault:
    method, path = request
    return make(faults, method, f"/repos/{repo.full_name}{path}")
