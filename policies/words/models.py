"""What is said of a model's metrics as a whole: in the first line of the comment, above and below its tables.

What single rules say of metrics and of runs stands in :mod:`policies.words.metrics` and :mod:`policies.words.runs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from policies.metrics.comparison import (
    Judgement,
    Limit,
    MetricComparison,
)
from policies.metrics.numbers import decimals_of, number, percent, signed
from policies.metrics.runs import BaselineKind, BaselineRuns
from policies.phrase import Phrase, say
from policies.words import metrics as words
from policies.words.check import count_of

LONGEST_NAME = 48
"""Characters of the name of a metric or a parameter, and of a value; a table with longer ones cannot be read."""


def short(text: str) -> Phrase:
    """Quote a name or a value, without its middle where it is long: names of one family differ at the end."""
    if len(text) > LONGEST_NAME:
        half = (LONGEST_NAME - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return say("{text}", text=text)


def listed(phrases: Sequence[Phrase], most: int) -> Phrase:
    """Join with commas, and say how many were left out."""
    text = Phrase(())
    for place, phrase in enumerate(phrases[:most]):
        text += (say(", ") if place else say("")) + phrase
    left = len(phrases) - most
    return text + say(" and {n} more", n=left) if left > 0 else text


# The first line


def is_free(head: str, base: str, rules: Sequence[str]) -> Phrase:
    """Say that it may be merged; ``rules`` warn."""
    text = say("{head} may be merged into {base}", head=head, base=base)
    if rules:
        text += say(", with warnings by {rules}" if len(rules) > 1 else ", with a warning by {rules}", rules=rules)
    return text + say(".")


def said_of(row: MetricComparison, held: BaselineRuns, limit: Limit | None) -> Phrase | None:
    """Say in a sentence what matters of a metric; None where nobody says what its numbers mean."""
    if limit is not None:
        return words.beyond_limit(limit)
    if row.metric is None:
        return None
    if row.judgement is Judgement.MISSING:
        return words.no_value(row.name) if row.candidate is None else words.no_number(row.name, row.candidate)
    if row.judgement is Judgement.INCOMPARABLE:
        return words.incomparable([row.name], held)
    if row.gain is not None:
        return _difference(row, held)
    if row.candidate is None:
        return None
    text = say("{metric} is {value}", metric=short(row.name), value=words.value(row.candidate, decimals_of(row)))
    if row.judgement is Judgement.UNKNOWN:
        return text + say("; what it is held against could not be seen.")
    return text + (say(", a first measurement.") if row.judgement is Judgement.FIRST else say("."))


def _difference(row: MetricComparison, held: BaselineRuns) -> Phrase:
    values = {"metric": short(row.name), "amount": _amount(row), "baseline": words.baseline_name(held)}
    if row.judgement is Judgement.INCONCLUSIVE:
        return say(
            "Whether {metric} is worse than on {baseline} is too noisy to tell: {n}.", n=words.change(row), **values
        )
    if not row.gain:
        return say("{metric} is the same as on {baseline}.", **values)
    better = say("{metric} is {amount} better than on {baseline}", **values)
    worse = say("{metric} is {amount} worse than on {baseline}", **values)
    if row.judgement is Judgement.FAIL:
        return worse + say("; a loss of {accepted} is accepted.", accepted=words.accepted(row))
    if row.judgement is Judgement.PASS and (row.gain or 0.0) < 0:
        return worse + say(", within the {accepted} that are accepted.", accepted=words.accepted(row))
    return (better if (row.gain or 0.0) > 0 else worse) + say(".")


def _amount(row: MetricComparison) -> Phrase:
    """Write how far the values are apart, without a sign."""
    if row.relative is not None:
        return Phrase((percent(abs(row.relative)).lstrip("+"),))
    return Phrase((number(abs(row.difference or 0.0), decimals_of(row)),))


def of_several(name: str, text: Phrase) -> Phrase:
    """Say which of several models a sentence is about."""
    return say("{name}: ", name=short(name)) + text


# A line of a table


def measured_on(row: MetricComparison) -> Phrase:
    """Name a metric and the data that it was measured on."""
    data = [short(each.name) + say(" ") + short(each.digest) for each in row.datasets]
    return short(row.name) + say(" on ") + (listed(data, 2) if data else say("no data set"))


def held_against(metric: Phrase, held: BaselineRuns) -> Phrase:
    return metric + say(" against ") + words.baseline_name(held)


def verdict(row: MetricComparison) -> str:
    """Say in a few words what was judged."""
    gain = row.gain or 0.0
    if row.judgement is Judgement.PASS:
        if gain < 0:
            return f"within {words.accepted(row).plain()}"
        if not gain:
            return "the same"
        return "better" if row.lower is None or row.lower > 0 else "not worse"
    if row.judgement is Judgement.FAIL:
        return "worse"
    if row.judgement is Judgement.MISSING:
        return "missing" if row.candidate is None else "no number"
    if row.judgement is Judgement.SHOWN and row.gain is not None:
        same = not signed(row.difference or 0.0, decimals_of(row)).startswith(("+", "-"))
        return "the same" if same else "better, not judged" if gain > 0 else "worse, not judged"
    return _JUDGEMENTS[row.judgement]


_JUDGEMENTS: Mapping[Judgement, str] = MappingProxyType(
    {
        Judgement.INCONCLUSIVE: "too noisy to tell",
        Judgement.INCOMPARABLE: "not comparable",
        Judgement.FIRST: "first measurement",
        Judgement.UNKNOWN: "baseline not seen",
        Judgement.SHOWN: "shown",
    }
)


def beyond(limit: Limit) -> str:
    """Say in a few words which limit is broken."""
    return f"{'below its floor' if limit.value < limit.limit else 'above its ceiling'}, {limit.limit:.12g}"


def how(metric: Phrase, row: MetricComparison, held: BaselineRuns) -> Phrase:
    """Say which way is better, what was accepted, how it was compared, and how many more seeds would decide."""
    text = metric + Phrase((f": {_goal(row)}",))
    if row.margin is not None:
        text += say(", a loss of {accepted} is accepted", accepted=words.accepted(row))
    if row.method is not None:
        text += say("; {method}", method=words.method(_without_chance(row)))
    if row.judgement is Judgement.INCONCLUSIVE and (remedy := words.inconclusive(row, held).remedy):
        return text + say(". ") + remedy.text
    return text + say(".")


def _without_chance(row: MetricComparison) -> MetricComparison:
    """Leave out how likely such a loss is by chance where there is no loss."""
    return replace(row, p=None, adjusted=None) if row.judgement is Judgement.PASS else row


def _goal(row: MetricComparison) -> str:
    if row.metric is None:
        return "only shown"
    return f"{'more' if row.metric.goal == 'maximize' else 'less'} is better"


def about_spread() -> Phrase:
    return say("± is the standard deviation of the runs.")


# The runs


def candidate() -> Phrase:
    return say("Candidate")


def baseline() -> Phrase:
    return say("Baseline")


def also() -> Phrase:
    return say("Second baseline")


def head_commit(sha: str | None) -> Phrase:
    return say("{sha}", sha=sha[:10]) if sha else say("no commit named")


def adopted(behind: int | None) -> Phrase:
    """Say why an older commit stands for the head."""
    age = say("{commits} before the head", commits=count_of(behind, "commit")) if behind else say("an older commit")
    return age + say("; nothing that training depends on has changed since")


def age(held: BaselineRuns, committed: str, behind: int | None) -> Phrase:
    """Say how old a baseline is in words that are as true tomorrow; ``committed`` is a date, or nothing."""
    text = say(" of {date}", date=Phrase((committed,))) if committed else say("")
    if behind is None or held.kind is not BaselineKind.TARGET:
        return text
    if not behind:
        return text + say(", where this branch left it")
    return text + say(", {commits} before this branch left it", commits=count_of(behind, "commit"))


def trained(duration: str, *, several: bool) -> Phrase:
    return Phrase((f"trained in {duration}{' on average' if several else ''}",))


def not_counted(statuses: Sequence[str]) -> Phrase:
    """Say that runs have not finished, or not well."""
    return say("not counted: {n} that did not finish ({status})", n=len(statuses), status=sorted(set(statuses)))


def all_runs(experiments: Sequence[str]) -> Phrase:
    return say("{experiments} in MLflow", experiments=experiments) if experiments else say("the experiment in MLflow")


# Titles


def metrics_of(name: str) -> Phrase:
    return say("Metrics of {name}", name=short(name))


def metrics_of_several(count: int) -> Phrase:
    return say("Metrics of {n} models", n=count)


def no_run() -> Phrase:
    return say("no run of this commit")


def against(held: BaselineRuns) -> Phrase:
    return say("Against {baseline}", baseline=words.baseline(held))


def other_metrics(count: int) -> Phrase:
    return count_of(count, "other metric")


def same_metrics(count: int, *, others: bool) -> Phrase:
    return say("{metrics} did not change.", metrics=count_of(count, "other metric" if others else "metric"))


def further(count: int) -> Phrase:
    return say("… and {n} more, in MLflow", n=count)


def drawn(names: Sequence[Phrase]) -> Phrase:
    return say("Plots of {names}", names=listed(names, 3))


def nothing_else(parts: Sequence[str]) -> Phrase:
    return Phrase((f"Unchanged: {', '.join(parts)}.",))


# Plots


def commits_drawn(metric: Phrase, held: BaselineRuns, count: int) -> Phrase:
    """Say what the colours of a plot over commits stand for; ``count`` commits of the base branch are drawn."""
    branch = say("{name}", name=held.name) if held.kind is BaselineKind.TARGET else say("the base branch")
    return say(
        "{metric} of the last {commits} of {branch} and, at the right end, of this change: blue.",
        metric=metric,
        commits=count_of(count, "commit"),
        branch=branch,
    )


def limit_drawn(limit: str) -> Phrase:
    return say(" The worst that is accepted, {limit}: orange.", limit=Phrase((limit,)))


def steps_drawn(name: str, *, baseline: bool) -> Phrase:
    other = say(", the baseline: orange") if baseline else say("")
    return say("{metric} by step. This change: blue{other}.", metric=short(name), other=other)


def drawn_on() -> Phrase:
    return say(" The one that ended earlier is drawn on at its last value.")


def left_out(count: int) -> Phrase:
    return say(" Not drawn, because there is no finite number: {points}.", points=count_of(count, "point"))
