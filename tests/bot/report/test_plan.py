"""What is written when: nothing where GitHub shows it already, and never a second run or comment without need."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.report import render
from bot.report.check import check_run
from bot.report.opinion import Annotation, CheckRun, StandingCheck, StandingComment
from bot.report.plan import (
    CreateCheck,
    CreateComment,
    UpdateCheck,
    UpdateComment,
    annotations_in,
    comment_digest,
    digest,
    plan_check,
    plan_comment,
    unknown_digest,
)
from bot.report.request import updated
from policies.phrase import say
from tests.bot.report import worlds
from tests.bot.report.worlds import HEAD, NOON

MARK, OTHER = (Annotation("a.py", line, "failure", "t", "m") for line in (1, 2))
LOOKING = CheckRun("headgate", HEAD, None, "Looking", "S", "")
PASSED = CheckRun("headgate", HEAD, "success", "May be merged", "S", "T")
FAILED = CheckRun("headgate", HEAD, "failure", "Blocked", "S", "T")
MARKED = replace(FAILED, annotations=(MARK,))


def standing(check: CheckRun) -> StandingCheck:
    return StandingCheck(5, digest(check), completed=check.conclusion is not None)


@pytest.mark.parametrize(
    ("before", "after", "kind", "annotations"),
    [
        (None, LOOKING, CreateCheck, None),
        (None, MARKED, CreateCheck, None),
        (LOOKING, LOOKING, None, None),
        (PASSED, PASSED, None, None),
        (MARKED, MARKED, None, None),
        (LOOKING, replace(LOOKING, title="Waiting"), UpdateCheck, ()),
        (LOOKING, PASSED, UpdateCheck, ()),
        (LOOKING, MARKED, UpdateCheck, (MARK,)),
        (PASSED, FAILED, UpdateCheck, ()),
        (FAILED, PASSED, UpdateCheck, ()),
        (FAILED, MARKED, UpdateCheck, (MARK,)),
        (MARKED, replace(MARKED, title="Blocked still"), UpdateCheck, ()),
        (PASSED, LOOKING, CreateCheck, None),
        (FAILED, LOOKING, CreateCheck, None),
        (MARKED, FAILED, CreateCheck, None),
        (MARKED, replace(MARKED, annotations=(MARK, OTHER)), CreateCheck, None),
    ],
)
def test_how_one_check_becomes_another(
    before: CheckRun | None, after: CheckRun, kind: type | None, annotations: tuple[Annotation, ...] | None
) -> None:
    write = plan_check(after, standing(before) if before else None)
    assert (type(write) if write else None) == kind
    if isinstance(write, UpdateCheck):
        assert (write.id, write.check, write.annotations) == (5, after, annotations)


@pytest.mark.parametrize("completed", [True, False])
def test_a_run_of_which_little_is_known_is_written_again(completed: bool) -> None:
    bare = StandingCheck(5, unknown_digest(0), completed)
    assert plan_check(MARKED, bare) == UpdateCheck(5, MARKED, (MARK,))
    marked = StandingCheck(5, unknown_digest(1), completed)
    assert plan_check(MARKED, marked) == (CreateCheck(MARKED) if completed else UpdateCheck(5, MARKED, ()))


def test_time_alone_is_no_reason_to_write() -> None:
    found = worlds.feature_into_main()
    later = worlds.at(NOON + timedelta(hours=3), found)
    first, second = (check_run(HEAD, [render.opinion(each)]) for each in (found, later))
    assert first.seen != second.seen, "the moment is shown"
    assert plan_check(second, standing(first)) is None


def test_what_was_seen_besides_is_no_reason_to_write() -> None:
    """Another commit on the base, for example: it would cost a write on every open pull request."""
    found = worlds.fine()
    first, second = (
        check_run(HEAD, [render.opinion(found, seen={"commits": say("{n} commits", n=count)})]) for count in (2, 3)
    )
    assert first != second
    assert plan_check(second, standing(first)) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(FAILED, name="OTHER"),
        replace(FAILED, conclusion="success"),
        replace(FAILED, title="OTHER"),
        replace(FAILED, summary="OTHER"),
        replace(FAILED, text="OTHER"),
        MARKED,
    ],
    ids=["name", "conclusion", "title", "summary", "text", "annotations"],
)
def test_everything_else_that_people_read_is(other: CheckRun) -> None:
    assert digest(other) != digest(FAILED)


@pytest.mark.parametrize(
    ("said", "count"),
    [(digest(FAILED), 0), (digest(MARKED), 1), (unknown_digest(3), 3), ("", None), ("somebody's", None)],
)
def test_a_digest_tells_how_many_remarks_there_should_be(said: str, count: int | None) -> None:
    assert annotations_in(said) == count


def test_a_digest_is_the_same_in_every_process() -> None:
    assert digest(FAILED) == "be383067b34d7a7ed47436c93b780ee6123cdc1e-0"


def test_what_is_written_tells_itself_what_it_is() -> None:
    assert updated(FAILED, (), NOON, last=True)["external_id"] == digest(FAILED)
    assert updated(FAILED, (), NOON, last=False)["external_id"] == ""


@pytest.mark.parametrize(
    ("body", "before", "write"),
    [
        (None, None, None),
        (None, StandingComment(8, "x"), None),
        ("BODY", None, CreateComment("BODY")),
        ("BODY", StandingComment(8, comment_digest("BODY")), None),
        ("BODY", StandingComment(8, comment_digest("OTHER")), UpdateComment(8, "BODY")),
    ],
)
def test_when_a_comment_is_written(
    body: str | None, before: StandingComment | None, write: CreateComment | UpdateComment | None
) -> None:
    assert plan_comment(body, before) == write
