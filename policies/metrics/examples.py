"""Pairs the scores of single examples of an evaluation (``mlflow.genai.evaluate``) with the baseline's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import ExampleComparison
from policies.metrics.runs import Run
from policies.metrics.sample import Sample
from policies.phrase import say

Scores = Mapping[str, float]
"""Means over repeated runs, by example; NaN where the scorer failed in one of them."""

NO_EVALUATION = Absent(say("there is no evaluation of single examples"))
OTHER_SCORERS = Absent(say("the evaluations used other scorers"))


def examples(ours: Sequence[Run], theirs: Sequence[Run]) -> tuple[ExampleComparison, ...] | Absent | Unavailable:
    """Compare by scorer; only where the definitions of the scorers are the same."""
    after, before = _scores(ours), _scores(theirs)
    for side in (after, before):
        if isinstance(side, Unavailable):
            return side
    if isinstance(after, Unavailable) or isinstance(before, Unavailable) or not after or not before:
        return NO_EVALUATION
    if _scorers(ours) != _scorers(theirs):
        return OTHER_SCORERS
    return tuple(_compared(scorer, after[scorer], before[scorer]) for scorer in sorted(after.keys() & before.keys()))


def _scorers(runs: Sequence[Run]) -> set[str | None]:
    return {run.evaluation.scorers for run in runs if run.evaluation}


def _scores(runs: Sequence[Run]) -> Mapping[str, Scores] | Unavailable:
    found: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        results = run.evaluation.results if run.evaluation else {}
        if isinstance(results, Unavailable):
            return results
        for scorer, scores in results.items():
            for example, score in scores.items():
                found.setdefault(scorer, {}).setdefault(example, []).append(score)
    return {
        scorer: {example: Sample(tuple(scores), ()).mean for example, scores in by_example.items()}
        for scorer, by_example in found.items()
    }


def _compared(scorer: str, after: Scores, before: Scores) -> ExampleComparison:
    both = sorted(after.keys() & before.keys())
    gains = {example: after[example] - before[example] for example in both}
    better = sum(gain > 0 for gain in gains.values())
    lost = tuple(example for example, gain in gains.items() if gain < 0)
    return ExampleComparison(
        scorer,
        better=better,
        same=sum(gain == 0 for gain in gains.values()),
        lost=lost,
        failed=sum(math.isnan(gain) for gain in gains.values()),
        unpaired=len(after.keys() ^ before.keys()),
        p=sign_test(better, len(lost)),
    )


def sign_test(better: int, worse: int) -> float:
    """Return the two-sided p-value of the exact sign test; for yes and no that is McNemar's."""
    if not better + worse:
        return 1.0
    from scipy import stats  # noqa: PLC0415  # slow to load, and few policies are about evaluations

    return float(stats.binomtest(better, better + worse).pvalue)
