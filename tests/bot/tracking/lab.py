"""What the tests of this folder share: somebody who trains, and a pull request that is looked at."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from bot.tracking.found import Experiment
from bot.tracking.gather import gather_metrics
from bot.tracking.pool import Pool
from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers
from bot.tracking.subject import Subject
from policies.config.mlflow import MlflowSection
from policies.facts import Absent, Commit, Sha, Unavailable
from policies.metrics.runs import Group, ModelRuns
from tests.services.mlflow import MlflowServer

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


MEASURED: Mapping[str, float] = MappingProxyType({"rmse": 1.0})
"""What a run logs that a test does not care for; a run without any value is one around others."""


def sha(name: str) -> Sha:
    """Return the id of a commit that is called like this in the test."""
    return Sha(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest())


def commit(name: str, when: int = 0) -> Commit:
    return Commit(sha(name), when=when)


def subject(head: str = "head", **changes: Any) -> Subject:
    """A pull request into main, of one commit."""
    return Subject(**{"repository": "acme/forecast", "head": sha(head), "base": "main", **changes})


def connection(server: MlflowServer, name: str = "main") -> Connection:
    """Return how we are let in: by name and password of an account that may only read."""
    username, password = server.reader or (None, None)
    return Connection(name, server.url, username, password)


@dataclass
class Counted:
    """Every request that we made, in the words of its path."""

    paths: list[str] = field(default_factory=list)

    def __call__(self, _server: str, path: str, _seconds: float) -> None:
        self.paths.append(path)

    @property
    def words(self) -> list[str]:
        return [path.rpartition("mlflow/")[2] for path in self.paths]


@dataclass
class Lab:
    """Whoever trains, on one server."""

    server: MlflowServer

    def experiment(self, *, readable: bool = True, tags: Mapping[str, str] | None = None) -> Experiment:
        """Make an experiment; the reader may see it."""
        name = f"experiment {uuid4().hex[:12]}"
        made = self.server.client.create_experiment(name, tags=dict(tags or {}))
        if readable:
            self.server.allow("experiment", made)
        return Experiment(made, name)

    def run(  # what a run consists of
        self,
        experiment: Experiment,
        *,
        head: str | None = None,
        commit: str | None = None,
        metrics: Mapping[str, float] = MEASURED,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        datasets: Iterable[tuple[str, str, str]] = (),
        status: str | None = "FINISHED",
        began: int | None = None,
    ) -> str:
        """Log a run; commits are called as in :func:`sha`, ``began`` is in seconds since 1970."""
        from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param  # noqa: PLC0415  # takes seconds

        client, began_ms = self.server.client, int((time.time() if began is None else began) * 1000)
        named = {"github.head_sha": head, "mlflow.source.git.commit": commit}
        all_tags = {tag: sha(name) for tag, name in named.items() if name} | dict(tags or {})
        run_id = str(client.create_run(experiment.id, start_time=began_ms, tags=all_tags).info.run_id)
        logged = [Metric(key, value, began_ms, 0) for key, value in metrics.items()]
        client.log_batch(run_id, logged, [Param(key, value) for key, value in (params or {}).items()])
        inputs = [
            DatasetInput(Dataset(name, digest, "code", "{}"), [InputTag("mlflow.data.context", context)])
            for name, digest, context in datasets
        ]
        if inputs:
            client.log_inputs(run_id, inputs)
        if status is not None:
            client.set_terminated(run_id, status, began_ms + 1000)
        return run_id

    def model(
        self, experiment: Experiment, run_id: str, files: Mapping[str, str], *, name: str = "model", step: int = 0
    ) -> str:
        """Log a model that consists of these files, as MLflow 3 does."""
        from mlflow.entities import LoggedModelOutput  # noqa: PLC0415  # takes seconds

        client = self.server.client
        model = client.create_logged_model(experiment.id, name=name, source_run_id=run_id)
        with TemporaryDirectory() as folder:
            for path, text in files.items():
                (Path(folder) / path).write_text(text)
            client.log_model_artifacts(model.model_id, folder)
        client.finalize_logged_model(model.model_id, "READY")
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step)])
        return str(model.model_id)

    def register(self, name: str, run_id: str, model_id: str, *, alias: str | None = None) -> str:
        """Make a version of a registered model, which the reader may see."""
        client = self.server.client
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
            self.server.allow("registered_model", name)
        made = client.create_model_version(name, f"models:/{model_id}", run_id, model_id=model_id)
        if alias:
            client.set_registered_model_alias(name, alias, made.version)
        return str(made.version)

    @property
    def sqlite(self) -> Path:
        """The database, of the server that has it in a file."""
        return Path(self.server.database.removeprefix("sqlite:///"))

    def rename_commits(self, experiment: Experiment, named: str) -> None:
        """Make all runs of an experiment runs of one commit."""
        with closing(sqlite3.connect(self.sqlite, timeout=60)) as db, db:
            db.execute(
                "UPDATE tags SET value = ? WHERE key = 'github.head_sha'"
                " AND run_uuid IN (SELECT run_uuid FROM runs WHERE experiment_id = ?)",
                (named, experiment.id),
            )


def ids(runs: Sequence[Any]) -> set[str]:
    """Return the ids of runs, as they were found or as the rules read them."""
    return {getattr(each, "run", each).id for each in runs}


class Memory:
    """Remembers like the database: what was kept is JSON."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def found(self, keys: Iterable[str]) -> dict[str, Any]:
        return {key: json.loads(self.kept[key]) for key in keys if key in self.kept}

    async def all(self) -> dict[str, Any]:
        return await self.found(self.kept)

    async def keep(self, answers: Mapping[str, Any]) -> None:
        self.kept.update({key: json.dumps(answer) for key, answer in answers.items()})


@dataclass
class Looking:
    """Looks at pull requests, as the server does, and counts what that costs."""

    server: MlflowServer
    memory: Memory = field(default_factory=Memory)
    counted: Counted = field(default_factory=Counted)
    now: datetime = NOW

    async def at(self, pull: Subject, section: Mapping[str, Any]) -> tuple[ModelRuns, ...]:
        """Return what is found for each entry of an ``mlflow`` section."""
        servers = Servers({"main": Server(connection(self.server), ("acme/*",))})
        pool = Pool(servers, self.counted)
        self.counted.paths.clear()
        given = MlflowSection.model_validate_json(json.dumps({"server": "main", **section}))
        try:
            found = await gather_metrics(given, pull, pool, self.memory, self.now)
        finally:
            pool.close()
        assert isinstance(found, tuple), found
        return found

    async def one(self, pull: Subject, experiment: Experiment, **section: Any) -> ModelRuns:
        """Return what is found for the only entry."""
        (found,) = await self.at(pull, {"experiment": experiment.name, **section})
        return found


def group(found: Group | Absent | Unavailable) -> Group:
    """Return the runs that a test expects to be there."""
    assert isinstance(found, Group), found
    return found
