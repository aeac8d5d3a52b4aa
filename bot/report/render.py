"""A verdict as people read it: one line that says what is wrong, then what mends it, then everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.gather.policy import PATH
from bot.judged import Judged
from bot.report.blocks import every_rule, verdict_blocks
from bot.report.change import PolicyChange, effect_section, error_blocks
from bot.report.details import details, what_was_seen
from bot.report.fit import LONGEST_OUTPUT, Part, bare, fitted, joined, one_line
from bot.report.marks import marks_of, marks_of_policy
from bot.report.metrics import section as metrics
from bot.report.metrics.order import Matter, what_matters
from bot.report.opinion import Opinion, Section
from policies.config import ConfigErrors
from policies.facts import PullRequest, Push
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from policies.phrase import Phrase, say
from policies.verdict import Outcome, Report, Verdict, worst
from policies.words import check as words
from policies.words import models, policy

_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN)
"""What a headline names first: a known offence before what kept us from deciding."""


def opinion(
    judged: Judged,
    *,
    seen: Mapping[str, Phrase] = MappingProxyType({}),
    change: PolicyChange | None = None,
    docs: str | None = None,
) -> Opinion:
    """Say what a report means for a pull request, or for a push (number 0, no base).

    ``seen`` describes the facts by name. ``change`` is what the pull request does to the policy, if it does anything.
    ``docs`` is the address of the folder with the rules' documentation pages.
    """
    report, pull_request = judged.report, judged.facts.pull_request
    errors = change.errors if change else None
    compared = _compared(judged)
    matter = what_matters(compared)
    if isinstance(pull_request, PullRequest):
        number, head, base = pull_request.number or 0, pull_request.head, pull_request.base
        headline, lead = _headline(report, errors, matter), _lead(report, pull_request, errors, matter)
    else:
        number, head, base = 0, _branch(judged), ""
        headline, lead = _headline_of_push(report), _lead_of_push(report, head)
    marks, placed = marks_of(report)
    blocks = [f"**{lead.markdown()}**", *(error_blocks(errors) if errors else ()), *_blocking(report, compared, docs)]
    if placed > len(marks):
        blocks.append(words.marks_left_out(len(marks), placed).markdown())
    return Opinion(
        number=number,
        head=head,
        base=base,
        outcome=worst((report.outcome, Outcome.FAIL if errors else Outcome.PASS)),
        headline=headline,
        summary=_bounded(blocks),
        details=details(judged, docs),
        annotations=(*(marks_of_policy(errors) if errors else ()), *marks),
        sections=tuple(_sections(judged, compared, change, docs)),
        seen=what_was_seen(judged, seen),
    )


def looking(subject: PullRequest, why: Phrase | None = None) -> Opinion:
    """Say that the verdict is still to come; ``why`` names what we wait for, without a full stop."""
    lead = words.is_looked_at(subject.head, subject.base)
    rest = (why + say(". ") if why else say("")) + words.comes_by_itself()
    return Opinion(
        number=subject.number or 0,
        head=subject.head,
        base=subject.base,
        outcome=None,
        headline=one_line(why or words.looking()),
        summary=joined([f"**{lead.markdown()}**", rest.markdown()]),
    )


def _branch(judged: Judged) -> str:
    return judged.facts.push.branch if isinstance(judged.facts.push, Push) else ""


def _compared(judged: Judged) -> tuple[ModelComparison, ...]:
    """Compare the runs, where there is a policy for them and somebody could look."""
    found = judged.facts.metrics
    return comparisons(found) if isinstance(found, tuple) else ()


def _blocking(report: Report, compared: tuple[ModelComparison, ...], docs: str | None) -> Iterator[str]:
    """Say what blocks, below the numbers that may be the reason."""
    if report.blocking:
        yield metrics.summary(compared, _rules(report.blocking))
    for verdict in report.blocking:
        yield from verdict_blocks(verdict, docs)


def _rules(verdicts: tuple[Verdict, ...]) -> frozenset[str]:
    return frozenset(verdict.rule for verdict in verdicts)


def _headline(report: Report, errors: ConfigErrors | None, matter: Matter | None) -> str:
    if errors:
        first = errors.problems[0]
        said = policy.breaks_policy(PATH, first.position.line) + first.message
        return one_line(said, _others(len(report.blocking)))
    if report.blocking:
        return _worst_of(report.blocking, matter)
    said = words.may_be_merged(len(report.warnings))
    return one_line(said + say(": ") + matter.sentence if matter else said)


def _headline_of_push(report: Report) -> str:
    wrong = report.blocking or report.warnings
    return _worst_of(wrong) if wrong else one_line(words.nothing_wrong())


def _worst_of(verdicts: tuple[Verdict, ...], matter: Matter | None = None) -> str:
    """Say the worst in its own words, or by the number that matters, and how many others there are."""
    first = min(verdicts, key=lambda verdict: _FIRST.index(verdict.outcome))
    said = matter.sentence if matter and matter.rule == first.rule else first.findings[0].message
    if first.outcome is not Outcome.FAIL:
        said = words.could_not_decide() + said
    return one_line(said, f" ({first.rule}){_others(len(verdicts) - 1)}")


def _others(count: int) -> str:
    return bare(words.and_more(count)) if count else ""


def _lead(report: Report, pull_request: PullRequest, errors: ConfigErrors | None, matter: Matter | None) -> Phrase:
    """Say the verdict, and the one number that matters if metrics were compared."""
    verdict = _verdict(report, pull_request, errors, measured=matter is not None)
    return verdict + say(" ") + matter.sentence if matter and not errors else verdict


def _verdict(report: Report, pull_request: PullRequest, errors: ConfigErrors | None, *, measured: bool) -> Phrase:
    head, base = pull_request.head, pull_request.base
    rules = [verdict.rule for verdict in report.blocking]
    if errors:
        return policy.brings_broken_policy(head, base, PATH, rules)
    if not rules and measured:
        return models.is_free(head, base, [verdict.rule for verdict in report.warnings])
    if not rules:
        return words.is_free(head, base, len(report.warnings))
    known = report.outcome is Outcome.FAIL
    return words.is_blocked(head, base, rules) if known else words.is_not_decided(head, base, rules)


def _lead_of_push(report: Report, branch: str) -> Phrase:
    wrong = report.blocking or report.warnings
    rules = [verdict.rule for verdict in wrong]
    if not rules:
        return words.push_is_fine(branch)
    known = any(verdict.outcome is Outcome.FAIL for verdict in wrong)
    return words.push_breaks(branch, rules) if known else words.push_not_decided(branch, rules)


def _bounded(blocks: Sequence[str]) -> str:
    """Put blocks together; more than a whole page is not even stored."""
    return fitted([Part(joined(blocks))], LONGEST_OUTPUT)


def _sections(
    judged: Judged, compared: tuple[ModelComparison, ...], change: PolicyChange | None, docs: str | None
) -> Iterator[Section]:
    report = judged.report
    if change and not change.errors:
        yield effect_section(change)
    yield from metrics.sections(compared, _rules(report.blocking), below=bool(report.blocking))
    if report.warnings:
        blocks = [block for verdict in report.warnings for block in verdict_blocks(verdict, docs)]
        yield Section(words.warnings().markdown(), _bounded(blocks))
    about = policy.about(judged.policy.label).markdown()
    yield Section(words.every_rule().markdown(), joined([every_rule(report.verdicts, docs), about]))
