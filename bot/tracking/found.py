"""What MLflow's answers hold, as far as it is read: MLflow's own protocol buffers check the form.

https://mlflow.org/docs/latest/api_reference/rest-api.html
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from policies.facts import Sha
from policies.metrics.runs import Dataset, Evaluation, Point, PrimaryMetric, Run

HEAD_TAG = "github.head_sha"
"""Set by our own Action, or by the team: the head of the pull request."""

COMMIT_TAG = "mlflow.source.git.commit"
"""Set by MLflow: what was checked out, which by default is the trial merge of a pull request."""

PARENT_TAG = "mlflow.parentRunId"
"""Set by MLflow: the run that this one is nested in."""

_LOGGED = "mlflow.log-model.history"
"""Set by MLflow 2: which folders of a run's artifacts are models."""

_RUN_TYPE = "mlflow.runType"
_SCORERS = "mlflow.genaiEvaluate.scorersDigest"
_AGENT = ("mlflow.genaiEvaluate.agent.digest", "mlflow.genaiEvaluate.agent.uri")
_ELSEWHERE = frozenset({HEAD_TAG, COMMIT_TAG, PARENT_TAG, _LOGGED, _RUN_TYPE, _SCORERS, *_AGENT, "mlflow.runName"})
"""Tags that have a field of their own."""

_CONTEXT = "mlflow.data.context"
_PRIMARY = "mlflow.experiment.primaryMetric.name"
_GREATER = "mlflow.experiment.primaryMetric.greaterIsBetter"


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment that we may read."""

    id: str
    name: str
    active: bool = True
    primary: PrimaryMetric | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A model that a run logged at a step."""

    model: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A run, with what is needed to find more about it. ``steps`` are those of the latest values of its metrics.

    ``folders`` are those of its artifacts in which MLflow 2 has logged models, the last one last. ``deleted``: MLflow
    still shows it to those who know its id.
    """

    run: Run
    experiment_id: str
    head: Sha | None = None
    commit: Sha | None = None
    outputs: tuple[Output, ...] = ()
    folders: tuple[str, ...] = ()
    steps: Mapping[str, int] = field(default_factory=dict)
    deleted: bool = False

    @property
    def about(self) -> Sha | None:
        """The commit whose code ran: the head, where the run names it, whatever was checked out to get it."""
        return self.head or self.commit

    def names(self, tag: str) -> Sha | None:
        """Return the commit that the run is about, if this tag names it."""
        named = self.head if tag == HEAD_TAG else self.commit
        return named if named == self.about else None

    @property
    def logs_models(self) -> bool:
        return bool(self.outputs or self.folders)


@dataclass(frozen=True, slots=True)
class Page:
    """Runs, newest first. ``more`` is the token of the next page; None at the end. ``few``: more were too much."""

    runs: tuple[Found, ...]
    more: str | None = None
    few: bool = False


Message = TypeVar("Message")


def parsed(answer: bytes, message: Message) -> Message:
    """Read JSON into one of MLflow's messages. Raises ValueError, also for an object about something else.

    An empty answer is one without runs. So a stranger's ``{"status": "ok"}`` must not be taken for it.
    """
    from google.protobuf import json_format  # type: ignore[import-untyped]  # noqa: PLC0415  # it ships no types
    from mlflow.utils.proto_json_utils import parse_dict  # noqa: PLC0415  # loaded with MLflow

    given = json.loads(answer)
    target: Any = message
    if not isinstance(given, dict) or not given.keys() <= set(target.DESCRIPTOR.fields_by_name):
        raise ValueError("not the answer to this question")
    read: Any = parse_dict  # MLflow does not annotate it
    try:
        read(given, message)
    except json_format.ParseError as error:
        raise ValueError(str(error)) from error
    return message


def read_experiment(answer: bytes) -> Experiment:
    from mlflow.protos.service_pb2 import GetExperimentByName  # noqa: PLC0415  # loaded when first needed

    given = parsed(answer, GetExperimentByName.Response()).experiment
    if not given.experiment_id:
        raise ValueError("no experiment")
    tags = {tag.key: tag.value for tag in given.tags}
    return Experiment(given.experiment_id, given.name, given.lifecycle_stage == "active", _primary(tags))


def _primary(tags: Mapping[str, str]) -> PrimaryMetric | None:
    greater = {"true": True, "false": False}.get(tags.get(_GREATER, "").lower())
    return PrimaryMetric(tags[_PRIMARY], greater) if tags.get(_PRIMARY) else None


def read_page(answer: bytes) -> Page:
    from mlflow.protos.service_pb2 import SearchRuns  # noqa: PLC0415  # loaded when first needed

    given = parsed(answer, SearchRuns.Response())
    return Page(tuple(map(_run, given.runs)), given.next_page_token or None)


def read_run(answer: bytes) -> Found:
    from mlflow.protos.service_pb2 import GetRun  # noqa: PLC0415  # loaded when first needed

    return _run(parsed(answer, GetRun.Response()).run)


def _run(given: Any) -> Found:
    from mlflow.protos.service_pb2 import RunStatus  # noqa: PLC0415  # loaded when first needed

    info, data = given.info, given.data
    if not info.run_id or not info.experiment_id:
        raise ValueError("a run without an id")
    tags = {tag.key: tag.value for tag in data.tags}
    head, commit = (_sha(tags.get(tag)) for tag in (HEAD_TAG, COMMIT_TAG))
    run = Run(
        id=info.run_id,
        experiment=info.experiment_id,
        name=info.run_name,
        commits=frozenset(sha for sha in (head, commit) if sha),
        started=_moment(info.start_time),
        ended=_moment(info.end_time),
        status=RunStatus.Name(info.status),
        metrics={metric.key: number(metric.value) for metric in data.metrics},
        params={param.key: param.value for param in data.params},
        tags={key: value for key, value in tags.items() if key not in _ELSEWHERE},
        datasets=tuple(map(_dataset, given.inputs.dataset_inputs)),
        evaluation=_evaluation(tags),
        parent=tags.get(PARENT_TAG),
    )
    outputs = tuple(Output(output.model_id, output.step) for output in given.outputs.model_outputs)
    steps, gone = {each.key: each.step for each in data.metrics}, info.lifecycle_stage == "deleted"
    return Found(run, info.experiment_id, head, commit, outputs, _folders(tags), steps, gone)


def _folders(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Read ``[{"artifact_path": "model", "utc_time_created": …}, …]``."""
    try:
        paths = [str(each["artifact_path"]) for each in json.loads(tags.get(_LOGGED, "[]"))]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    return tuple(path for path in paths if path)


def _dataset(given: Any) -> Dataset:
    context = next((tag.value for tag in given.tags if tag.key == _CONTEXT), "")
    return Dataset(given.dataset.name, given.dataset.digest, context)


def _evaluation(tags: Mapping[str, str]) -> Evaluation | None:
    if tags.get(_RUN_TYPE) != "genai_evaluate":
        return None
    return Evaluation(_scorers(tags.get(_SCORERS)), agent=next((tags[tag] for tag in _AGENT if tag in tags), None))


def _scorers(text: str | None) -> str | None:
    """Read ``{"digest": …, "hashed": 3, "total": 3}``; a digest of some of the scorers only is none."""
    try:
        given = json.loads(text or "{}")
        return str(given["digest"]) if given["hashed"] == given["total"] else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _sha(text: str | None) -> Sha | None:
    return Sha(text.lower()) if text and is_commit_id(text) else None


def is_commit_id(text: str) -> bool:
    """True for a full commit id; only such ones go into a search: a quote would make it match nothing, in silence."""
    return len(text) in {40, 64} and not text.lower().strip("0123456789abcdef")


def number(value: float) -> float:
    """Return a value as it was logged: MLflow's database holds the largest float in place of infinity."""
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value


def _moment(milliseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None


def read_history(answer: bytes) -> dict[str, tuple[Point, ...]]:
    """Return the values by step, oldest first, by run."""
    from mlflow.protos.service_pb2 import GetMetricHistoryBulkInterval  # noqa: PLC0415  # loaded when first needed

    given = parsed(answer, GetMetricHistoryBulkInterval.Response())
    latest: dict[str, dict[int, float]] = {}
    for each in sorted(given.metrics, key=lambda each: (each.step, each.timestamp)):
        latest.setdefault(each.run_id, {})[each.step] = number(each.value)
    return {run: tuple(Point(step, value) for step, value in points.items()) for run, points in latest.items()}
