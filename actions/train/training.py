"""Runs a training under MLflow so that its runs can be matched with the pull request."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from actions import toolkit
from actions.train import inputs, process, session
from actions.train.aftermath import Aftermath
from actions.train.inputs import Inputs
from actions.train.session import Session
from actions.train.tracking import DEFAULT_EXPERIMENT, Tracking

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""As the runner starts the `run` of a step whose shell is bash."""


def main() -> int:
    asked = inputs.read()
    ours = session.begin(asked.folder)
    desk = toolkit.new_folder("train")
    environment = dict(os.environ)  # before MLflow, in this process, gets settings of ours
    toolkit.set_output("session", ours.id)
    toolkit.set_output("head-sha", ours.head)
    toolkit.annotate(_doubts(ours))
    tracking = Tracking(asked.tracking_uri or _local_store(desk / "mlflow"))
    environment |= {"MLFLOW_TRACKING_URI": tracking.uri, "MLFLOW_RUN_CONTEXT": _run_context(ours)}
    command = _prepared(asked, ours, tracking, environment)
    ended = process.run(command, asked.folder, environment, asked.limit)
    with process.uninterrupted():
        return Aftermath(asked, ours, tracking, ended, desk / "report.json").tell()


def _doubts(ours: Session) -> Iterator[toolkit.Annotation]:
    if ours.checkout not in (None, ours.head, ours.merge):
        said = f"{ours.checkout} is checked out, and the runs will be taken for those of {ours.head}: check that out."
        yield toolkit.Annotation("warning", said, title="Another commit is trained")


def _local_store(folder: Path) -> str:
    """Make a place for runs on this machine. MLflow has artifacts in `mlruns`, below where a store is first opened."""
    folder.mkdir()
    os.chdir(folder)
    toolkit.set_output("local-store", str(folder))
    said = "No tracking server is given, so the runs stay on the runner; the output local-store says where."
    toolkit.annotate([toolkit.Annotation("notice", said)])
    return f"sqlite:///{folder}/mlflow.db"


def _run_context(ours: Session) -> str:
    context, complaints = session.run_context(os.environ.get("MLFLOW_RUN_CONTEXT", ""), ours.tags)
    toolkit.annotate(toolkit.Annotation("warning", each, title="MLFLOW_RUN_CONTEXT") for each in complaints)
    return context


def _prepared(asked: Inputs, ours: Session, tracking: Tracking, environment: dict[str, str]) -> Sequence[str]:
    """Return what is to be run, and finish its environment; a run that the context would not reach is tagged now."""
    if asked.experiment:
        tracking.experiment(asked.experiment)
        environment["MLFLOW_EXPERIMENT_NAME"] = asked.experiment
        environment.pop("MLFLOW_EXPERIMENT_ID", None)
    if asked.project is not None:
        return _project(asked, asked.project, ours, tracking, environment)
    if environment.get("MLFLOW_RUN_ID"):
        tracking.tag(environment["MLFLOW_RUN_ID"], ours.tags)
    return [*BASH, asked.command]


def _project(
    asked: Inputs, project: Path, ours: Session, tracking: Tracking, environment: dict[str, str]
) -> Sequence[str]:
    """Create the run of an MLproject first, since what `mlflow run` creates has no tag of ours while it lasts."""
    run = environment.pop("MLFLOW_RUN_ID", "")
    name = environment.pop("MLFLOW_EXPERIMENT_NAME", "")  # `mlflow run` refuses a name beside an id
    if not run:
        experiment = tracking.experiment(name) if name else environment.get("MLFLOW_EXPERIMENT_ID")
        place = experiment or DEFAULT_EXPERIMENT
        run = tracking.begin_project(project, asked.entry_point, asked.parameters, place)
    environment["MLFLOW_EXPERIMENT_ID"] = tracking.tag(run, ours.tags)
    options = ["--run-id", run, "--entry-point", asked.entry_point, "--env-manager", asked.env_manager]
    given = [word for each in asked.parameters.items() for word in ("-P", "=".join(each))]
    return [sys.executable, "-m", "mlflow", "run", str(project), *options, *given]
