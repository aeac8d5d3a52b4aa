"""Installed, asked, written, unchanged, renamed, expired, limited, broken, redelivered: on a whole GitHub."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.github.client import AppGitHub
from bot.github.deliveries import redeliver_missed
from bot.github.errors import Forbidden, RateLimited, Unreachable
from bot.github.port import Api
from bot.github.repository import InstallationId
from sandbox.github.model import User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.bot.github.conftest import IMPATIENT, QUICK
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
BRANCHES = f"{REPO}/branches"
COMMENTS = f"{REPO}/issues/1/comments"


async def test_the_app_knows_itself(app_github: AppGitHub, app: Developer) -> None:
    assert (await app_github.app().get("/app"))["id"] == app.id


async def test_a_check_is_written_and_read_back(api: Api, repo: Repo) -> None:
    sha = await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    body = {"name": "headgate", "head_sha": sha, "status": "in_progress"}
    made = await api.post(f"{REPO}/check-runs", body)
    await api.patch(f"{REPO}/check-runs/{made['id']}", {"status": "completed", "conclusion": "failure"})
    pages = await api.pages(f"{REPO}/commits/{sha}/check-runs", most=100, key="check_runs")
    assert pages.complete
    assert [(run["id"], run["conclusion"]) for run in pages.items] == [(made["id"], "failure")]


async def test_what_has_not_changed_costs_nothing(
    api: Api, github: Sandbox, installation: Install, repo: Repo, alice: User
) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev", by=alice)
    github.world.looks_before_mergeable = 0
    first = await api.get(f"{REPO}/pulls/1")
    used = github.limits.budget(f"installation {installation.id}").used
    github.calls.clear()
    assert await api.get(f"{REPO}/pulls/1") == first
    assert [call.not_modified for call in github.calls] == [True]
    assert github.limits.budget(f"installation {installation.id}").used == used
    await pull.edit(title="feat: another")
    assert (await api.get(f"{REPO}/pulls/1"))["title"] == "feat: another"


async def test_pages_follow_one_another(api: Api, repo: Repo) -> None:
    for number in range(4):
        await repo.create_branch(f"feature/{number}", at="dev")
    names = {"main", "dev", *(f"feature/{number}" for number in range(4))}
    pages = await api.pages(BRANCHES, most=100, per_page=4)
    assert ({branch["name"] for branch in pages.items}, pages.complete) == (names, True)
    assert not (await api.pages(BRANCHES, most=5, per_page=4)).complete


async def test_a_renamed_repository_is_found_for_reading_and_writing(api: Api, repo: Repo, alice: User) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev", by=alice)
    await repo.rename("prediction")
    assert (await api.get(f"{REPO}/pulls/1"))["base"]["repo"]["full_name"] == "acme/prediction"
    await api.post(COMMENTS, {"body": "found"})
    assert [comment.body for comment in pull.comments] == ["found"]


async def test_tokens_that_expire_are_renewed_before(api: Api, github: Sandbox, repo: Repo) -> None:
    await api.get(REPO)
    github.advance(timedelta(minutes=58))
    github.calls.clear()
    await api.get(REPO)
    assert [call.status for call in github.calls] == [201, 200]


async def test_tokens_that_have_expired_by_githubs_clock_are_replaced(
    github: Sandbox, app: Developer, installation: Install
) -> None:
    ahead = timedelta()
    behind = AppGitHub(
        app.id, app.private_key, github.base_url, timeouts=QUICK, now=lambda: github.clock.exact() - ahead
    )
    api = behind.installation(InstallationId(installation.id))
    await api.get(REPO)
    ahead = timedelta(minutes=7)
    github.advance(timedelta(minutes=61))
    github.calls.clear()
    await api.get(REPO)
    assert [call.status for call in github.calls] == [401, 201, 200]
    await behind.close()


async def test_a_used_up_budget_is_waited_for(api: Api, github: Sandbox, installation: Install) -> None:
    await api.get(REPO)
    github.limits.exhaust(f"installation {installation.id}", seconds=600)
    with pytest.raises(RateLimited) as caught:
        await api.get(BRANCHES)
    left = caught.value.until - github.clock.exact()
    assert timedelta(seconds=595) < left < timedelta(seconds=602)
    github.calls.clear()
    with pytest.raises(RateLimited):
        await api.get(BRANCHES)
    assert github.calls == []
    github.advance(timedelta(seconds=602))
    await api.get(BRANCHES)


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("retry_after", [None, 120])
async def test_a_secondary_limit_is_waited_for(api: Api, github: Sandbox, status: int, retry_after: int | None) -> None:
    github.faults.secondary_limit("GET", REPO, retry_after, status)
    with pytest.raises(RateLimited) as caught:
        await api.get(REPO)
    wait = timedelta(seconds=retry_after or 60)
    assert wait - timedelta(seconds=5) < caught.value.until - github.clock.exact() <= wait
    github.advance(wait)
    await api.get(REPO)


async def test_a_read_survives_a_github_that_stumbles(api: Api, github: Sandbox) -> None:
    github.faults.answer("GET", REPO, 502, times=2)
    assert (await api.get(REPO))["full_name"] == "acme/forecast"
    github.faults.break_off("GET", BRANCHES)
    assert len(await api.get(BRANCHES)) == 2


async def test_a_comment_whose_answer_was_lost_is_not_written_twice(api: Api, github: Sandbox, repo: Repo) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev")
    github.faults.break_off("POST", COMMENTS)
    with pytest.raises(Unreachable):
        await api.post(COMMENTS, {"body": "once"})
    assert [comment.body for comment in pull.comments] == ["once"]


async def test_silence_ends(github: Sandbox, app: Developer, installation: Install) -> None:
    made = AppGitHub(app.id, app.private_key, github.base_url, timeouts=IMPATIENT)
    silence = github.faults.silence("GET", REPO, seconds=30, times=5)
    with pytest.raises(Unreachable, match="no answer in time"):
        await made.installation(InstallationId(installation.id)).get(REPO)
    assert silence.hit == 1, "not repeated"
    await made.close()


async def test_a_suspended_installation_is_forbidden_and_comes_back(
    app_github: AppGitHub, api: Api, installation: Install
) -> None:
    await installation.suspend()
    with pytest.raises(Forbidden):
        await api.get(REPO)
    await installation.unsuspend()
    await api.get(REPO)
    await installation.uninstall()
    with pytest.raises(Forbidden, match="not installed"):
        await app_github.installation(InstallationId(installation.id + 1)).get(REPO)


async def test_missed_webhooks_come_again_once(
    app_github: AppGitHub, github: Sandbox, installation: Install, receiver: Receiver, repo: Repo
) -> None:
    await github.delivered()
    since = github.clock.now()
    receiver.answer = lambda _: 503
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    await repo.open_pull_request("feature/x", "dev")
    await github.delivered()
    lost = {received.guid for received in receiver.received if received.name == "pull_request.opened"}
    receiver.answer = lambda _: 202
    receiver.received.clear()
    assert await redeliver_missed(app_github.app(), since) > 1
    await github.delivered()
    assert lost == {received.guid for received in receiver.received if received.name == "pull_request.opened"}
    assert await redeliver_missed(app_github.app(), since) == 0
