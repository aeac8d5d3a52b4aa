"""What was looked at is told for every fact, in one line."""

from __future__ import annotations

from dataclasses import fields

import pytest

from policies.facts import (
    Absent,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    Facts,
    Merge,
    Mergeability,
    MergedPullRequest,
    PullRequest,
    Push,
    PushedCommit,
    Release,
    Review,
    Sha,
    Tag,
    Unavailable,
)
from policies.phrase import say
from policies.words.seen import seen
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub
from tests.policies.metrics import build

ONE = Sha("1" * 40)
COMMIT = Commit(ONE, "a `subject` <b>")

TOLD: list[tuple[str, object, str]] = [
    ("pull_request", PullRequest("hotfix/x", "main", ONE, None), "`hotfix/x` at `1111111111` into `main`"),
    (
        "push",
        Push("dev", (PushedCommit(COMMIT), PushedCommit(COMMIT, MergedPullRequest(1, "x", "merge")))),
        "2 new commits on the first-parent line of `dev`, 1 by pull requests",
    ),
    ("branches", Branches({"main": ONE}), "1 branch"),
    ("branches", Branches({"main": ONE, "dev": ONE}, Unavailable(say("x"))), "2 branches, perhaps not all"),
    ("commits", (), "0 commits of the head that the base lacks"),
    ("commits", (COMMIT,), "1 commit of the head that the base lacks"),
    ("elsewhere", (), "none of the commits is on another branch"),
    (
        "elsewhere",
        (Elsewhere("dev", frozenset({ONE})), Elsewhere("feature/x", frozenset({ONE}))),
        "1 on `dev`; 1 on `feature/x`",
    ),
    (
        "elsewhere",
        tuple(Elsewhere(f"b{n}", frozenset({ONE})) for n in range(7)),
        "1 on `b0`; 1 on `b1`; 1 on `b2`; 1 on `b3`; 1 on `b4` and 2 more",
    ),
    ("drift", (), "nothing to compare with production"),
    (
        "drift",
        (Drift("main", "dev"), Drift("main", "release/1", (COMMIT,), total=300)),
        "`dev` lacks nothing of `main`; `release/1` lacks 300 commits of `main`",
    ),
    ("releases", (), "none"),
    ("releases", (Release("release/1", ONE),), "`release/1`"),
    ("tags", (Tag("v1"), Tag("v2", on_base=True)), "2 tags, of those in the base `v2`"),
    ("tags", (), "0 tags"),
    ("merge", Merge(Mergeability.CLEAN), "no conflict"),
    ("merge", Merge(Mergeability.DIRTY), "conflicts"),
    ("reviews", (Review("a", "approved"), Review("b", "commented")), "2 reviewers, 1 approved"),
    ("reviews", (Review("a", "approved"),), "1 reviewer, 1 approved"),
    ("paths", frozenset({"a"}), "1 changed file"),
    ("paths", Unavailable(say("The clone is shallow.")), "The clone is shallow."),
    ("metrics", (), "no model"),
    (
        "metrics",
        (build.found(build.seeds((1.0, 2.0))), build.found(build.BLIND, build.seeds((1.0,)), model="churn")),
        ("`sales`: 2 runs; baseline `dev`: no run was found; `churn`: not to be seen"),
    ),
    ("reviews", Absent(say("there is no pull request yet")), "there is no pull request yet"),
]


@pytest.mark.parametrize(("name", "fact", "text"), TOLD)
def test_a_fact_is_told_in_one_line(name: str, fact: object, text: str) -> None:
    assert seen(name, fact).plain() == text


def test_there_are_words_for_every_fact() -> None:
    assert {name for name, _, _ in TOLD} == {field.name for field in fields(Facts)} - {"as_of"}


@pytest.mark.asyncio
async def test_what_was_gathered_can_be_told(desk: Desk, hub: Hub) -> None:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend <b>rounding</b>", {"model.py": "rmse = 2\n"})
    facts = await hub.facts("hotfix/1.0.1", "main")
    told = {field.name: seen(field.name, getattr(facts, field.name)).plain() for field in fields(Facts)[1:]}
    assert told["commits"] == "3 commits of the head that the base lacks"
    assert told["elsewhere"] == "2 on `dev`"
    assert told["tags"] == "1 tag, of those in the base `v1.0.0`"
    assert told["drift"] == "`dev` lacks nothing of `main`"
    assert told["push"] == "nothing was pushed"
