"""Comparisons for programs: JSON values; numbers that JSON does not know are words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import (
    Against,
    Change,
    ColumnChange,
    ExampleComparison,
    MetricComparison,
    ModelComparison,
)
from policies.metrics.runs import Group

Known = TypeVar("Known")


def as_json(compared: Sequence[ModelComparison]) -> list[dict[str, Any]]:
    """Return one entry a model."""
    return [
        {
            "model": model.name,
            "runs": _runs(model.candidate),
            "why": _why(model.candidate),
            "against": [_against(against) for against in model.against],
        }
        for model in compared
    ]


def _runs(group: Group | Absent | Unavailable) -> list[str]:
    return [run.id for run in group.runs] if isinstance(group, Group) else []


def _why(group: Group | Absent | Unavailable) -> str | None:
    return None if isinstance(group, Group) else group.why.plain()


def _against(against: Against) -> dict[str, Any]:
    group = against.baseline.group
    return {
        "kind": against.baseline.kind.value,
        "baseline": against.baseline.name,
        "commit": group.commit if isinstance(group, Group) else None,
        "runs": _runs(group),
        "why": _why(group),
        "metrics": [_metric(row) for row in against.metrics],
        "changed": {
            "parameters": _changes(against.params),
            "datasets": _changes(against.datasets),
            "scorers": _changes(against.scorers),
            "requirements": _changes(against.requirements),
            "signature": [_column(each) for each in _known(against.signature)],
        },
        "examples": [_examples(each) for each in _known(against.examples)],
    }


def _metric(row: MetricComparison) -> dict[str, Any]:
    return {
        "name": row.name,
        "judgement": row.judgement.value,
        "gated": row.gated,
        "baseline": [_number(value) for value in row.baseline.values] if row.baseline else [],
        "candidate": [_number(value) for value in row.candidate.values] if row.candidate else [],
        "difference": _number(row.difference),
        "relative": _number(row.relative),
        "margin": _number(row.margin),
        "method": row.method.value if row.method else None,
        "p": _number(row.p if row.adjusted is None else row.adjusted),
    }


def _known(found: tuple[Known, ...] | Absent | Unavailable) -> tuple[Known, ...]:
    return found if isinstance(found, tuple) else ()


def _changes(found: tuple[Change, ...] | Absent | Unavailable) -> list[dict[str, Any]]:
    return [{"name": each.name, "before": list(each.before), "after": list(each.after)} for each in _known(found)]


def _column(each: ColumnChange) -> dict[str, Any]:
    column = each.before or each.after
    return {
        "part": each.part,
        "place": each.place,
        "name": column.name if column else None,
        "before": each.before.type if each.before else None,
        "after": each.after.type if each.after else None,
        "breaks": each.breach.value,
    }


def _examples(each: ExampleComparison) -> dict[str, Any]:
    return {
        "scorer": each.scorer,
        "better": each.better,
        "worse": list(each.lost),
        "same": each.same,
        "failed": each.failed,
        "unpaired": each.unpaired,
        "p": _number(each.p),
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)
