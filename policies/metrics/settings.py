"""What the policy says of a model: where its runs are, what they are held against, which metrics gate.

As it stands in the `mlflow:` section of a policy file; the JSON Schema and the documentation come from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.gitflow.pattern import matched, translate
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

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.goal == "maximize" else -1


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
    baseline: BaselineEntry | None = Field(
        default=None, description="What its runs are held against; `target`, the base branch, if it says nothing."
    )
    also: BaselineEntry | None = Field(default=None, description="A second baseline, which stops slow decay.")
    training: Globs = Field(default=(), description="A change below these paths needs a run.")
    workflow: Texts = Field(
        default=(),
        description="GitHub workflows that train it, by name or file (`train.yml`): while one of them runs for the "
        "head commit, the check waits. Without it, all workflows of the commit count.",
    )
    environment: Texts = Field(
        default=("requirements.txt",),
        description="Files with the requirements of training, as pip reads them; held against the logged model's.",
    )
    when_missing: Literal["pass", "warning", "error"] | None = Field(
        default=None,
        description="What a first measurement, without a baseline, is; else `error` for releases and hotfixes, "
        "`warning` for others.",
    )
    inconclusive: Literal["warning", "error"] = Field(
        default="warning", description="What a difference is that is too noisy to tell."
    )
    single_run: Literal["warning", "error"] = Field(
        default="error", description="What a loss beyond the tolerance is where single runs show no noise."
    )
    accept_new_dataset: Texts = Field(
        default=(),
        description="Digests of data sets that replace the baseline's: what was measured on them is a first "
        "measurement, a warning, instead of `incomparable-run`.",
    )
    metrics: dict[str, Metric] = Field(default_factory=dict, description="Metrics by name.")

    def parts(self) -> tuple[Model, ...]:
        """Return what the policy says at all: this, and of a section with several models what it says of each."""
        return (self,)

    def depends_on(self, paths: Iterable[str]) -> bool:
        """Say whether a change of these paths needs a run."""
        regexes = [translate(glob) for glob in self.training]
        return any(matched(regex, path, whole=True) for path in paths for regex in regexes)

    def may_need_run(self, paths: Iterable[str]) -> bool:
        """Say whether a change of these paths may need a run: any may, where the policy does not say which do."""
        return not self.training or self.depends_on(paths)
