"""What is asked of MLflow: to be there before hours are spent, which runs there were, and to close those left open.

With the client of the caller's own environment, which knows every way to log in that the training itself can use.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from actions.toolkit import InputError, cut
from actions.train.session import SESSION_TAG

DEFAULT_EXPERIMENT = "0"

EXPERIMENTS_A_SEARCH = 500
RUNS_A_PAGE = 200

LATEST_RUNS = 20
"""Of the experiment, for the plot of a metric that was logged once."""

_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # what it prints has the run's name in it, as it is
}
"""For our own few questions; by default MLflow waits for minutes for a server that is not there."""

_USER_INFO = re.compile(r"://[^/\s@]+@")
_ID = re.compile(r"[\w-]+")


class TrackingError(InputError):
    """The tracking server does not answer, or answers no."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is when the training has ended. ``parent`` is the id of the run that it is nested in."""

    id: str
    name: str
    experiment: str
    status: str
    started: int
    parent: str | None
    metrics: Mapping[str, float]


class Tracking:
    """One store of runs: a server, or a local file."""

    def __init__(self, uri: str) -> None:
        if importlib.util.find_spec("mlflow") is None:
            raise InputError(
                "MLflow is not installed for the `python` that is first in PATH; install what the training needs"
                " in a step before this one"
            )
        for variable, value in _SETTINGS.items():
            os.environ.setdefault(variable, value)
        import mlflow  # noqa: PLC0415  # takes seconds, and is not there for whoever tests the rest

        self.uri = uri
        with _answering():
            mlflow.set_tracking_uri(uri)
            self._client = mlflow.MlflowClient()
            self._client.search_experiments(max_results=1)

    def experiment(self, name: str) -> str:
        """Return the id of an experiment, which is made if there is none."""
        with _answering():
            found = self._client.get_experiment_by_name(name)
            return str(found.experiment_id if found else self._client.create_experiment(name))

    def begin_project(self, folder: Path, entry_point: str, parameters: Mapping[str, str], experiment: str) -> str:
        """Create the run of an MLproject as `mlflow run` does: nothing else could tag it before it is under way."""
        projects: Any = importlib.import_module("mlflow.projects.utils")  # it has no types

        with _answering():
            uri, given = str(folder), dict(parameters)
            place = projects.fetch_and_validate_project(uri, None, entry_point, given)
            run = projects.get_or_create_run(None, uri, experiment, place, None, entry_point, given)
        return str(run.info.run_id)

    def tag(self, run_id: str, tags: Mapping[str, str]) -> str:
        """Tag a run that is there already; return the id of its experiment."""
        from mlflow.entities import RunTag  # noqa: PLC0415  # likewise

        with _answering():
            experiment = self._client.get_run(run_id).info.experiment_id
            self._client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        return str(experiment)

    def runs(self, session: str) -> list[Run]:
        """Return the runs of a session in the order in which they began, whichever experiments they went to."""
        with _answering():
            experiments = [each.experiment_id for each in self._pages(self._client.search_experiments)]
            found = [
                each
                for first in range(0, len(experiments), EXPERIMENTS_A_SEARCH)
                for each in self._pages(
                    self._client.search_runs,
                    experiment_ids=experiments[first : first + EXPERIMENTS_A_SEARCH],
                    filter_string=f"tags.`{SESSION_TAG}` = '{session}'",
                )
            ]
        return sorted(map(_read, found), key=lambda run: (run.started, run.id))

    def close(self, runs: Sequence[Run]) -> None:
        """Mark runs as killed that nobody is left to end."""
        with _answering():
            for run in runs:
                self._client.set_terminated(run.id, "KILLED")

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        """Return the steps of a metric in order; of a step that was logged again, the last value."""
        with _answering():
            points = self._client.get_metric_history(run.id, metric)
        return sorted({each.step: float(each.value) for each in sorted(points, key=_when)}.items())

    def latest(self, run: Run) -> list[Run]:
        """Return the last runs of a run's experiment that ended well and are not nested, oldest first, and itself."""
        with _answering():
            newest = ["attributes.start_time DESC"]
            found = self._client.search_runs([run.experiment], max_results=RUNS_A_PAGE, order_by=newest)
        others = [each for each in map(_read, found) if each.parent is None and each.status == "FINISHED"]
        before = [each for each in others if each.id != run.id][: LATEST_RUNS - 1]
        return [*before[::-1], run]

    def page(self, run: Run) -> str | None:
        """Return the address of a run on the server, without anybody's password; None where there is no server."""
        parts = urlsplit(self.uri)
        if parts.scheme not in ("http", "https") or not (_ID.fullmatch(run.id) and _ID.fullmatch(run.experiment)):
            return None
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        return re.sub(r"[^\w:/.\-\[\]~%]", "", place) + f"/#/experiments/{run.experiment}/runs/{run.id}"

    def _pages(self, search: Any, **asked: Any) -> Iterator[Any]:
        token = None
        while True:
            page = search(max_results=RUNS_A_PAGE, page_token=token, **asked)
            yield from page
            token = page.token
            if not token:
                return


def _read(run: Any) -> Run:
    tags = run.data.tags
    return Run(
        id=str(run.info.run_id),
        name=str(run.info.run_name or run.info.run_id),
        experiment=str(run.info.experiment_id),
        status=str(run.info.status),
        started=int(run.info.start_time or 0),
        parent=tags.get("mlflow.parentRunId"),
        metrics=dict(sorted(run.data.metrics.items())),
    )


def _when(point: Any) -> tuple[int, int]:
    return point.step, point.timestamp


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what MLflow raises into an error for people: on one line, and without a password from the address."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  # takes seconds

    try:
        yield
    except (MlflowException, OSError) as error:  # requests' errors are of the second kind
        said = _USER_INFO.sub("://***@", " ".join(str(error).split()))
        raise TrackingError(f"MLflow: {cut(said, 1_000)}") from None
