"""What is asked of a tracking server. Every answer is one of MLflow's, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bot.tracking import words
from bot.tracking.examples import MOST as MOST_EXAMPLES
from bot.tracking.examples import Results, read_examples
from bot.tracking.found import (
    COMMIT_TAG,
    HEAD_TAG,
    PARENT_TAG,
    Experiment,
    Found,
    Page,
    is_commit_id,
    read_experiment,
    read_history,
    read_page,
    read_run,
)
from bot.tracking.logged import Logged, Version, read_models, read_version, read_versions
from bot.tracking.rest import PATIENCE, Connection, CouldNotLook, Observer, Patience, Question, Rejected, Rest, TooMuch
from policies.facts import Absent
from policies.metrics.runs import Point

API = "/api/2.0/mlflow"

MOST_RUNS = 100
"""Runs of one page; one costs 0.4 seconds among 100,000, one of 1,000 up to four."""

FEW_RUNS = 10
"""Runs of one page where they have thousands of metrics: of such, a page of 100 takes the server half a minute."""

LARGEST_PAGE, LONGEST_PAGE = 8 * 1024 * 1024, 10.0
"""Bytes and seconds of a page from which on one of few runs is asked for."""

MOST_OF_COMMIT = 1_000
"""Further runs of one commit, such as the trials of a search for hyperparameters."""

MOST_MODELS = 500
"""Logged models of all runs of a comparison; some trainings log one at each of many steps."""

MOST_POINTS = 200
"""Points of a history, which MLflow picks evenly; nobody can see more in a small plot."""

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")


Content = TypeVar("Content")


class Tracking:
    """One tracking server. All methods raise CouldNotLook, but where they say what else "there is none" is."""

    def __init__(self, connection: Connection, observer: Observer | None = None, patience: Patience = PATIENCE) -> None:
        self.connection = connection
        self._rest = Rest(connection, observer, patience)

    @property
    def name(self) -> str:
        return self.connection.name

    def close(self) -> None:
        self._rest.close()

    async def experiment(self, name: str) -> Experiment:
        """Find an experiment by its name. A search in one that is not there, or not ours to see, finds no runs."""
        question = Question(f"{API}/experiments/get-by-name", words.experiment(name), query={"experiment_name": name})
        try:
            found = await self._rest.ask(question, read_experiment)
        except Rejected as rejected:
            if rejected.code == "RESOURCE_DOES_NOT_EXIST":
                raise CouldNotLook(words.no_experiment(self.name, name)) from rejected
            raise
        if found.name != name:
            raise CouldNotLook(words.not_mlflow(self.name))
        if not found.active:
            raise CouldNotLook(words.deleted_experiment(self.name, name))
        return found

    async def newest(
        self, experiments: Sequence[Experiment], *, most: int = MOST_RUNS, after: str = "", few: bool = False
    ) -> Page:
        """Return the newest runs of all these experiments; ``after`` is the token of the page before.

        A page that is too much for the server is asked for again with ``few`` runs, and says so.
        """
        if not few:
            try:
                return await self._search(experiments, "", most, after, limited=True)
            except TooMuch:
                few = True
        return replace(await self._search(experiments, "", FEW_RUNS, after), few=few)

    async def of_commit(self, experiments: Sequence[Experiment], tag: str, sha: str) -> tuple[Found, ...]:
        """Return the runs that name a commit under a tag. MLflow knows no *or*: each tag is a search of its own."""
        if tag not in {HEAD_TAG, COMMIT_TAG} or not is_commit_id(sha):
            raise ValueError("only commit ids are searched for")
        where = f"tags.`{tag}` = '{sha}'"
        first = await self._search(experiments, where, MOST_RUNS)
        if first.more is None:
            return first.runs
        rest = await self._search(experiments, where, MOST_OF_COMMIT, first.more)
        if rest.more is not None:  # the run that all of these are nested in would be the last
            raise CouldNotLook(words.too_many_runs(sha, MOST_RUNS + MOST_OF_COMMIT))
        return first.runs + rest.runs

    async def by_id(self, experiments: Sequence[Experiment], ids: Iterable[str]) -> tuple[Found, ...]:
        """Return those of these runs that are in one of the experiments, and not deleted."""
        listed = ", ".join(f"'{each}'" for each in ids if _RUN_ID.fullmatch(each))
        if not listed:
            return ()
        return (await self._search(experiments, f"attributes.run_id IN ({listed})", MOST_RUNS)).runs

    async def within(self, experiments: Sequence[Experiment], run_id: str) -> tuple[Found, ...]:
        """Return the runs that are nested in one."""
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError("not the id of a run")
        return (await self._search(experiments, f"tags.`{PARENT_TAG}` = '{run_id}'", MOST_RUNS)).runs

    async def _search(
        self, experiments: Sequence[Experiment], where: str, most: int, after: str = "", *, limited: bool = False
    ) -> Page:
        body = {
            "experiment_ids": [each.id for each in experiments],
            "filter": where,
            "max_results": most,
            "order_by": ["attributes.start_time DESC"],
            **({"page_token": after} if after else {}),
        }
        question = Question(f"{API}/runs/search", words.runs(), body=body)
        if limited:
            question = replace(question, largest=LARGEST_PAGE, longest=LONGEST_PAGE)
        return await self._rest.ask(question, read_page)

    async def run(self, run_id: str) -> Found | Absent:
        """Return a run of whichever experiment; Absent if there is none."""
        question = Question(f"{API}/runs/get", words.run(run_id), query={"run_id": run_id})
        try:
            return await self._rest.ask(question, read_run)
        except Rejected as rejected:
            if rejected.code == "RESOURCE_DOES_NOT_EXIST":
                return words.no_such_run(run_id)
            raise

    async def version(self, model: str, alias: str) -> Version | Absent:
        """Return the version that an alias stands for. MLflow says 404 of a missing model, 400 of a missing alias."""
        question = Question(
            f"{API}/registered-models/alias", words.alias(model, alias), query={"name": model, "alias": alias}
        )
        try:
            return await self._rest.ask(question, read_version)
        except Rejected as rejected:
            if rejected.code == "RESOURCE_DOES_NOT_EXIST":
                return words.no_model(model)
            if rejected.said == f"Registered model alias {alias} not found.":
                return words.no_alias(model, alias)
            raise

    async def models(self, experiment_ids: Iterable[str], run_ids: Iterable[str]) -> tuple[Logged, ...]:
        """Return the models that these runs have logged."""
        listed = ", ".join(f"'{each}'" for each in run_ids if _RUN_ID.fullmatch(each))
        body = {
            "experiment_ids": sorted(set(experiment_ids)),
            "filter": f"source_run_id IN ({listed})",
            "max_results": MOST_MODELS,
        }
        found, more = await self._rest.ask(
            Question(f"{API}/logged-models/search", words.models(), body=body), read_models
        )
        if more:
            raise CouldNotLook(words.too_many_models(MOST_MODELS))
        return found

    async def versions(self, run_ids: Iterable[str]) -> tuple[Version, ...]:
        """Return the versions of registered models that were made of what these runs have logged."""
        listed = ", ".join(f"'{each}'" for each in run_ids if _RUN_ID.fullmatch(each))
        query = {"filter": f"run_id IN ({listed})", "max_results": MOST_RUNS}
        question = Question(f"{API}/model-versions/search", words.models(), query=query)
        return await self._rest.ask(question, read_versions)

    async def file(self, model: str, path: str, read: Callable[[bytes], Content]) -> Content | None:
        """Return what a file of a model holds, whatever store it lies in; None if there is no such file.

        ``model`` is the id of a logged model; or, before MLflow 3, that of a run, a slash, and a folder of its
        artifacts. ``read`` is called in a thread.
        """
        run_id, slash, folder = model.partition("/")
        if _MODEL_ID.fullmatch(model):
            address = f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files"
            query = {"artifact_file_path": path}
        elif slash and _RUN_ID.fullmatch(run_id):
            address, query = "/get-artifact", {"run_id": run_id, "path": f"{folder}/{path}"}
        else:
            raise ValueError("not the id of a logged model")
        try:
            return await self._rest.ask(Question(address, words.file(model, path), query=query), read)
        except Rejected as rejected:
            if rejected.code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    async def history(self, run_ids: Sequence[str], metric: str) -> dict[str, tuple[Point, ...]]:
        """Return the values of a metric by step, oldest first, thinned out, by run."""
        query = {"run_ids": list(run_ids), "metric_key": metric, "max_results": MOST_POINTS}
        path = f"{API}/metrics/get-history-bulk-interval"
        return await self._rest.ask(Question(path, words.history(metric), query=query), read_history)

    async def examples(self, experiment_id: str, run_id: str) -> Results | None:
        """Return the scores of an evaluation's examples; None if there are more than one answer holds."""
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError("not the id of a run")
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
        body = {"locations": [place], "filter": f"attributes.run_id = '{run_id}'", "max_results": MOST_EXAMPLES}
        question = Question("/api/3.0/mlflow/traces/search", words.examples(run_id), body=body)
        return await self._rest.ask(question, partial(read_examples, run_id=run_id))
