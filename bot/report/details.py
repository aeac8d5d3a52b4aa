"""How each verdict came about: what was asked for and where, and what Headgate saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from bot.gather.policy import PATH, Policy
from bot.judged import Judged
from bot.report.blocks import bullets, rule_name, standing, table
from bot.report.fit import joined
from policies.catalogue import BY_NAME, CATALOGUE
from policies.evaluate import is_concerned, model_of
from policies.facts import PullRequest, Push
from policies.phrase import Phrase, say
from policies.verdict import Outcome, Verdict
from policies.words import check as words
from policies.words import policy as policy_words


def details(judged: Judged, docs: str | None = None) -> str:
    """Return the table of rules with the line of the policy that asked for each, and what the rule looked at."""
    kind = _kind(judged)
    rows = (_row(verdict, judged.policy, kind, docs) for verdict in judged.report.verdicts)
    head = ("Rule", "Verdict", "Severity", "Asked for by", "Looked at")
    return joined([f"### {policy_words.how_it_came_about().markdown()}", table(head, rows), _switched_off(judged)])


def what_was_seen(judged: Judged, seen: Mapping[str, Phrase]) -> str:
    """Return the facts that the rules used, as somebody saw them at a moment."""
    used = {name for verdict in judged.report.verdicts for name in _looked_at(verdict, judged.policy)}
    lines = [
        say("{what}: {fact}", what=Phrase((what,)), fact=seen[name])
        for name, what in words.FACTS.items()
        if name in used and name in seen
    ]
    moment = f"{judged.report.as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if not lines:
        return policy_words.as_of(moment).markdown()
    return joined([f"### {policy_words.what_was_seen(moment).markdown()}", bullets(lines, len(lines))])


def asked_by(rule: str, policy: Policy) -> Phrase:
    """Say who asked for a rule: a line of the policy file, of the organisation's, or the preset."""
    config = policy.config
    line = config.rules[rule].line
    if line is None:
        return policy_words.asked_by_preset(config.preset)
    if config.extends is not None and ("rules", rule) not in config.said:
        return policy_words.asked_by_organisation(PATH, config.extends, line)
    return policy_words.asked_by_file(policy.label, line)


def _row(verdict: Verdict, policy: Policy, kind: str | None, docs: str | None) -> tuple[str, ...]:
    own = kind if kind in policy.config.rules[verdict.rule].per_type else None
    looked_at = ", ".join(words.FACTS[name] for name in _looked_at(verdict, policy))
    return (
        rule_name(verdict.rule, docs),
        standing(verdict),
        policy_words.severity(verdict.severity.word, own).markdown(),
        asked_by(verdict.rule, policy).markdown(),
        looked_at,
    )


def _looked_at(verdict: Verdict, policy: Policy) -> tuple[str, ...]:
    """Return the facts that a rule was handed; one that had nothing to judge was handed none worth naming."""
    if verdict.outcome is Outcome.SKIP:
        return ()
    rule = BY_NAME[verdict.rule]
    needed = rule.needed_with(policy.config.rules[verdict.rule].options)
    return tuple(name for name in rule.needs if name in needed)


def _kind(judged: Judged) -> str | None:
    """Return the type of the branch that was judged: it may have a severity of its own."""
    facts = judged.facts
    model = model_of(facts, judged.policy.config)
    if isinstance(facts.pull_request, PullRequest):
        kind = model.head(facts.pull_request)
    elif isinstance(facts.push, Push):
        kind = model.classify(facts.push.branch)
    else:
        return None
    return kind.name if kind else None


def _switched_off(judged: Judged) -> str:
    on = {verdict.rule for verdict in judged.report.verdicts}
    pushed = isinstance(judged.facts.push, Push)
    asked = [rule for rule in CATALOGUE if rule.judges_push == pushed and is_concerned(rule, judged.policy.config)]
    off = [rule.name for rule in asked if rule.name not in on]
    return policy_words.switched_off(off).markdown() if off else ""
