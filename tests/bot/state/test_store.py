"""What the memory keeps, and what it lets go."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import StatementError

from bot.github.repository import InstallationId, Repository
from bot.report.opinion import Annotation, Opinion, StandingCheck, StandingComment
from bot.state.address import Address
from bot.state.kept import CHECKS_KEPT, MOST_ANSWERS, TOUCH, UNUSED
from bot.state.port import Known, Seen, Store, UnknownRepository
from bot.state.store import SqlStore
from policies.facts import Sha
from policies.verdict import Outcome
from tests.bot.state.conftest import ACME, Clock

pytestmark = pytest.mark.asyncio

ONE, TWO = Sha("1" * 40), Sha("2" * 64)
HOSTILE = ["'; DROP TABLE checks; --", "<script>", "naïve/分支/🚀", "%s %(x)s :x ?", "x" * 250, "a\\b", 'q"uote']
STOLEN = [*HOSTILE, "nul \x00", "half a pair \ud800", "\x1b[31m", "\u202eright to left"]


def seen(number: int = 1, **changes: Any) -> Seen:
    return replace(Seen(number, ONE, "feature/x", "dev", fork=False, opinion=None, judged_at=None), **changes)


def opinion(text: str = "", outcome: Outcome | None = Outcome.FAIL) -> Opinion:
    annotations = (Annotation("model.py", 3, "failure", text, text), Annotation("a b.py", 1, "notice", "", ""))
    return Opinion(1, text, "dev", outcome, text, text, text, annotations)


# --- repositories ---


async def test_a_repository_is_known_under_its_present_name(store: SqlStore) -> None:
    other = Repository(InstallationId(2**40), 2**40, "acme/other")
    await store.meet(other)
    renamed = Repository(InstallationId(8), ACME.id, "acme/renamed")
    await store.meet(renamed)
    assert await store.repositories() == [Known(renamed, None), Known(other, None)]


async def test_a_sweep_is_remembered_and_meeting_again_does_not_undo_it(store: SqlStore, clock: Clock) -> None:
    await store.swept(ACME.id)
    await store.meet(replace(ACME, full_name="acme/renamed"))
    (known,) = await store.repositories()
    assert known == Known(replace(ACME, full_name="acme/renamed"), clock.time)


async def test_a_forgotten_repository_leaves_nothing_behind_and_the_others_alone(store: SqlStore) -> None:
    neighbour = replace(ACME, id=43, full_name="acme/neighbour")
    await store.meet(neighbour)
    for repository in (ACME, neighbour):
        await store.see(repository.id, seen())
        await store.stands(repository.id, ONE, "headgate", StandingCheck(1, "d", completed=True), 0)
        await store.commented(repository.id, 1, StandingComment(5, "d"))
        await store.keep(repository.id, {"k": 1})
    await store.forget(ACME.id)
    await store.meet(ACME)
    assert await store.seen(ACME.id, 1) is None
    assert await store.standing(ACME.id, ONE, "headgate") == (None, 0)
    assert await store.comment(ACME.id, 1) is None
    assert await store.recall(ACME.id, ["k"]) == {}
    assert await store.seen(neighbour.id, 1) == seen()
    assert (await store.standing(neighbour.id, ONE, "headgate"))[1] == 1
    assert await store.comment(neighbour.id, 1) == StandingComment(5, "d")
    assert await store.recall(neighbour.id, ["k"]) == {"k": 1}


async def test_nothing_is_remembered_of_a_repository_that_was_not_met(store: SqlStore) -> None:
    with pytest.raises(UnknownRepository, match="was not met before, or has been forgotten"):
        await store.see(1, seen())
    with pytest.raises(UnknownRepository):
        await store.begin(1, ONE, "headgate", 0)
    with pytest.raises(UnknownRepository):
        await store.keep(1, {"k": 1})
    with pytest.raises(UnknownRepository):
        await store.commented(1, 1, StandingComment(5, "d"))
    assert await store.recall(1, ["k"]) == {}, "what could not be kept is not answered from memory either"
    await store.forget(1)


# --- open pull requests ---


async def test_a_pull_request_comes_back_as_it_was_seen(store: SqlStore) -> None:
    moment = datetime(2024, 5, 1, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    first = seen(head_sha=TWO, fork=True, opinion=opinion("x"), judged_at=moment)
    await store.see(ACME.id, first)
    found = await store.seen(ACME.id, 1)
    assert found == first
    assert found is not None
    assert found.judged_at is not None
    assert found.judged_at.tzinfo is UTC


async def test_seeing_again_replaces_everything(store: SqlStore, clock: Clock) -> None:
    await store.see(ACME.id, seen(opinion=opinion(), judged_at=clock.time))
    again = seen(head_sha=TWO, head="y", base="main", fork=True)
    await store.see(ACME.id, again)
    assert await store.seen(ACME.id, 1) == again


@pytest.mark.parametrize("outcome", [None, *Outcome])
async def test_an_opinion_keeps_its_outcome(store: SqlStore, outcome: Outcome | None) -> None:
    await store.see(ACME.id, seen(opinion=opinion("x", outcome)))
    assert await store.seen(ACME.id, 1) == seen(opinion=opinion("x", outcome))


@pytest.mark.parametrize("text", STOLEN)
async def test_foreign_text_in_an_opinion_or_an_answer_is_inert(store: SqlStore, other: SqlStore, text: str) -> None:
    await store.see(ACME.id, seen(opinion=opinion(text)))
    await store.keep(ACME.id, {"k": {text: [text]}})
    assert await other.seen(ACME.id, 1) == seen(opinion=opinion(text))
    assert await other.recall(ACME.id, ["k"]) == {"k": {text: [text]}}


@pytest.mark.parametrize("text", HOSTILE)
async def test_foreign_names_are_inert(store: SqlStore, other: SqlStore, text: str) -> None:
    await store.meet(replace(ACME, full_name=text))
    await store.see(ACME.id, seen(head=text, base=text))
    await store.keep(ACME.id, {text: 1})
    assert await store.repositories() == [Known(replace(ACME, full_name=text), None)]
    assert await store.open(ACME.id) == [seen(head=text, base=text)]
    assert await other.recall(ACME.id, [text]) == {text: 1}


async def test_open_pull_requests_are_listed_by_number(store: SqlStore) -> None:
    for number, sha in ((12, ONE), (2, TWO), (7, ONE)):
        await store.see(ACME.id, seen(number, head_sha=sha))
    await store.meet(replace(ACME, id=43))
    await store.see(43, seen(99))
    assert [each.number for each in await store.open(ACME.id)] == [2, 7, 12]
    assert [each.number for each in await store.open_at(ACME.id, ONE)] == [7, 12]
    await store.closed(ACME.id, 7)
    assert [each.number for each in await store.open_at(ACME.id, ONE)] == [12]
    assert await store.seen(ACME.id, 7) is None
    await store.closed(ACME.id, 7)


async def test_a_moment_needs_its_time_zone(store: SqlStore) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        await store.see(ACME.id, seen(judged_at=datetime(2024, 5, 1)))  # noqa: DTZ001 -- that is the point


# --- comments ---


async def test_a_comment_is_remembered_until_it_is_gone(store: SqlStore) -> None:
    assert await store.comment(ACME.id, 1) is None
    await store.commented(ACME.id, 1, StandingComment(2**40, "first"))
    await store.commented(ACME.id, 1, StandingComment(2**40, "second"))
    await store.closed(ACME.id, 1)
    assert await store.comment(ACME.id, 1) == StandingComment(2**40, "second")
    await store.commented(ACME.id, 1, None)
    assert await store.comment(ACME.id, 1) is None


# --- answers ---


async def test_answers_are_recalled_by_key(store: SqlStore, other: SqlStore) -> None:
    answers = {"a": None, "b": [1, 2.5, "x"], "c": {"d": {"e": True}}, "f": 0}
    await store.keep(ACME.id, answers)
    for memory in (store, other):
        assert await memory.recall(ACME.id, ["a", "b", "c", "f", "z", "b"]) == answers
        assert await memory.recall(ACME.id, []) == {}
    assert await other.recall(43, ["a"]) == {}


async def test_an_answer_never_changes(store: SqlStore, other: SqlStore) -> None:
    await store.keep(ACME.id, {"a": [1]})
    await store.keep(ACME.id, {"a": [2], "b": 3})
    assert await other.recall(ACME.id, ["a", "b"]) == {"a": [1], "b": 3}


async def test_a_caller_may_change_what_it_was_given(store: SqlStore) -> None:
    await store.keep(ACME.id, {"a": [1]})
    (await store.recall(ACME.id, ["a"]))["a"].append(2)
    assert await store.recall(ACME.id, ["a"]) == {"a": [1]}


async def test_an_answer_that_is_used_stays_and_one_that_is_not_goes(
    store: SqlStore, other: SqlStore, clock: Clock
) -> None:
    await store.keep(ACME.id, {"used": 1, "unused": 2})
    clock.advance(UNUSED - TOUCH)
    await store.swept(ACME.id)
    assert await store.recall(ACME.id, ["used"]) == {"used": 1}, "asked of the database, though it is in memory"
    clock.advance(TOUCH + timedelta(seconds=1))
    await store.swept(ACME.id)
    assert await other.recall(ACME.id, ["used", "unused"]) == {"used": 1}


async def test_of_too_many_answers_the_last_used_ones_stay(store: SqlStore, other: SqlStore, clock: Clock) -> None:
    await store.meet(replace(ACME, id=43))
    await store.keep(43, {"first": 0})
    await store.keep(ACME.id, {"first": 0, "second": 0})
    clock.advance(timedelta(seconds=1))
    await store.keep(ACME.id, {f"k{number}": number for number in range(MOST_ANSWERS - 1)})
    await store.swept(ACME.id)
    rest = await other.recall(ACME.id, ["first", "second", *(f"k{number}" for number in range(MOST_ANSWERS - 1))])
    assert len(rest) == MOST_ANSWERS
    assert "second" not in rest
    assert await other.recall(43, ["first"]) == {"first": 0}


# --- checks that nobody asks for any more ---


async def test_an_old_check_is_forgotten_unless_its_commit_is_still_the_head(store: SqlStore, clock: Clock) -> None:
    await store.see(ACME.id, seen(head_sha=ONE))
    for sha in (ONE, TWO):
        await store.stands(ACME.id, sha, "headgate", StandingCheck(1, "d", completed=True), 0)
    clock.advance(CHECKS_KEPT)
    await store.swept(ACME.id)
    assert (await store.standing(ACME.id, TWO, "headgate"))[1] == 1
    clock.advance(timedelta(seconds=1))
    await store.swept(ACME.id)
    assert (await store.standing(ACME.id, ONE, "headgate"))[1] == 1
    assert await store.standing(ACME.id, TWO, "headgate") == (None, 0)


# --- the database in trouble ---


async def test_a_writer_waits_for_another_one(store: SqlStore, address: Address) -> None:
    """The queue writes to the same file; PostgreSQL locks the row."""
    connection: Any
    if address.path is not None:
        connection = sqlite3.connect(address.path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
    else:
        connection = psycopg.connect(address.conninfo)
        connection.execute("SELECT 1 FROM repositories FOR UPDATE")
    writing = asyncio.create_task(store.meet(replace(ACME, full_name="acme/renamed")))
    done, _ = await asyncio.wait({writing}, timeout=0.2)
    assert not done
    connection.rollback()
    connection.close()
    await writing
    assert [known.repository.full_name for known in await store.repositories()] == ["acme/renamed"]


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_connections_that_were_cut_are_made_anew(store: SqlStore, address: Address) -> None:
    with psycopg.connect(address.conninfo, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'headgate' AND datname = current_database()"
        ).fetchall()
    assert cut
    assert len(await store.repositories()) == 1


async def test_it_is_a_store(store: SqlStore) -> None:
    as_port: Store = store  # mypy holds the signatures against the port
    assert await as_port.seen(ACME.id, 1) is None
