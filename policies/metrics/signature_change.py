"""The model no longer takes what callers of the baseline's model send.

## What it does

Compares the signature of the logged model with that of the baseline's. It is an offence if an input or a parameter is
gone, has another type, or must be sent that callers do not send yet. Types that MLflow converts (`integer` to `long` or
`double`, `float` to `double`) are fine, and so are new optional inputs and other outputs, which are shown only.

## Why it matters

The model is deployed behind callers that nobody changes in the same moment: each of their requests fails.

## How to fix it

Keep the inputs that callers send. If the change is meant, change the callers first.
"""

from __future__ import annotations

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import Breach
from policies.metrics.runs import ModelRuns
from policies.metrics.subject import named, with_runs, without_runs
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import runs as words


def check(metrics: tuple[ModelRuns, ...]) -> Findings:
    yield from without_runs(metrics)
    held = [(compared, against) for compared, _ in with_runs(metrics) for against in compared.against]
    for compared, against in held:
        signature = against.baseline.group if isinstance(against.baseline.group, Unavailable) else against.signature
        if isinstance(signature, Unavailable):
            yield named(metrics, compared, signature)
        elif not isinstance(signature, Absent) and (breaks := [c for c in signature if c.breach is not Breach.NONE]):
            lines = tuple(map(words.column_change, breaks))
            said = Finding(words.breaks_callers(against.baseline), words.keep_signature(), lines)
            yield named(metrics, compared, said)
    absent = [against.signature for _, against in held if isinstance(against.signature, Absent)]
    if len(absent) == len(held):
        yield from absent[:1]


RULE = Rule(name="signature-change", since="0.1.0", check=check)
