"""The models that runs have logged: who they are, which never was in the run, and what their files say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias, TypeVar

from bot.gather.remote.together import together
from bot.tracking import words
from bot.tracking.client import MOST_RUNS, Tracking
from bot.tracking.found import Found
from bot.tracking.logged import Logged, Version
from bot.tracking.memory import Memory
from bot.tracking.mlmodel import Description, read_mlmodel, read_requirements
from bot.tracking.rest import CouldNotLook
from bot.tracking.runs import Named
from policies.facts import Absent, Unavailable
from policies.metrics.runs import NO_MODEL, NO_REQUIREMENTS, NO_SIGNATURE, Column, LoggedModel, Signature

Model: TypeAlias = LoggedModel | Absent | Unavailable
Content = TypeVar("Content")
Requirements: TypeAlias = tuple[str, ...] | Absent | Unavailable


@dataclass(frozen=True)
class Models:
    """Looks up logged models. A file of one never changes, so it is read once and remembered."""

    tracking: Tracking
    memory: Memory

    async def of(self, groups: Sequence[Named], others: Iterable[Named]) -> dict[str, Model]:
        """Return the model of each run that logged any, by the run's id; what cannot be seen is Unavailable.

        Files are read for ``groups`` only, and of repetitions for the first by id: one commit logs one signature.
        """
        runs = {each.run.id: each for group in (*groups, *others) for each in group.runs if each.logs_models}
        runs = dict(list(runs.items())[:MOST_RUNS])  # those that are drawn only come last
        found = await self._logged([each for each in runs.values() if each.outputs])
        found |= await self._in_folders([each for each in runs.values() if not each.outputs])
        for described in await together(self._described(group, found) for group in groups):
            found.update(described)
        return found

    async def _logged(self, runs: Sequence[Found]) -> dict[str, Model]:
        """Return the models of runs of MLflow 3, where a model is a thing of its own."""
        if not runs:
            return {}
        try:
            logged = await self.tracking.models(
                {each.experiment_id for each in runs}, dict.fromkeys(each.run.id for each in runs)
            )
        except CouldNotLook as error:
            return {each.run.id: error.unavailable for each in runs}
        return {each.run.id: _model(each, logged) for each in runs}

    async def _in_folders(self, runs: Sequence[Found]) -> dict[str, Model]:
        """Return the models of runs of MLflow 2, where one is a folder of the run's artifacts."""
        if not runs:
            return {}
        try:
            versions = await self.tracking.versions(each.run.id for each in runs)
        except CouldNotLook as error:
            return {each.run.id: error.unavailable for each in runs}
        return {each.run.id: _in_folder(each, versions) for each in runs}

    async def _described(self, group: Named, found: Mapping[str, Model]) -> dict[str, Model]:
        first: dict[str, LoggedModel] = {}
        ids = sorted(each.run.id for each in group.runs)
        models = {run_id: model for run_id in ids if isinstance(model := found.get(run_id), LoggedModel)}
        for model in models.values():
            first.setdefault(model.name, model)
        read = dict(zip(first, await together(map(self._files, first.values())), strict=True))
        return {run_id: _with(model, read[model.name]) for run_id, model in models.items()}

    async def _files(self, model: LoggedModel) -> LoggedModel:
        """Read the two small files that matter of a model."""
        key = f"mlflow/{self.tracking.name}/model/{model.id}"
        known = (await self.memory.found([key])).get(key)
        if known is not None:
            return _from_json(model, known)
        description, lines = await asyncio.gather(
            self._read(model.id, "MLmodel", read_mlmodel), self._read(model.id, "requirements.txt", read_requirements)
        )
        requirements = NO_REQUIREMENTS if lines is None else lines
        if not isinstance(description, Description):
            missing = description or words.unreadable("MLmodel", model.id)
            return replace(model, signature=missing, requirements=requirements)
        if not isinstance(requirements, Unavailable):
            await self.memory.keep({key: _to_json(description, requirements)})
        return replace(model, flavors=description.flavors, signature=description.signature, requirements=requirements)

    async def _read(self, model_id: str, path: str, read: Callable[[bytes], Content]) -> Content | Unavailable | None:
        """Return what a file says; None if there is none."""

        def attempt(data: bytes) -> Content | Unavailable:
            try:
                return read(data)
            except ValueError:
                return words.unreadable(path, model_id)

        try:
            return await self.tracking.file(model_id, path, attempt)
        except CouldNotLook as error:
            return error.unavailable


def _model(run: Found, logged: Iterable[Logged]) -> Model:
    """Choose among the models of a run: one that was registered, else the one of the last step."""
    steps = {output.model: output.step for output in run.outputs}
    ours = [each for each in logged if each.run_id == run.run.id]
    best = max(ours, key=lambda each: (each.registered is not None, steps.get(each.id, 0), each.id), default=None)
    if best is None:
        return NO_MODEL
    unread = words.not_read(best.id)
    return LoggedModel(best.id, best.name, best.registered, best.version, signature=unread, requirements=unread)


def _in_folder(run: Found, versions: Iterable[Version]) -> LoggedModel:
    """Choose among the folders of a run: one that was registered, else the last one."""
    ours = [each for each in versions if each.run_id == run.run.id]
    known = {folder: each for folder in run.folders for each in ours if each.source.endswith(f"/{folder}")}
    folder = max(enumerate(run.folders), key=lambda each: (each[1] in known, each[0]))[1]
    model, version = f"{run.run.id}/{folder}", known.get(folder)
    unread = words.not_read(model)
    if version is None:
        return LoggedModel(model, folder, signature=unread, requirements=unread)
    return LoggedModel(model, folder, version.model, version.version, signature=unread, requirements=unread)


def _with(model: LoggedModel, read: LoggedModel) -> LoggedModel:
    return replace(model, flavors=read.flavors, signature=read.signature, requirements=read.requirements)


def _to_json(description: Description, requirements: Requirements) -> dict[str, Any]:
    signature = description.signature
    return {
        "flavors": list(description.flavors),
        "signature": asdict(signature) if isinstance(signature, Signature) else None,
        "requirements": list(requirements) if isinstance(requirements, tuple) else None,
    }


def _from_json(model: LoggedModel, known: Mapping[str, Any]) -> LoggedModel:
    parts = known["signature"]
    return replace(
        model,
        flavors=tuple(known["flavors"]),
        signature=_signature(parts) if parts else NO_SIGNATURE,
        requirements=NO_REQUIREMENTS if known["requirements"] is None else tuple(known["requirements"]),
    )


def _signature(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> Signature:
    return Signature(**{name: tuple(Column(**each) for each in columns) for name, columns in parts.items()})
