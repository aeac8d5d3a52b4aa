"""Our one comment: never a second one, never somebody else's, never without need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.report.apply import Writer
from bot.report.comment import MARKER
from bot.state.store import SqlStore
from policies.verdict import Outcome
from tests.bot.report.conftest import ACME
from tests.bot.report.hub import APP, OTHER_APP, ROOT, Hub, Killed
from tests.bot.report.test_apply import opinion

pytestmark = pytest.mark.asyncio

LOOK, POST = (f"{method} {ROOT}/issues/12/comments" for method in ("GET", "POST"))
EDIT = f"PATCH {ROOT}/issues/comments"
MENDED = f"✓ Nothing blocks any more: `feature/x` may be merged into `dev`.\n\n{MARKER}"


def ours(hub: Hub) -> list[str]:
    """Return the comments of this App on the pull request."""
    return [each["body"] for each in hub.comments.values() if each["performed_via_github_app"] == {"id": APP}]


async def test_nothing_is_said_where_nothing_blocks(writer: Writer, hub: Hub) -> None:
    for outcome in (None, Outcome.PASS, Outcome.ERROR):
        await writer.comment(12, opinion(outcome))
    assert hub.calls == []


async def test_what_blocks_is_said_once_and_edited_when_mended(writer: Writer, hub: Hub) -> None:
    for outcome in (Outcome.FAIL, Outcome.FAIL, Outcome.PASS, Outcome.PASS, None):
        await writer.comment(12, opinion(outcome))
    assert hub.calls == [LOOK, POST, f"{EDIT}/1000"]
    assert ours(hub) == [MENDED]
    await writer.comment(12, opinion(Outcome.UNKNOWN))
    assert len(ours(hub)) == 1
    assert ours(hub)[0].startswith("SUMMARY")


async def test_a_comment_that_was_never_recorded_is_found(writer: Writer, hub: Hub) -> None:
    async def kill() -> None:
        raise Killed

    hub.after = kill
    with pytest.raises(Killed):
        await writer.comment(12, opinion(Outcome.FAIL))
    hub.after = Hub(set()).after
    for _ in range(2):
        await writer.comment(12, opinion(Outcome.FAIL))
    assert hub.calls == [LOOK, POST, LOOK], "it says already what it should say"
    await writer.comment(12, opinion(Outcome.PASS))
    assert ours(hub) == [MENDED]


async def test_a_comment_of_ours_is_found_among_hundreds(writer: Writer, store: SqlStore, hub: Hub) -> None:
    for number in range(250):
        hub.post_comment(12, f"{number}: what about the stores?", None)
    await writer.comment(12, opinion(Outcome.FAIL))
    await store.commented(ACME.id, 12, None)
    await writer.comment(12, replace(opinion(Outcome.FAIL), summary="SOMETHING ELSE"))
    assert [body.split("\n")[0] for body in ours(hub)] == ["SOMETHING ELSE"]


async def test_our_marker_in_somebody_elses_comment_is_left_alone(writer: Writer, hub: Hub) -> None:
    for app in (None, OTHER_APP):
        hub.post_comment(12, f"I say this\n\n{MARKER}", app)
    hub.post_comment(12, "A comment of ours that is another", APP)
    await writer.comment(12, opinion(Outcome.FAIL))
    bodies = [comment["body"] for comment in hub.comments.values()]
    assert bodies[:2] == [f"I say this\n\n{MARKER}"] * 2
    assert bodies[2] == "A comment of ours that is another"
    assert len(bodies) == 4


async def test_a_comment_that_somebody_deleted_comes_back_only_if_something_blocks(writer: Writer, hub: Hub) -> None:
    await writer.comment(12, opinion(Outcome.FAIL))
    hub.comments.clear()
    for _ in range(2):
        await writer.comment(12, opinion(Outcome.PASS))
    assert hub.writes == [POST, f"{EDIT}/1000"], "it is asked for once, and then forgotten"
    await writer.comment(12, opinion(Outcome.FAIL))
    hub.comments.clear()
    await writer.comment(12, replace(opinion(Outcome.FAIL), summary="SOMETHING ELSE"))
    assert [body.split("\n")[0] for body in ours(hub)] == ["SOMETHING ELSE"]


async def test_where_nobody_may_comment_the_check_has_to_do(writer: Writer, hub: Hub) -> None:
    hub.locked = True
    await writer.comment(12, opinion(Outcome.FAIL))
    hub.locked = False
    await writer.comment(12, opinion(Outcome.FAIL))
    assert len(ours(hub)) == 1


async def test_two_pull_requests_have_a_comment_each(writer: Writer, hub: Hub) -> None:
    for number in (12, 15):
        await writer.comment(number, opinion(Outcome.FAIL))
    assert [comment["issue"] for comment in hub.comments.values()] == [12, 15]
