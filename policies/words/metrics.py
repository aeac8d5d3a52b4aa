"""What is said of metrics that are held against a baseline or a limit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from policies.facts import Unavailable
from policies.metrics.comparison import Against, Change, Limit, MetricComparison
from policies.metrics.numbers import decimals, decimals_of, number, percent, signed
from policies.metrics.runs import BaselineKind, BaselineRuns, Group
from policies.metrics.sample import Method, MoreSeeds, Sample
from policies.phrase import Phrase, say
from policies.verdict import Remedy
from policies.words.check import count_of


def _plain(text: str) -> Phrase:
    return Phrase((text,))


# What a metric is held against, and how


def baseline(held: BaselineRuns) -> Phrase:
    """Name a baseline, with its commit where it has one."""
    name = baseline_name(held)
    commit = held.group.commit if isinstance(held.group, Group) else None
    return name + say(" at {sha}", sha=commit[:10]) if commit else name


def baseline_name(held: BaselineRuns) -> Phrase:
    """Name a baseline without its commit, which others will soon follow."""
    return say("run {name}", name=held.name[:10]) if held.kind is BaselineKind.RUN else say("{name}", name=held.name)


def value(sample: Sample, places: int) -> Phrase:
    """Write a value with its spread, which a single run has not."""
    mean = _plain(number(sample.mean, places))
    if sample.spread is None:
        return mean
    return mean + _plain(f" ± {number(sample.spread, places)}")


def change(row: MetricComparison) -> Phrase:
    """Write how much a metric has changed: as a share, or in its unit where the baseline is zero."""
    if row.relative is not None:
        return _plain(percent(row.relative))
    return _plain(signed(row.difference or 0.0, decimals_of(row)))


def accepted(row: MetricComparison) -> Phrase:
    """Write the loss that is accepted: as the policy does where that is possible."""
    tolerance, margin = row.metric.tolerance if row.metric else None, row.margin or 0.0
    if tolerance is not None and tolerance.absolute is None and tolerance.relative is not None:
        return _plain(f"{tolerance.relative * 100:.6g} %")
    return _plain(number(margin, max(0, decimals((margin,)))))


METHODS: Mapping[Method, str] = MappingProxyType(
    {
        Method.PAIRED: "seed by seed, paired t-test",
        Method.WELCH: "Welch's t-test",
        Method.PREDICTION: "Student's prediction interval",
        Method.EXACT: "no noise in the difference, compared exactly",
        Method.THRESHOLD: "noise unknown",
    }
)


def method(row: MetricComparison) -> Phrase:
    """Say how a metric was compared, and with how many runs."""
    if row.method is None or row.candidate is None or row.baseline is None:
        return say("not compared")
    if row.method is Method.THRESHOLD and row.candidate.n == row.baseline.n == 1:
        return say("single run, noise unknown")
    runs = count_of(row.candidate.n, "run")
    return say("{runs} against {n}, ", runs=runs, n=row.baseline.n) + _plain(METHODS[row.method] + _chance(row))


def _chance(row: MetricComparison) -> str:
    p = row.p if row.adjusted is None else row.adjusted
    if p is None:
        return ""
    holm = " after Holm" if row.adjusted != row.p else ""
    return f", p {'< 0.001' if p < 0.001 else f'= {p:.2g}'}{holm}"


# metric-regression


def worse(row: MetricComparison, held: BaselineRuns) -> Phrase:
    return say(
        "{metric} is worse than on {baseline}: {values}. The policy accepts a loss of {accepted}.",
        metric=row.name,
        baseline=baseline(held),
        values=_values(row),
        accepted=accepted(row),
    )


def _values(row: MetricComparison) -> Phrase:
    if row.candidate is None or row.baseline is None:
        raise ValueError(f"{row.name} was not compared")
    places = decimals_of(row)
    now, before = value(row.candidate, places), value(row.baseline, places)
    return say("{now} instead of {before}, {change}", now=now, before=before, change=change(row))


def get_better(row: MetricComparison) -> Remedy:
    text = say("Find out what made {metric} worse.", metric=row.name)
    if row.method is Method.THRESHOLD:
        return Remedy(
            text + say(" If you take it for noise, train with three seeds on each side, which would show it.")
        )
    return Remedy(text + say(" If the loss is meant, somebody who may change the policy has to accept it."))


def inconclusive(row: MetricComparison, held: BaselineRuns) -> Unavailable:
    return Unavailable(
        say(
            "Whether {metric} is worse than on {baseline} is too noisy to tell: {values} ({method}). "
            "The policy accepts a loss of {accepted}.",
            metric=row.name,
            baseline=baseline(held),
            values=_values(row),
            accepted=accepted(row),
            method=method(row),
        ),
        Remedy(_more_seeds(row.more)),
    )


def _more_seeds(more: MoreSeeds | None) -> Phrase:
    if more is None:
        return say("More seeds would hardly decide it: train with less noise, or accept a greater loss.")
    seeds = count_of(more.candidate, "more seed")
    where = say(" on each side") if more.baseline else say("")
    return say(
        "Train with {seeds}{where}: if means and spreads stay as they are, that decides.", seeds=seeds, where=where
    )


def first_measurement(held: BaselineRuns, names: Sequence[str]) -> Phrase:
    return say(
        "This is a first measurement of {names}: {baseline} has no run to hold it against.",
        names=names,
        baseline=baseline(held),
    )


def baseline_is_no_number(held: BaselineRuns, name: str, sample: Sample) -> Phrase:
    return say(
        "{metric} is {value} on {baseline}, so there is nothing to hold it against.",
        metric=name,
        value=_plain(number(sample.values[0], 0)),
        baseline=baseline(held),
    )


def on_new_data(held: BaselineRuns, names: Sequence[str]) -> Phrase:
    return say(
        "This is a first measurement of {names} on data that the policy accepts in place of that of {baseline}.",
        names=names,
        baseline=baseline(held),
    )


def measure_baseline_on_it(held: BaselineRuns) -> Remedy:
    return Remedy(
        say("Run the training of {baseline} on this data once, to see the difference.", baseline=baseline_name(held))
    )


def measure_baseline(held: BaselineRuns) -> Remedy:
    return Remedy(
        say(
            "Run the training of {baseline} once, or accept first measurements with {key} in the policy.",
            baseline=baseline_name(held),
            key="when_missing: pass",
        )
    )


def not_compared(names: Sequence[str], held: BaselineRuns, rule: str) -> Phrase:
    """Say what another rule has the say in."""
    return say(
        "{names}: not held against {baseline}, because {rule} comes first.",
        names=names,
        baseline=baseline(held),
        rule=rule,
    )


# metric-below-floor


def beyond_limit(broken: Limit) -> Phrase:
    places = decimals((broken.value - broken.limit,), (broken.value,))
    below = broken.value < broken.limit
    return say(
        "{metric} is {value}, {side} of {limit}.",
        metric=broken.name,
        value=_plain(number(broken.value, max(0, places))),
        side=_plain("below its floor" if below else "above its ceiling"),
        limit=_plain(f"{broken.limit:.12g}"),
    )


def keep_limit(broken: Limit) -> Remedy:
    return Remedy(say("Get {metric} back to where the policy wants it, whatever the baseline is.", metric=broken.name))


# missing-metric


def no_value(name: str) -> Phrase:
    return say("No run has {metric}, which the policy gates.", metric=name)


def no_number(name: str, sample: Sample) -> Phrase:
    bad = [each for each in sample.values if each - each != 0]  # NaN, or infinite
    where = say(" in {n} of {runs}", n=len(bad), runs=count_of(sample.n, "run")) if sample.n > 1 else say("")
    return say("{metric} is {value}{where}.", metric=name, value=_plain(number(bad[0], 0)), where=where)


def log_metric(name: str) -> Remedy:
    return Remedy(say("Log {metric} at the end of the training, as a finite number.", metric=name))


# incomparable-run


def incomparable(names: Sequence[str], held: BaselineRuns) -> Phrase:
    return say("{names}: cannot be compared with {baseline}.", names=names, baseline=baseline(held))


def measured_otherwise(against: Against) -> tuple[Phrase, ...]:
    """Say what is another, a line each."""
    data = [say("data set {name}: {was} → {now}", **_pair(each)) for each in against.datasets]
    judges = [say("scorers: {was} → {now}", **_pair(each)) for each in against.scorers]
    return (*data, *judges)


def _pair(changed: Change) -> dict[str, str | Phrase | tuple[str, ...]]:
    return {"name": changed.name, "was": _or_none(changed.before), "now": _or_none(changed.after)}


def _or_none(values: tuple[str, ...]) -> Phrase | tuple[str, ...]:
    return values or say("none")


def measure_alike(held: BaselineRuns, against: Against) -> Remedy:
    """Say how to get a comparison; and, where only data sets differ, how to go without one."""
    alike = say(
        "Measure it as {baseline} was measured, too; or train {baseline} once with what is new, and compare again.",
        baseline=baseline_name(held),
    )
    new = sorted({digest for each in against.datasets for digest in each.after if digest not in each.before})
    if against.scorers or not new:
        return Remedy(alike)
    key = f"accept_new_dataset: {json.dumps(new, ensure_ascii=False)}"  # a digest of digits alone is a number in YAML
    return Remedy(alike + say(" Who may change the policy can accept the new data with {key}.", key=key))
