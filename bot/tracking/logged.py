"""What MLflow's answers say of models: those that runs have logged, and the versions of registered ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.tracking.found import parsed

_VERSIONS = "mlflow.modelVersions"
"""Set by MLflow: the versions of registered models that were made of a logged one."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a registered model. ``source`` is where its files are, or were when it was made."""

    model: str
    version: str
    run_id: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """A logged model: who it is. Its metrics are not read: there NaN has become 0."""

    id: str
    name: str
    run_id: str
    registered: str | None = None
    version: str | None = None


def read_version(answer: bytes) -> Version:
    from mlflow.protos.model_registry_pb2 import GetModelVersionByAlias  # noqa: PLC0415  # loaded when first needed

    given = parsed(answer, GetModelVersionByAlias.Response()).model_version
    if not given.name or not given.version:
        raise ValueError("no version")
    return _version(given)


def read_versions(answer: bytes) -> tuple[Version, ...]:
    from mlflow.protos.model_registry_pb2 import SearchModelVersions  # noqa: PLC0415  # loaded when first needed

    return tuple(map(_version, parsed(answer, SearchModelVersions.Response()).model_versions))


def _version(given: Any) -> Version:
    return Version(given.name, given.version, given.run_id, given.source)


def read_models(answer: bytes) -> tuple[tuple[Logged, ...], bool]:
    """Return the models, and whether there are more of them."""
    from mlflow.protos.service_pb2 import SearchLoggedModels  # noqa: PLC0415  # loaded when first needed

    given = parsed(answer, SearchLoggedModels.Response())
    return tuple(_logged(model.info) for model in given.models), bool(given.next_page_token)


def _logged(info: Any) -> Logged:
    versions = next((tag.value for tag in info.tags if tag.key == _VERSIONS), "[]")
    name, version = _newest(versions)
    return Logged(info.model_id, info.name, info.source_run_id, name, version)


def _newest(versions: str) -> tuple[str | None, str | None]:
    """Read ``[{"name": "sales-forecast", "version": 1}, …]``, in which MLflow 3.17 lists a version twice."""
    try:
        named = [(int(each["version"]), str(each["name"])) for each in json.loads(versions)]
    except (ValueError, KeyError, TypeError, RecursionError):
        named = []
    version, name = max(named, default=(None, None))
    return name, None if version is None else str(version)
