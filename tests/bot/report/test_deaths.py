"""A process that dies when GitHub has taken a write and before it could remember that: nothing is doubled or left."""

from __future__ import annotations

import pytest

from bot.report.apply import Writer
from bot.report.check import check_run
from bot.report.opinion import CheckRun
from bot.state.store import SqlStore
from policies.verdict import Outcome
from tests.bot.report.conftest import ACME, Clock
from tests.bot.report.hub import APP, OTHER_APP, ROOT, Hub, Killed
from tests.bot.report.test_apply import CREATE, LOOK, RUN, lines, opinion, see
from tests.bot.report.worlds import HEAD

pytestmark = pytest.mark.asyncio


async def dies(hub: Hub, writer: Writer, at_write: int) -> None:
    """Kill the process when GitHub has taken its write number so and so."""

    async def kill() -> None:
        if len(hub.writes) == at_write:
            raise Killed

    hub.after = kill
    with pytest.raises(Killed):
        await writer.check(HEAD)
    hub.after = Hub(set()).after


async def test_a_first_run_that_was_never_recorded_is_found(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock
) -> None:
    await see(store, opinion(Outcome.FAIL, marks=3))
    await dies(hub, writer, 1)
    clock.advance(60)
    for _ in range(2):
        await writer.check(HEAD)
    assert hub.calls == [CREATE, LOOK], "it says already what it should say; that it stands is remembered"
    assert lines(hub.newest(HEAD)) == [1, 2, 3]


async def test_a_run_that_was_never_recorded_and_says_something_else_is_changed(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock
) -> None:
    await see(store, None)
    await dies(hub, writer, 1)
    clock.advance(60)
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    assert hub.calls == [CREATE, LOOK, f"{RUN}/1"]
    assert hub.newest(HEAD)["conclusion"] == "success"


async def test_a_check_of_our_name_by_another_app_is_not_ours(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock
) -> None:
    await hub.api(OTHER_APP).post(
        f"{ROOT}/check-runs",
        {"name": "headgate", "head_sha": HEAD, "status": "in_progress", "output": {"title": "x", "summary": "x"}},
    )
    await see(store, opinion(Outcome.PASS))
    assert await store.begin(ACME.id, HEAD, "headgate", 0)
    clock.advance(60)
    await writer.check(HEAD)
    assert hub.runs[1]["status"] == "in_progress"
    assert hub.runs[2]["app"] == {"id": APP}


@pytest.mark.parametrize("at_write", [1, 2, 3])
async def test_remarks_that_were_sent_in_part_are_all_there_in_the_end(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock, at_write: int
) -> None:
    await see(store, opinion(Outcome.FAIL, marks=120))
    await dies(hub, writer, at_write)
    clock.advance(60)
    await writer.check(HEAD)
    assert lines(hub.newest(HEAD)) == list(range(1, 121))
    assert {run["status"] for run in hub.runs.values()} == {"completed"}
    writes = len(hub.writes)
    await writer.check(HEAD)
    assert len(hub.writes) == writes


@pytest.mark.parametrize("at_write", [2, 3, 4])
async def test_remarks_that_were_added_in_part_are_there_once(
    writer: Writer, store: SqlStore, hub: Hub, at_write: int
) -> None:
    await see(store, None)
    await writer.check(HEAD)
    await see(store, opinion(Outcome.FAIL, marks=120))
    await dies(hub, writer, at_write)
    await writer.check(HEAD)
    assert lines(hub.newest(HEAD)) == list(range(1, 121))
    assert {run["status"] for run in hub.runs.values()} == {"completed"}


async def test_a_second_run_that_was_never_recorded_takes_the_place_of_the_first(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock
) -> None:
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD)
    await see(store, None)
    await dies(hub, writer, 2)
    clock.advance(60)
    await see(store, opinion(Outcome.FAIL))
    await writer.check(HEAD)
    assert hub.calls == [CREATE, CREATE, LOOK, f"{RUN}/2"]
    assert hub.newest(HEAD)["conclusion"] == "failure"


async def test_in_doubt_github_is_asked(writer: Writer, store: SqlStore, hub: Hub) -> None:
    """A worker was killed after its write, which another worker's record did not know of."""
    await see(store, opinion(Outcome.FAIL))
    await writer.check(HEAD)
    stale = check_run(HEAD, [opinion(Outcome.PASS)])
    await store_and_forget(writer, stale, hub)
    await writer.check(HEAD)
    assert hub.newest(HEAD)["conclusion"] == "success", "what is remembered is wrong"
    await writer.check(HEAD, doubt=True)
    assert hub.newest(HEAD)["conclusion"] == "failure"
    calls = len(hub.calls)
    await writer.check(HEAD, doubt=True)
    assert hub.calls[calls:] == [LOOK]


async def store_and_forget(writer: Writer, check: CheckRun, hub: Hub) -> None:
    """Write behind the back of the memory."""
    await writer._update(hub.newest(HEAD)["id"], check, [()])


async def test_older_runs_that_nobody_finished_are_ended(
    writer: Writer, store: SqlStore, hub: Hub, clock: Clock
) -> None:
    await see(store, None)
    await writer.check(HEAD)
    await store.unsay(ACME.id, HEAD)
    await writer.check(HEAD)
    assert {run["status"] for run in hub.runs.values()} == {"in_progress"}
    await see(store, opinion(Outcome.PASS))
    await writer.check(HEAD, doubt=True)
    assert [(run["status"], run["conclusion"]) for run in hub.runs.values()] == [
        ("completed", "failure"),
        ("completed", "success"),
    ]
    assert hub.runs[1]["output"]["title"] == "Superseded by a newer run of this check"
