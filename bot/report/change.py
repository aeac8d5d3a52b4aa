"""A pull request that changes the policy: what is wrong with the new one, or what it would do to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.gather.policy import PATH
from bot.report.blocks import bullets, in_a_cell, remedy_blocks, table
from bot.report.fit import joined
from bot.report.opinion import Section
from policies.config import ConfigErrors
from policies.phrase import Phrase, command, say
from policies.verdict import Remedy, Report
from policies.words import check as words
from policies.words import policy

MOST_EFFECTS = 50
"""Pull requests that are shown in the table; nobody reads on, and the sentence above it has the number."""

TRY = command("headgate", "check", "--config", PATH)


@dataclass(frozen=True, slots=True)
class Effect:
    """Another open pull request, judged by the policy that holds ``now`` and by the new one (``then``)."""

    number: int
    head: str
    base: str
    now: Report
    then: Report

    @property
    def newly_blocks(self) -> list[str]:
        return _lacking(self.then, self.now)

    @property
    def no_longer_blocks(self) -> list[str]:
        return _lacking(self.now, self.then)


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What a pull request does to the policy: ``errors`` where the new file cannot be used, else its effects.

    ``effects`` is None where nobody knows the other open pull requests. ``elsewhere`` is the default branch, where the
    pull request goes into another one and so has no effect yet.
    """

    errors: ConfigErrors | None = None
    effects: tuple[Effect, ...] | None = ()
    elsewhere: str | None = None


def _lacking(report: Report, other: Report) -> list[str]:
    also = {verdict.rule for verdict in other.blocking}
    return [verdict.rule for verdict in report.blocking if verdict.rule not in also]


def error_blocks(errors: ConfigErrors) -> Iterator[str]:
    """Say where the new policy is wrong; it blocks, because it would keep everybody else from being judged."""
    yield f"#### ✗ {policy.breaks_the_policy().markdown()}"
    yield problems(errors)
    yield from remedy_blocks(Remedy(policy.mend_policy_here(), (TRY,)), words.to_mend())


def problems(errors: ConfigErrors) -> str:
    """Return the list of what is wrong with a policy file, with places."""
    lines = [policy.at(each.position.line, each.position.column) + each.message for each in errors.problems]
    return bullets(lines, len(lines))


def effect_section(change: PolicyChange) -> Section:
    """Say what the new policy would do to the other open pull requests."""
    effects = change.effects or ()
    different = [effect for effect in effects if effect.newly_blocks or effect.no_longer_blocks]
    effect = policy.effect(len(effects), len(different))
    if change.effects is None:
        effect = policy.effect_is_not_known()
    if change.elsewhere is not None:
        effect = policy.takes_effect_on(change.elsewhere)
    said = policy.judged_by_present() + say(" ") + effect
    blocks = [said.markdown()]
    if different:
        head = ("Pull request", "Branches", "Now", "With the new policy", "Why")
        blocks.append(table(head, map(_row, different[:MOST_EFFECTS])))
    if len(different) > MOST_EFFECTS:
        blocks.append(words.more(len(different) - MOST_EFFECTS).markdown())
    return Section(policy.changes_policy().markdown(), joined(blocks))


def _row(effect: Effect) -> tuple[str, ...]:
    return (
        f"#{effect.number}",
        say("{head} → {base}", head=effect.head, base=effect.base).markdown(),
        in_a_cell(*words.OUTCOMES[effect.now.outcome]),
        in_a_cell(*words.OUTCOMES[effect.then.outcome]),
        _why(effect).markdown(),
    )


def _why(effect: Effect) -> Phrase:
    new = policy.newly_blocks(effect.newly_blocks) if effect.newly_blocks else say("")
    old = policy.no_longer_blocks(effect.no_longer_blocks) if effect.no_longer_blocks else say("")
    return new + say("; " if new.parts and old.parts else "") + old
