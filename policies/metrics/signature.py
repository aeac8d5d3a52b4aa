"""How a model's signature differs from the baseline's, and what that does to those who call the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import Breach, ColumnChange
from policies.metrics.logged import logs_model, signature_of
from policies.metrics.runs import Column, Run, Signature

SAFE = frozenset({("integer", "long"), ("integer", "double"), ("float", "double")})
"""What may become what: MLflow converts these (``_enforce_mlflow_datatype`` in mlflow/models/utils.py)."""


def signature_changes(ours: Sequence[Run], theirs: Sequence[Run]) -> tuple[ColumnChange, ...] | Absent | Unavailable:
    """Compare the signatures of the logged models. A model without one has none of the baseline's columns."""
    before, after = signature_of(theirs), signature_of(ours)
    if isinstance(before, Absent | Unavailable):
        return before
    if isinstance(after, Absent) and logs_model(ours):
        after = Signature()
    if isinstance(after, Absent | Unavailable):
        return after
    return (
        *_changes("inputs", before.inputs, after.inputs, sent=True),
        *_changes("params", before.params, after.params, sent=True),
        *_changes("outputs", before.outputs, after.outputs, sent=False),
    )


def _changes(part: str, before: Sequence[Column], after: Sequence[Column], *, sent: bool) -> Iterator[ColumnChange]:
    old, new = _by_name(before), _by_name(after)
    for key in dict.fromkeys((*old, *new)):
        place, was = old.get(key, (0, None))
        new_place, now = new.get(key, (0, None))
        if was != now:
            yield ColumnChange(part, place or new_place, was, now, _breach(was, now) if sent else Breach.NONE)


def _by_name(columns: Sequence[Column]) -> Mapping[str | int, tuple[int, Column]]:
    """Columns without a name are known by their place."""
    numbered = list(enumerate(columns, start=1))
    return {place if column.name is None else column.name: (place, column) for place, column in numbered}


def _breach(was: Column | None, now: Column | None) -> Breach:
    if now is None:
        return Breach.REMOVED
    if was is None:
        return Breach.REQUIRED if now.required else Breach.NONE
    if was.type != now.type and (was.type, now.type) not in SAFE:
        return Breach.RETYPED
    return Breach.REQUIRED if now.required and not was.required else Breach.NONE
