"""Lays the `mlflow:` section of one policy over another's, so that what the lower one gates is not lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.config.mlflow import MlflowSection

Path = tuple[str, ...]


def laid_over(beneath: MlflowSection | None, given: MlflowSection | None) -> MlflowSection | None:
    """Return the union of both; where both speak of the same thing, ``given`` is right."""
    if beneath is None or given is None:
        return given or beneath
    return MlflowSection.model_validate(_union(_said(beneath), _said(given)))


def overruled(beneath: MlflowSection | None, given: MlflowSection | None) -> Iterator[Path]:
    """Yield the paths of what ``beneath`` says and ``given`` says otherwise."""
    if beneath is not None:
        yield from _differences(_said(beneath), _said(given) if given else {}, ("mlflow",))


def _said(section: MlflowSection) -> dict[str, Any]:
    return section.model_dump(exclude_unset=True)


def _union(beneath: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    union = {**beneath, **given}
    union["metrics"] = {**beneath.get("metrics", {}), **given.get("metrics", {})}
    models = {**beneath.get("models", {}), **given.get("models", {})}
    union["models"] = {name: _union(beneath.get("models", {}).get(name, {}), model) for name, model in models.items()}
    return {key: value for key, value in union.items() if key in beneath or key in given}


def _differences(beneath: Mapping[str, Any], given: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """A metric, a baseline or a list is compared as a whole: a wider tolerance is not an addition."""
    for key, value in beneath.items():
        here = (*path, key)
        if key == "metrics":
            yield from ((*here, name) for name, metric in value.items() if given.get(key, {}).get(name) != metric)
        elif key == "models":
            for name, model in value.items():
                yield from _differences(model, given.get(key, {}).get(name, {}), (*here, name))
        elif given.get(key) != value:
            yield here
