"""Which delivery asks to look at what; and that no payload, however made, ends in anything but an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import HANDLED, Malformed, read
from bot.github.repository import InstallationId, Repository
from bot.jobs.target import (
    KINDS,
    HeadTarget,
    InstallationTarget,
    MergeGroupTarget,
    PullRequestTarget,
    PushTarget,
    RepositoryTarget,
    Target,
    WorkflowTarget,
    from_json,
    to_json,
)

OURS = 7
A, B, NONE = "a" * 40, "b" * 40, "0" * 40
REPOSITORY = Repository(InstallationId(3), 5, "acme/forecast")
HOME: dict[str, Any] = {"repository": {"id": 5, "full_name": "acme/forecast"}, "installation": {"id": 3}}
PULL_REQUEST = {**HOME, "pull_request": {"number": 12}}
GROUP = {"base_ref": "refs/heads/main", "base_sha": A, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1-x"}

CASES: dict[str, tuple[str, dict[str, Any], tuple[Target, ...]]] = {
    "a pull request is opened": (
        "pull_request",
        {**PULL_REQUEST, "action": "opened"},
        (PullRequestTarget(REPOSITORY, 12),),
    ),
    "a label is put on it": ("pull_request", {**PULL_REQUEST, "action": "labeled"}, ()),
    "somebody approves": (
        "pull_request_review",
        {**PULL_REQUEST, "action": "submitted"},
        (PullRequestTarget(REPOSITORY, 12),),
    ),
    "our check is to run again": (
        "check_run",
        {**HOME, "action": "rerequested", "check_run": {"app": {"id": OURS}, "head_sha": A, "pull_requests": []}},
        (HeadTarget(REPOSITORY, A),),
    ),
    "our check on a push is to run again": (
        "check_run",
        {
            **HOME,
            "action": "rerequested",
            "check_run": {"app": {"id": OURS}, "head_sha": A, "check_suite": {"head_branch": "main", "before": B}},
        },
        (HeadTarget(REPOSITORY, A, "main", B),),
    ),
    "all our checks on a new branch are to run again": (
        "check_suite",
        {
            **HOME,
            "action": "rerequested",
            "check_suite": {"app": {"id": OURS}, "head_sha": A, "head_branch": "dev", "before": "0" * 40},
        },
        (HeadTarget(REPOSITORY, A, "dev", None),),
    ),
    "another App's check is to run again": (
        "check_run",
        {**HOME, "action": "rerequested", "check_run": {"app": {"id": 8}, "head_sha": A}},
        (),
    ),
    "our own check was written": ("check_run", {**HOME, "action": "created", "check_run": {"app": {"id": OURS}}}, ()),
    "all our checks are to run again": (
        "check_suite",
        {**HOME, "action": "rerequested", "check_suite": {"app": {"id": OURS}, "head_sha": B}},
        (HeadTarget(REPOSITORY, B),),
    ),
    "another App's checks have ended": (
        "check_suite",
        {**HOME, "action": "completed", "check_suite": {"app": {"id": 8}, "head_sha": B}},
        (WorkflowTarget(REPOSITORY, B),),
    ),
    "our own checks have ended": (
        "check_suite",
        {**HOME, "action": "completed", "check_suite": {"app": {"id": OURS}, "head_sha": B}},
        (),
    ),
    "another App's checks are to run again": (
        "check_suite",
        {**HOME, "action": "rerequested", "check_suite": {"app": {"id": 8}, "head_sha": B}},
        (),
    ),
    "a workflow has ended": (
        "workflow_run",
        {**HOME, "action": "completed", "workflow_run": {"head_sha": A, "pull_requests": []}},
        (WorkflowTarget(REPOSITORY, A),),
    ),
    "a workflow waits for a runner": (
        "workflow_run",
        {**HOME, "action": "requested", "workflow_run": {"head_sha": A}},
        (WorkflowTarget(REPOSITORY, A),),
    ),
    "a workflow got its runner": ("workflow_run", {**HOME, "action": "in_progress", "workflow_run": {}}, ()),
    "the merge queue asks": (
        "merge_group",
        {**HOME, "action": "checks_requested", "merge_group": {**GROUP, "head_sha": B}},
        (MergeGroupTarget(REPOSITORY, "main", A, "gh-readonly-queue/main/pr-1-x", B),),
    ),
    "a branch moves": (
        "push",
        {**HOME, "ref": "refs/heads/main", "before": A, "after": B},
        (PushTarget(REPOSITORY, "refs/heads/main", A, B),),
    ),
    "a tag is created": (
        "push",
        {**HOME, "ref": "refs/tags/v1", "before": NONE, "after": B},
        (PushTarget(REPOSITORY, "refs/tags/v1", None, B),),
    ),
    "the repository is renamed": ("repository", {**HOME, "action": "renamed"}, (RepositoryTarget(REPOSITORY),)),
    "the App is installed": (
        "installation",
        {"action": "created", "installation": {"id": 3}},
        (InstallationTarget(Repository(InstallationId(3), 0, "")),),
    ),
    "the App gets another repository": (
        "installation_repositories",
        {"action": "added", "installation": {"id": 3}, "repositories_added": [HOME["repository"]]},
        (RepositoryTarget(REPOSITORY),),
    ),
    "an event that nobody asked for": ("star", {**HOME, "action": "created"}, ()),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_looked_at(name: str) -> None:
    event, payload, expected = CASES[name]
    assert read(event, payload, OURS) == expected


BROKEN = {
    "no number": ("pull_request", {**HOME, "action": "opened", "pull_request": {}}, "pull_request.number is missing"),
    "a number that is none": (
        "pull_request",
        {**HOME, "action": "opened", "pull_request": {"number": True}},
        "pull_request.number is not of type int",
    ),
    "a number beyond any database": (
        "pull_request",
        {**HOME, "action": "opened", "pull_request": {"number": 2**63}},
        "pull_request.number is no number that GitHub gives out",
    ),
    "half a character": (
        "push",
        {**HOME, "ref": "refs/heads/\ud800", "before": A, "after": B},
        "ref is not text",
    ),
    "a webhook of the repository": (
        "pull_request",
        {**PULL_REQUEST, "action": "opened", "installation": None},
        "Headgate needs the one of its GitHub App",
    ),
    "a name that leads elsewhere": (
        "pull_request",
        {**PULL_REQUEST, "action": "opened", "repository": {"id": 5, "full_name": "acme/../x y"}},
        "repository.full_name is not owner/name",
    ),
    "no commit": ("push", {**HOME, "ref": "refs/heads/x", "before": "HEAD", "after": B}, "before is not a commit id"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_payload_that_is_not_as_documented_is_refused_by_field(name: str) -> None:
    event, payload, message = BROKEN[name]
    with pytest.raises(Malformed, match=message):
        read(event, payload, OURS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
SPOTS = "action repository installation pull_request check_run check_suite merge_group ref before after id number app"
FIELDS = st.dictionaries(st.sampled_from([*SPOTS.split(), "repositories_added", "full_name", "head_sha"]), JSON)


@given(st.sampled_from(sorted(HANDLED)), FIELDS)
def test_any_payload_gets_an_answer(event: str, payload: dict[str, Any]) -> None:
    try:
        targets = read(event, payload, OURS)
    except Malformed:
        return
    assert all(type(target) in KINDS.values() for target in targets)


@pytest.mark.parametrize("name", [name for name, (_, _, targets) in CASES.items() if targets])
def test_a_target_survives_storage(name: str) -> None:
    for target in CASES[name][2]:
        assert from_json(to_json(target)) == target


def test_pushes_are_not_folded_into_one_another() -> None:
    """Each has commits of its own to judge; pull requests are looked at as they are, so theirs are."""
    first = PushTarget(REPOSITORY, "refs/heads/main", A, B)
    second = PushTarget(REPOSITORY, "refs/heads/main", B, A)
    assert first.key != second.key
    assert PullRequestTarget(REPOSITORY, 1).key == PullRequestTarget(REPOSITORY, 1).key
