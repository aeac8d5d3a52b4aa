"""What is said of whatever else a change does to a model: parameters, data, signature, requirements, examples."""

from __future__ import annotations

from collections.abc import Sequence

from policies.metrics.comparison import Breach, Change, ColumnChange, ExampleComparison
from policies.metrics.runs import Column
from policies.phrase import Phrase, say
from policies.words.check import count_of
from policies.words.models import listed, short


def changed(kind: str, changes: Sequence[Change]) -> Phrase:
    """Say how many of a kind have changed, and which."""
    names = listed([short(each.name) for each in changes], 3)
    return say("{count} changed: {names}", count=count_of(len(changes), kind), names=names)


def change(each: Change) -> Phrase:
    return short(each.name) + say(": {was} → {now}", was=_values(each.before), now=_values(each.after))


def _values(values: Sequence[str]) -> Phrase:
    return listed([short(each) for each in values], 5) if values else say("none")


def scorers() -> Phrase:
    return say("The scorers of the evaluation changed")


def signature(changes: Sequence[ColumnChange]) -> Phrase:
    broken = sum(each.breach is not Breach.NONE for each in changes)
    if not broken:
        return say("Signature changed; callers are not affected")
    return say("Signature changed: breaks callers in {places}", places=count_of(broken, "place"))


def column(each: ColumnChange) -> Phrase:
    """Say what became of a column of the signature."""
    kind = {"inputs": "input", "params": "parameter", "outputs": "output"}[each.part]
    known = each.before or each.after
    name = short(known.name) if known is not None and known.name is not None else say("{n}", n=each.place)
    text = say(
        "{kind} {name}: {was} → {now}", kind=Phrase((kind,)), name=name, was=_type(each.before), now=_type(each.after)
    )
    return text if each.breach is Breach.NONE else text + say(" (breaks callers)")


def _type(known: Column | None) -> Phrase:
    if known is None:
        return say("none")
    return short(known.type) + (say("") if known.required else say(" (optional)"))


def examples(found: Sequence[ExampleComparison]) -> Phrase:
    """Say how many verdicts on single examples have flipped."""
    better, worse = sum(each.better for each in found), sum(each.worse for each in found)
    return say("Evaluated examples: {better} better, {worse} worse", better=better, worse=worse)


def example(found: ExampleComparison) -> Phrase:
    """Say what one scorer makes of the examples."""
    text = short(found.scorer) + say(
        ": {better} better, {worse} worse, {same} the same", better=found.better, worse=found.worse, same=found.same
    )
    if found.failed:
        text += say(", {n} that could not be scored", n=found.failed)
    if found.unpaired:
        text += say(", {n} on one side only", n=found.unpaired)
    if found.better or found.worse:
        p = "< 0.001" if found.p < 0.001 else f"= {found.p:.2g}"
        text += Phrase((f"; sign test, p {p}",))
    return (
        text + say(". Worse: {keys}.", keys=listed([short(key) for key in found.lost], 10))
        if found.lost
        else text + say(".")
    )
