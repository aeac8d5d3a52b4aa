"""Which commit a training is for, and the tags that say so."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from actions.toolkit import InputError
from actions.train import session
from actions.train.session import LONGEST_VALUE, begin, head_of, pull_of, run_context

HEAD, OTHER, MERGE = "a" * 40, "b" * 40, "c" * 40
TAGS = {"github.head_sha": HEAD, "headgate.session": "1"}

EVENTS: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "pull_request": ({"pull_request": {"number": 7, "head": {"sha": HEAD}}, "number": 7}, HEAD, 7),
    "merge_group": ({"merge_group": {"head_sha": HEAD, "base_sha": OTHER}}, HEAD, None),
    "workflow_run": ({"workflow_run": {"head_sha": HEAD, "pull_requests": [{"number": 7}]}}, HEAD, 7),
    "workflow_run of two": ({"workflow_run": {"head_sha": HEAD, "pull_requests": [{"number": 7}, {}]}}, HEAD, None),
    "workflow_run of a fork": ({"workflow_run": {"head_sha": HEAD, "pull_requests": []}}, HEAD, None),
    "push": ({"after": OTHER, "head_commit": {"id": OTHER}}, MERGE, None),
    "schedule": ({}, MERGE, None),
    "strange": ({"pull_request": [HEAD], "merge_group": HEAD, "workflow_run": None}, MERGE, None),
}


@pytest.mark.parametrize(("event", "head", "pull"), EVENTS.values(), ids=EVENTS)
def test_head_and_pull_request(event: dict[str, Any], head: str, pull: int | None) -> None:
    assert (head_of(event, MERGE), pull_of(event)) == (head, pull)


@pytest.mark.parametrize("sha", ["", "main", HEAD[:39], HEAD.upper(), f"{HEAD}\n", "'; DROP TABLE tags"])
def test_what_is_no_commit_is_refused(sha: str) -> None:
    with pytest.raises(InputError, match="does not say which commit"):
        head_of({}, sha)
    with pytest.raises(InputError, match="does not say which commit"):
        head_of({"pull_request": {"head": {"sha": sha or "x"}}}, MERGE)


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The environment of a step for a pull request; returns the file of its event."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps(EVENTS["pull_request"][0]))
    for name, value in {
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": MERGE,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/forecast",
        "GITHUB_RUN_ID": "41",
        "GITHUB_RUN_ATTEMPT": "2",
    }.items():
        monkeypatch.setenv(name, value)
    return event


def test_all_tags(step: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    for command in (
        ["init", "-q", str(repository)],
        ["-C", str(repository), "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *command], check=True)
    checkout = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()
    first, second = begin(repository), begin(repository)
    assert first.tags == {
        "github.head_sha": HEAD,
        "github.checkout_sha": checkout,
        "github.pr": "7",
        "github.run_url": "https://github.com/acme/forecast/actions/runs/41/attempts/2",
        "headgate.session": first.id,
    }
    assert first.id != second.id
    assert first.merge == MERGE


def test_without_a_repository_or_a_pull_request(step: Path, tmp_path: Path) -> None:
    step.write_text("{}")
    found = begin(tmp_path)
    assert set(found.tags) == {"github.head_sha", "github.run_url", "headgate.session"}
    assert (found.head, found.merge) == (MERGE, None)


def test_an_event_that_cannot_be_read(step: Path, tmp_path: Path) -> None:
    step.write_text("{")
    with pytest.raises(InputError, match="the file of the event cannot be read"):
        begin(tmp_path)


def test_outside_of_a_workflow(step: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_RUN_ID")
    with pytest.raises(InputError, match="GITHUB_RUN_ID is not set"):
        begin(tmp_path)


def test_a_context_that_is_there_is_kept_but_for_our_tags() -> None:
    context, complaints = run_context('{"team": "demand", "n": 3, "deep": {"a": [1]}, "github.head_sha": "x"}', TAGS)
    assert json.loads(context) == {"team": "demand", "n": "3", "deep": '{"a": [1]}', **TAGS}
    assert complaints == []


@pytest.mark.parametrize("existing", ["{", "[1]", "3", '"text"', "null", "[" * 100_000, "{'team': 1}"])
def test_a_context_that_is_no_object_is_left_out(existing: str) -> None:
    context, complaints = run_context(existing, TAGS)
    assert json.loads(context) == TAGS
    assert complaints == ["It is left out: it is not a JSON object."]


@pytest.mark.parametrize("existing", ["", "  \n"])
def test_no_context(existing: str) -> None:
    assert run_context(existing, TAGS) == (json.dumps(TAGS), [])


@pytest.mark.parametrize("key", ["", "a" * 251, "a;b", "a\nb", "../a", "/a", "a//b", ".", "a/../b", "%0A::error::"])
def test_a_key_that_mlflow_refuses_is_left_out(key: str) -> None:
    """It would keep every run from being created."""
    context, complaints = run_context(json.dumps({key: "x", "team": "demand"}), TAGS)
    assert json.loads(context) == {"team": "demand", **TAGS}
    assert len(complaints) == 1
    assert "MLflow takes no tag of that name" in complaints[0]
    assert "\n" not in complaints[0]


def test_a_long_value_is_cut() -> None:
    context, complaints = run_context(json.dumps({"a" * 250: "é" * (LONGEST_VALUE + 1)}), TAGS)
    assert json.loads(context) == {"a" * 250: "é" * LONGEST_VALUE, **TAGS}
    assert len(complaints) == 1


def test_a_context_that_no_program_could_be_started_with() -> None:
    context, complaints = run_context(json.dumps({f"k{n}": "é" * 1_000 for n in range(20)}), TAGS)
    assert json.loads(context) == TAGS
    assert complaints == ["It is left out: no program could be started with all of it."]
    subprocess.run(["true"], check=True, env={"MLFLOW_RUN_CONTEXT": "x" * session.LARGEST_CONTEXT})
