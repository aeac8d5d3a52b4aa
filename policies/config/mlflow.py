"""The `mlflow:` section of a policy file: the tracking server, and one model or several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from policies.metrics.settings import Model


def is_server_name(text: str) -> bool:
    """Say whether a tracking server may be called that: no URL, and nothing that has to be quoted anywhere."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) is not None


class MlflowSection(Model):
    """The section itself: one model, or several under `models`."""

    server: str | None = Field(
        default=None, description="The name that the operator gave to a tracking server, never a URL."
    )
    models: dict[str, Model] = Field(
        default_factory=dict,
        description="Several models, by name; each has the keys above for what it does not say itself.",
    )

    @model_validator(mode="after")
    def _server_is_a_name(self) -> MlflowSection:
        if self.server is not None and not is_server_name(self.server):
            raise PydanticCustomError("plain", "The server is a name that the operator gave, never a URL")
        return self

    def parts(self) -> tuple[Model, ...]:
        return (self, *self.models.values())

    def each(self) -> dict[str, Model]:
        """Return every model with nothing left to look up elsewhere, by name.

        One that has no name is called like its first experiment. One of several that names no experiment, and has none
        in common with the others, has that of its own name.
        """
        shared = self.model_dump(exclude_unset=True, exclude={"server", "models"})
        if not self.models:
            return {next(iter(self.experiment), UNNAMED): Model.model_validate(shared)}
        return {name: _filled(name, model, shared) for name, model in self.models.items()}


UNNAMED = "model"
"""What the only model of a repository is called whose policy names no experiment."""


def _filled(name: str, model: Model, shared: Mapping[str, Any]) -> Model:
    own = model.model_dump(exclude_unset=True)
    both = {"experiment": (name,), **shared, **own}
    if "metrics" in own and "metrics" in shared:
        both["metrics"] = {**shared["metrics"], **own["metrics"]}
    return Model.model_validate(both)
