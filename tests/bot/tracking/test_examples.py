"""Scores of single examples, where the answer is not as in a simple evaluation."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from bot.tracking.examples import Results, read_examples
from tests.bot.tracking.lab import Lab, Looking, group, subject

RUN = "a" * 32


def trace(inputs: str | None, **scores: Any) -> dict[str, Any]:
    metadata = {} if inputs is None else {"mlflow.traceInputs": inputs}
    return {
        "trace_metadata": metadata,
        "assessments": [assessment(name, {"value": value}) for name, value in scores.items()],
    }


def assessment(name: str, feedback: dict[str, Any] | None, run: str = RUN, **more: Any) -> dict[str, Any]:
    said = {"expectation": {"value": 1}} if feedback is None else {"feedback": feedback}
    return {"assessment_name": name, "metadata": {"mlflow.assessment.sourceRunId": run}, **said, **more}


def read(*traces: dict[str, Any], **more: Any) -> Results | None:
    return read_examples(json.dumps({"traces": traces, **more}).encode(), RUN)


def test_numbers_booleans_and_ratings_are_scores() -> None:
    found = read(trace("q", exact=True, length=0.25, polite="no", kind=" YES ", colour="blue", parts=[1], none=None))
    assert found is not None
    scores = {name: list(each.values()) for name, each in found.items()}
    assert scores == {"exact": [1.0], "length": [0.25], "polite": [0.0], "kind": [1.0]}


def test_inputs_that_cannot_be_told_apart_count_for_none() -> None:
    found = read(
        trace("same", exact=True), trace("same", exact=False), trace("other", exact=True), trace(None, exact=True)
    )
    assert found is not None
    assert list(found["exact"].values()) == [1.0]


def test_what_people_or_other_runs_said_is_left_out() -> None:
    asked = trace("q")
    asked["assessments"] = [
        assessment("exact", {"value": True}, run="b" * 32),
        {"assessment_name": "human", "feedback": {"value": True}},
        assessment("answer", None),
        assessment("old", {"value": True}, valid=False),
        assessment("broken", {"value": None, "error": {"error_code": "SCORER_ERROR"}}),
    ]
    found = read(asked)
    assert found is not None
    assert list(found) == ["broken"]
    assert all(map(math.isnan, found["broken"].values()))


def test_half_of_the_examples_are_none() -> None:
    assert read(trace("q", exact=True), next_page_token="more") is None  # noqa: S106  # no password
    assert read() == {}


ODD = b'{"traces": [{"trace_metadata": {"mlflow.traceInputs": "q"}, "assessments": 3}]}'


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"status": "ok"}', b'{"traces": [3]}', ODD])
def test_what_is_no_list_of_traces_is_refused(answer: bytes) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        read_examples(answer, RUN)


async def test_an_evaluation_without_traces(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    digest = '{"digest": "sha256:1", "hashed": 1, "total": 2}'
    tags = {
        "mlflow.runType": "genai_evaluate",
        "mlflow.genaiEvaluate.scorersDigest": digest,
        "mlflow.genaiEvaluate.agent.uri": "endpoints:/agent",
    }
    lab.run(experiment, head="head", tags=tags, metrics={"exact/mean": 0.5})
    (run,) = group((await looking.one(subject(), experiment)).candidate).runs
    assert run.evaluation is not None
    assert run.evaluation.scorers is None, "a digest of half of them is none"
    assert (run.evaluation.agent, run.evaluation.results) == ("endpoints:/agent", {})
    assert not any(name.startswith("mlflow.genai") for name in run.tags)


async def test_only_the_newest_evaluation_of_a_commit_is_asked_for_its_examples(open_lab: Lab) -> None:
    experiment = open_lab.experiment()
    tags = {"mlflow.runType": "genai_evaluate"}
    for _ in range(3):
        open_lab.run(experiment, head="head", tags=tags)
    looking = Looking(open_lab.server)
    assert len(group((await looking.one(subject(), experiment)).candidate).runs) == 3
    assert looking.counted.words.count("traces/search") == 1
