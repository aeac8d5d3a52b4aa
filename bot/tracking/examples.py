"""How ``mlflow.genai.evaluate`` judged single examples: from the assessments of the traces that it made."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MOST = 500
"""Traces of one answer; MLflow refuses to list more."""

_INPUTS = "mlflow.traceInputs"
_RUN = "mlflow.assessment.sourceRunId"

Results = Mapping[str, Mapping[str, float]]
"""Scores by scorer, then by example."""

_RATINGS = {"yes": 1.0, "no": 0.0}
"""https://mlflow.org/docs/latest/genai/eval-monitor/scorers/llm-judge/ """


def read_examples(answer: bytes, run_id: str) -> Results | None:
    """Return the scores; None if there are more examples than one answer holds. Raises ValueError.

    An example is known by the digest of its inputs, as far as MLflow keeps them. Inputs that are not told apart by
    that count for none: scores of two examples must not be taken for repetitions of one.
    """
    given = json.loads(answer)
    if given.get("next_page_token"):
        return None
    if not given.keys() <= {"traces", "next_page_token"}:
        raise ValueError("no list of traces")
    traces = list(given.get("traces", ()))
    keys = [_key(trace) for trace in traces]
    seen = Counter(keys)
    found: dict[str, dict[str, float]] = {}
    for key, trace in zip(keys, traces, strict=True):
        if key is not None and seen[key] == 1:
            for scorer, score in _scores(trace.get("assessments", ()), run_id):
                found.setdefault(scorer, {})[key] = score
    return found


def _key(trace: Mapping[str, Any]) -> str | None:
    inputs = trace.get("trace_metadata", {}).get(_INPUTS)
    return hashlib.sha256(str(inputs).encode()).hexdigest()[:16] if inputs else None


def _scores(assessments: Iterable[Mapping[str, Any]], run_id: str) -> Iterator[tuple[str, float]]:
    """Yield what the scorers of this run said; people, and later evaluations of the same traces, are left out."""
    for each in assessments:
        feedback, by = each.get("feedback"), each.get("metadata", {}).get(_RUN)
        if feedback is None or by != run_id or each.get("valid") is False:
            continue
        score = math.nan if feedback.get("error") else _score(feedback.get("value"))
        if score is not None:
            yield str(each["assessment_name"]), score


def _score(value: Any) -> float | None:
    if isinstance(value, bool | int | float):
        return float(value)
    return _RATINGS.get(value.strip().lower()) if isinstance(value, str) else None
