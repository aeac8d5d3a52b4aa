"""The checker itself: it must see what is wrong, or the other tests prove nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from githubkit.versions import LATEST_VERSION

from sandbox.github.http.journal import Call
from sandbox.github.model import Delivery
from sandbox.github.people.app import Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox import description
from tests.sandbox.client import Client
from tests.sandbox.openapi import held, problems_of_call, problems_of_delivery

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def _call(github: Sandbox, client: Client, method: str, path: str, body: Any = None) -> Call:
    await client.ask(method, R + path, body)
    return copy.deepcopy(github.calls[-1])


async def test_a_field_that_is_missing_is_seen(github: Sandbox, repo: Repo, client: Client) -> None:
    call = await _call(github, client, "GET", "/branches/dev")
    assert list(problems_of_call(call)) == []
    del call.answer["commit"]["sha"]
    assert list(problems_of_call(call)) == [f"GET {R}/branches/dev → 200, answer: commit.sha: Field required"]


async def test_a_field_that_github_does_not_have_is_seen(github: Sandbox, repo: Repo, client: Client) -> None:
    call = await _call(github, client, "GET", "/commits")
    call.answer[0]["commit"]["colour"] = "red"
    assert list(problems_of_call(call)) == [f"GET {R}/commits → 200, answer: GitHub knows no field commit.colour"]


async def test_a_value_of_the_wrong_kind_is_seen(github: Sandbox, repo: Repo, client: Client) -> None:
    call = await _call(github, client, "GET", "")
    call.answer["id"] = "seven"
    assert "answer: id: Input should be a valid integer" in "".join(problems_of_call(call))


async def test_a_request_that_was_taken_wrongly_is_seen(github: Sandbox, repo: Repo, client: Client) -> None:
    sha = repo.sha("dev")
    call = await _call(github, client, "POST", "/check-runs", {"name": "x", "head_sha": sha, "state": "completed"})
    assert call.status == 201
    assert list(problems_of_call(call)) == [f"POST {R}/check-runs → 201, request: GitHub knows no field state"]
    call.request = {"name": "x", "head_sha": sha, "output": {"title": "t"}}
    assert any("PropOutput.summary: Field required" in problem for problem in problems_of_call(call))
    github.calls.clear()  # the fixture would say the same


async def test_a_parameter_that_github_does_not_have_is_seen(github: Sandbox, repo: Repo, client: Client) -> None:
    call = await _call(github, client, "GET", "/pulls?statee=open&per_page=5")
    assert list(problems_of_call(call)) == [f"GET {R}/pulls → 200: GitHub knows no parameter 'statee' here"]
    github.calls.clear()  # the fixture would say the same


async def test_a_wrong_webhook_is_seen(github: Sandbox, repo: Repo, installation: Install) -> None:
    await repo.commit("dev", {"x.py": "1\n"}, "x")
    one: Delivery = next(one for one in github.deliveries if one.event == "push")
    assert list(problems_of_delivery(one)) == []
    wrong = copy.deepcopy(one)
    del wrong.payload["after"]
    assert list(problems_of_delivery(wrong)) == ["webhook push: after: Field required"]
    wrong.event, wrong.action = "check_run", "painted"
    assert list(problems_of_delivery(wrong)) == ["webhook check_run painted: GitHub has no such action"]


async def test_the_end_of_a_test_tells(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no route for: GET /zen"):
        async with held(Sandbox(tmp_path)) as github, Client(github.base_url, None) as client:
            await client.ask("GET", "/zen")
    with pytest.raises(AssertionError, match="does not know the parameters: colour of GET /rate_limit"):
        async with held(Sandbox(tmp_path)) as github, Client(github.base_url, None) as client:
            await client.ask("GET", "/rate_limit?colour=red")


async def test_the_newest_version_is_used() -> None:
    assert description.SCHEMAS.endswith(".v" + LATEST_VERSION.replace("-", "_"))
    assert description.operation("POST", "/repos/{owner}/{repo}/merges").request is not None
    with pytest.raises(KeyError):
        description.operation("GET", "/repos/{owner}/{name}")
