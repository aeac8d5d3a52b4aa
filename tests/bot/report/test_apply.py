"""What stands on GitHub in the end, and with how many requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.github.errors import Refused
from bot.report.apply import Writer
from bot.report.check import check_run
from bot.report.opinion import Annotation, Opinion, StandingCheck
from bot.state.port import Seen
from bot.state.store import SqlStore
from policies.verdict import Outcome
from tests.bot.report.conftest import ACME, Clock
from tests.bot.report.hub import APP, ROOT, Hub
from tests.bot.report.worlds import HEAD, MAIN

pytestmark = pytest.mark.asyncio

CREATE, RUN = f"POST {ROOT}/check-runs", f"PATCH {ROOT}/check-runs"
LOOK = f"GET {ROOT}/commits/{HEAD}/check-runs"


def opinion(outcome: Outcome | None, number: int = 12, marks: int = 0) -> Opinion:
    annotations = tuple(Annotation("a.py", line, "failure", "t", f"m {number}") for line in range(1, marks + 1))
    return Opinion(
        number, "feature/x", "dev", outcome, f"HEADLINE {number}", "SUMMARY", "DETAILS", annotations, seen="SEEN"
    )


async def see(store: SqlStore, told: Opinion | None, number: int = 12) -> None:
    await store.see(ACME.id, Seen(number, HEAD, "feature/x", "dev", fork=False, opinion=told, judged_at=None))


async def test_an_open_pull_request_gets_its_check(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await see(store, None)
    await writer.check(HEAD)
    assert (hub.newest(HEAD)["status"], hub.newest(HEAD)["conclusion"]) == ("in_progress", None)
    assert hub.newest(HEAD)["output"]["title"] == "Looking at the pull request"
    await see(store, opinion(Outcome.FAIL))
    await writer.check(HEAD)
    assert hub.calls == [CREATE, f"{RUN}/1"]
    assert (hub.newest(HEAD)["status"], hub.newest(HEAD)["conclusion"]) == ("completed", "failure")
    output = hub.newest(HEAD)["output"]
    assert (output["title"], output["summary"], output["text"]) == ("HEADLINE 12", "SUMMARY", "DETAILS\n\nSEEN")


async def test_what_stands_already_is_not_written_again(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    await see(store, replace(opinion(Outcome.PASS), seen="SEEN LATER"))
    await writer.check(HEAD)
    assert hub.calls == [CREATE]


async def test_a_completed_check_that_is_looked_at_again_gets_a_new_run(
    writer: Writer, store: SqlStore, hub: Hub
) -> None:
    for told in (opinion(Outcome.PASS), None, opinion(Outcome.FAIL)):
        await see(store, told)
        await writer.check(HEAD)
    assert hub.calls == [CREATE, CREATE, f"{RUN}/2"]
    assert hub.newest(HEAD)["conclusion"] == "failure"


async def test_the_worst_of_two_pull_requests_is_written_on_their_commit(
    writer: Writer, store: SqlStore, hub: Hub
) -> None:
    await see(store, opinion(Outcome.PASS, 12), 12)
    await see(store, opinion(Outcome.FAIL, 15), 15)
    await writer.check(HEAD)
    assert hub.newest(HEAD)["conclusion"] == "failure"
    assert hub.newest(HEAD)["output"]["title"] == "Pull request #15, one of 2: HEADLINE 15"
    await store.closed(ACME.id, 15)
    await writer.check(HEAD)
    assert hub.newest(HEAD)["conclusion"] == "success"


async def test_a_check_does_not_stay_in_progress_for_nobody(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await writer.check(HEAD)
    assert hub.calls == [], "nobody has this commit"
    await see(store, None)
    await writer.check(HEAD)
    await store.closed(ACME.id, 12)
    for _ in range(2):
        await writer.check(HEAD)
    assert hub.calls == [CREATE, f"{RUN}/1"]
    assert (hub.newest(HEAD)["status"], hub.newest(HEAD)["conclusion"]) == ("completed", "failure")


async def test_a_commit_that_github_does_not_know_is_for_the_job(store: SqlStore, hub: Hub, clock: Clock) -> None:
    writer = Writer(Hub(set()).api(), ACME, store, APP, clock)
    await see(store, opinion(Outcome.PASS))
    with pytest.raises(Refused):
        await writer.check(HEAD)
    clock.advance(60)
    await Writer(hub.api(), ACME, store, APP, clock).check(HEAD)
    assert hub.newest(HEAD)["conclusion"] == "success"


async def test_a_run_that_is_gone_is_begun_again(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await store.stands(ACME.id, HEAD, "headgate", StandingCheck(99, "-0", completed=True), 0)
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    assert hub.calls == [f"{RUN}/99", CREATE]
    assert hub.newest(HEAD)["conclusion"] == "success"


async def test_another_check_on_the_same_commit_stands_beside_it(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    await writer.post(check_run(HEAD, [opinion(Outcome.FAIL)], "headgate push"))
    assert hub.newest(HEAD)["conclusion"] == "success"
    assert hub.newest(HEAD, "headgate push")["conclusion"] == "failure"


async def test_a_check_on_another_commit_is_another_check(writer: Writer, hub: Hub) -> None:
    hub.commits.add(MAIN)
    for sha in (HEAD, MAIN):
        await writer.post(check_run(sha, [opinion(Outcome.PASS)]))
    assert {run["head_sha"] for run in hub.runs.values()} == {HEAD, MAIN}


async def test_what_is_to_be_said_anew_is(writer: Writer, store: SqlStore, hub: Hub) -> None:
    """Somebody pressed Re-run."""
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    await store.unsay(ACME.id, HEAD)
    await writer.check(HEAD)
    assert hub.calls == [CREATE, CREATE]


# --- annotations ---


def lines(run: dict[str, list[dict[str, int]]]) -> list[int]:
    return [mark["start_line"] for mark in run["annotations"]]


@pytest.mark.parametrize(("marks", "requests"), [(50, 1), (51, 2), (120, 3)])
async def test_remarks_go_out_fifty_a_request(
    writer: Writer, store: SqlStore, hub: Hub, marks: int, requests: int
) -> None:
    told = []

    async def note() -> None:
        told.append((hub.calls[-1].split()[0], hub.newest(HEAD)["status"], len(hub.newest(HEAD)["annotations"])))

    hub.after = note
    await see(store, opinion(Outcome.FAIL, marks=marks))
    await writer.check(HEAD)
    assert lines(hub.newest(HEAD)) == list(range(1, marks + 1))
    assert [status for _, status, _ in told] == ["in_progress"] * (requests - 1) + ["completed"]
    assert [method for method, _, _ in told] == ["POST", *["PATCH"] * (requests - 1)]


async def test_remarks_are_not_sent_again(writer: Writer, store: SqlStore, hub: Hub) -> None:
    await see(store, opinion(Outcome.FAIL, marks=3))
    await writer.check(HEAD)
    await see(store, replace(opinion(Outcome.FAIL, marks=3), summary="OTHER"))
    await writer.check(HEAD)
    assert hub.calls == [CREATE, f"{RUN}/1"]
    assert lines(hub.newest(HEAD)) == [1, 2, 3]


async def test_remarks_that_are_mended_do_not_stay(writer: Writer, store: SqlStore, hub: Hub) -> None:
    """GitHub cannot take a remark away; a new run begins without it."""
    for marks in (3, 2, 0):
        await see(store, opinion(Outcome.FAIL, marks=marks))
        await writer.check(HEAD)
        assert lines(hub.newest(HEAD)) == list(range(1, marks + 1))
