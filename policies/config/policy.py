"""The policy in force: every branch type and every rule, with nothing left to default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.config.document import Problem
from policies.config.mlflow import MlflowSection
from policies.gitflow.model import BranchType
from policies.rule import Options
from policies.verdict import Severity


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What the policy says of one rule. ``line`` is where the policy file says it; None for the preset's word."""

    severity: Severity
    options: Options
    per_type: Mapping[str, Severity] = field(default_factory=dict)
    may_relax: bool = False
    line: int | None = None

    def severity_for(self, kind: str | None) -> Severity:
        """Return the severity for a branch type; a branch of no type gets the rule's general one."""
        return self.per_type.get(kind, self.severity) if kind else self.severity


@dataclass(frozen=True, slots=True)
class Config:
    """A complete policy. ``said`` holds the paths that a file set itself, for policies that extend this one."""

    preset: str
    branches: tuple[BranchType, ...]
    rules: Mapping[str, RuleSetting]
    mlflow: MlflowSection | None = None
    extends: str | None = None
    said: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class ConfigErrors:
    """Why a policy file cannot be used: all problems at once, in the order of the file."""

    problems: tuple[Problem, ...]
