"""The `mlflow:` section of a policy file: where the runs are, what they are held against, which metrics gate."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.rule import Glob


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Baseline(_Section):
    """What a run is held against; exactly one of the three."""

    branch: Literal["target", "release"] | None = Field(
        default=None, description="The base branch, or the last release."
    )
    alias: Annotated[str, Field(pattern=r"^models:/[^@]+@.+$")] | None = Field(
        default=None, description="A registry alias, `models:/sales-forecast@champion`."
    )
    run: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = Field(default=None, description="A run id.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Baseline:
        if [self.branch, self.alias, self.run].count(None) != 2:
            raise PydanticCustomError("plain", "A baseline is target, release, an alias or a run")
        return self


def _baseline(given: Any) -> Any:  # whatever the file says; the model judges what comes out
    return {"branch": given} if isinstance(given, str) else given


BaselineEntry = Annotated[
    Baseline, BeforeValidator(_baseline, json_schema_input_type=Literal["target", "release"] | Baseline)
]


SHARE = r"^([0-9]{1,3}(?:\.[0-9]{1,6})?) *%$"


class Tolerance(_Section):
    """How much worse a metric may be: a share of the baseline's value, an absolute margin, or the larger of both."""

    relative: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, description="A share: 0.02 is 2 %.")
    absolute: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        default=None, description="In the metric's unit."
    )


def _tolerance(given: Any) -> Any:  # likewise
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {"absolute": given}
    if isinstance(given, str):
        share = re.search(SHARE, given)
        if share is None:
            raise PydanticCustomError("plain", "A tolerance is a share like 2%, or a number in the metric's unit")
        return {"relative": float(share[1]) / 100}
    return _share(given)


def _share(given: Any) -> Any:  # likewise
    if isinstance(given, dict) and isinstance(given.get("relative"), str):
        return {**given, **_tolerance(given["relative"])}
    return given


ToleranceEntry = Annotated[
    Tolerance,
    BeforeValidator(_tolerance, json_schema_input_type=Annotated[str, Field(pattern=SHARE)] | float | Tolerance),
]


class Metric(_Section):
    """What success looks like for one metric."""

    goal: Literal["minimize", "maximize"] = Field(description="Which way is better.")
    tolerance: ToleranceEntry | None = Field(default=None, description="How much worse is still accepted.")
    floor: Annotated[float, Field(allow_inf_nan=False)] | None = Field(default=None, description="The least value.")
    ceiling: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="The greatest value."
    )
    gate: bool = Field(default=False, description="Whether it can block; otherwise it is only shown.")


def _listed(given: Any) -> Any:  # likewise
    return [given] if isinstance(given, str) else given


Texts = Annotated[
    tuple[str, ...], Field(strict=False), BeforeValidator(_listed, json_schema_input_type=str | list[str])
]
Globs = Annotated[
    tuple[Glob, ...], Field(strict=False), BeforeValidator(_listed, json_schema_input_type=str | list[Glob])
]


class Model(_Section):
    """One model of the repository."""

    experiment: Texts = Field(default=(), description="Experiments that hold its runs, by name.")
    baseline: BaselineEntry | None = Field(default=None, description="What its runs are held against.")
    also: BaselineEntry | None = Field(default=None, description="A second baseline, which stops slow decay.")
    training: Globs = Field(default=(), description="A change below these paths needs a run.")
    metrics: dict[str, Metric] = Field(default_factory=dict, description="Metrics by name.")


class MlflowSection(Model):
    """The section itself: one model, or several under `models`."""

    server: str | None = Field(
        default=None, description="The name that the operator gave to a tracking server, never a URL."
    )
    models: dict[str, Model] = Field(default_factory=dict, description="Several models, by name.")

    @model_validator(mode="after")
    def _server_is_a_name(self) -> MlflowSection:
        if self.server is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.server):
            raise PydanticCustomError("plain", "The server is a name that the operator gave, never a URL")
        return self
