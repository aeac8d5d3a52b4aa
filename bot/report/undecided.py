"""What people read where nothing could be decided: the policy is broken, a fact cannot be had, or we have failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.report.blocks import bullets, remedy_blocks
from bot.report.change import TRY, problems
from bot.report.fit import joined, one_line
from bot.report.marks import marks_of_policy
from bot.report.opinion import Opinion
from policies.config import ConfigErrors
from policies.facts import PullRequest, Unavailable
from policies.phrase import Phrase, say
from policies.verdict import Outcome, Remedy
from policies.words import check as words
from policies.words import failure, policy


def broken_policy(subject: PullRequest, label: str, errors: ConfigErrors, *, ours: bool = True) -> Opinion:
    """Say that the policy cannot be used, where it is wrong, and that this is not the author's fault.

    ``label`` says where the policy was read. ``ours`` is False for the policy of an organisation, of which no line can
    be marked in this repository.
    """
    first = errors.problems[0]
    remedy = Remedy(policy.mend_policy(), (TRY,)) if ours else Remedy(policy.mend_policy_of_others())
    blocks = [
        policy.not_about_the_change().markdown(),
        problems(errors),
        *remedy_blocks(remedy, words.to_mend()),
    ]
    headline = policy.policy_broken(label, first.position.line) + first.message
    lead = policy.policy_cannot_be_used(label, len(errors.problems))
    return replace(_error(subject, headline, lead, blocks), annotations=tuple(marks_of_policy(errors)) if ours else ())


def undecided(subject: PullRequest, missing: Unavailable) -> Opinion:
    """Say that something that decides cannot be had, and what would help."""
    blocks = [missing.why.markdown()]
    if missing.remedy is not None:
        blocks += remedy_blocks(missing.remedy, words.what_helps())
    lead = failure.is_not_decided_yet(subject.head, subject.base)
    return replace(
        _error(subject, words.could_not_decide() + missing.why, lead, blocks),
        outcome=Outcome.UNKNOWN,
    )


def failed(subject: PullRequest, *, delivery: str, attempts: int, error: str) -> Opinion:
    """Say that we have failed for good: never green. ``error`` is the kind of the last one, for those who run us."""
    blocks = [
        (failure.our_fault(attempts) + say(" ") + failure.never_green()).markdown(),
        *remedy_blocks(Remedy(failure.try_again()), words.to_mend()),
        *remedy_blocks(Remedy(failure.ask_operator(delivery), ("headgate jobs",)), failure.for_operators()),
    ]
    headline = failure.could_not_evaluate(attempts, delivery)
    lead = failure.could_not_be_evaluated(subject.head, subject.base)
    history = bullets([failure.tried(attempts), failure.last_error(error), failure.of_delivery(delivery)])
    return replace(_error(subject, headline, lead, blocks), details=history)


def _error(subject: PullRequest, headline: Phrase, lead: Phrase, blocks: Sequence[str]) -> Opinion:
    return Opinion(
        number=subject.number or 0,
        head=subject.head,
        base=subject.base,
        outcome=Outcome.ERROR,
        headline=one_line(headline),
        summary=joined([f"**{lead.markdown()}**", *blocks]),
        details=failure.no_rule_was_asked().markdown(),
    )
