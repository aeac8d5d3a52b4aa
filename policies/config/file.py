"""What a policy file may say, as models: the JSON Schema and the error messages both come from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.config.mlflow import MlflowSection
from policies.gitflow.pattern import NamePattern, from_glob, from_regex

MOST_TYPES = 40
MOST_NAMES = 20
TYPE_NAME = r"^[a-z][a-z0-9_-]{0,39}$"


class Section(BaseModel):
    """A mapping in the file; keys that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Name(Section):
    """One way to name a branch: a glob, or a regular expression; with `author` only for that account."""

    glob: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="`*` and `?` stay within a segment, `**` crosses `/`."
    )
    regex: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="RE2 syntax; must match the whole name."
    )
    author: str | None = Field(default=None, description="The account that alone may use this name: `dependabot[bot]`.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Name:
        if (self.glob is None) == (self.regex is None):
            raise PydanticCustomError("glob_or_regex", "either glob or regex")
        self.pattern()
        return self

    def pattern(self) -> NamePattern:
        """Return the compiled pattern; raises PatternError, which is a ValueError, where RE2 refuses it."""
        if self.regex is not None:
            return from_regex(self.regex, self.author)
        return from_glob(self.glob or "", self.author)


def _name(given: Any) -> Any:  # whatever the file says; the model judges what comes out
    if not isinstance(given, str):
        return given
    return {"regex": given.removeprefix("regex:").strip()} if given.startswith("regex:") else {"glob": given}


def _listed(given: Any) -> Any:  # likewise
    return [given] if isinstance(given, str | dict) else given


NameEntry = Annotated[Name, BeforeValidator(_name, json_schema_input_type=str | Name)]
Names = Annotated[
    tuple[NameEntry, ...],
    Field(min_length=1, max_length=MOST_NAMES, strict=False),  # a list in the file
    BeforeValidator(_listed, json_schema_input_type=str | list[NameEntry]),
]
TypeNames = Annotated[
    tuple[str, ...], Field(strict=False), BeforeValidator(_listed, json_schema_input_type=str | list[str])
]


class Branch(Section):
    """A branch type: what it is called, where it starts and where it merges. What is left out stays as it was."""

    names: Names | None = Field(default=None, description="Patterns; a role (no wildcard) is the first that exists.")
    from_: TypeNames | None = Field(default=None, alias="from", description="Branch types it starts from, or `any`.")
    into: TypeNames | None = Field(default=None, description="Branch types it merges into; none: it is not merged.")
    stack: bool | None = Field(default=None, description="May be merged into another branch of a stackable type.")


def _branch(given: Any) -> Any:  # likewise
    return {"names": given} if isinstance(given, str | list) else given


BranchEntry = Annotated[Branch, BeforeValidator(_branch, json_schema_input_type=str | list[NameEntry] | Branch)]


class PolicyFile(Section):
    """`.github/headgate.yml`. Everything has a default; the empty file is the `gitflow` preset."""

    preset: Literal["gitflow", "github-flow", "promotion"] | None = Field(
        default=None, description="The branching model to start from."
    )
    extends: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$")] | None = Field(
        default=None, description="The repository of the organisation's policy; it may be tightened here, not weakened."
    )
    branches: dict[Annotated[str, Field(pattern=TYPE_NAME)], BranchEntry] = Field(
        max_length=MOST_TYPES,
        default_factory=dict,
        description="Branch types by name; the only place where names are bound to roles.",
    )
    rules: dict[str, Any] = Field(  # each entry is read with the options of its own rule
        default_factory=dict, description="Rules by name: a severity, or severity, branch types and options."
    )
    mlflow: MlflowSection | None = Field(default=None, description="Where the runs are and which metrics gate.")
