"""Runs the catalogue over facts. Pure: the same facts and the same policy give the same report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policies.catalogue import CATALOGUE
from policies.config import Config, RuleSetting
from policies.facts import Absent, Branches, Facts, PullRequest, Push, Unavailable
from policies.gitflow.model import BranchModel, bind
from policies.phrase import Phrase
from policies.rule import Rule, parameters
from policies.verdict import Finding, Outcome, Report, Severity, Verdict
from policies.words import blind


def evaluate(facts: Facts, config: Config, rules: Iterable[Rule] = CATALOGUE) -> Report:
    """Judge the pull request, or the push, that ``facts`` are about. Rules that are off are left out.

    So are rules about runs where the policy has no ``mlflow`` section.
    """
    model = model_of(facts, config)
    verdicts = (_verdict(rule, facts, config, model) for rule in _asked(rules, facts, config))
    return Report(facts.as_of, tuple(verdict for verdict in verdicts if verdict is not None))


def needed(facts: Facts, config: Config, rules: Iterable[Rule] = CATALOGUE) -> frozenset[str]:
    """Return the names of the facts that some rule will ask for, given the pull request (or push) and the branches.

    A gatherer calls this first and then fetches just that.
    """
    model = model_of(facts, config)
    wanted: set[str] = set()
    for rule in _asked(rules, facts, config):
        setting = config.rules[rule.name]
        if _severity(setting, facts, model) is Severity.OFF or _end_of_stack(rule, facts) is not None:
            continue
        if _skipped(rule, facts, model, config) is None:
            wanted.update(rule.needed_with(setting.options))
    return frozenset(wanted) - {"pull_request", "push", "branches"}


def model_of(facts: Facts, config: Config) -> BranchModel:
    """Bind the branching model of the policy to the branches that exist; the base of a pull request surely does."""
    branches = facts.branches if isinstance(facts.branches, Branches) else Branches({}, facts.branches)
    also = [facts.push.branch] if isinstance(facts.push, Push) else []
    if isinstance(facts.pull_request, PullRequest):
        also = [facts.pull_request.base, facts.pull_request.root or facts.pull_request.base]
    return bind(config.branches, branches, also)


def _asked(rules: Iterable[Rule], facts: Facts, config: Config) -> Iterable[Rule]:
    pushed = not isinstance(facts.push, Absent)
    return (rule for rule in rules if rule.judges_push == pushed and is_concerned(rule, config))


def is_concerned(rule: Rule, config: Config) -> bool:
    """Say whether a policy has anything for a rule to judge: rules about runs need a section that names the runs."""
    return config.mlflow is not None or "metrics" not in rule.needs


def _severity(setting: RuleSetting, facts: Facts, model: BranchModel) -> Severity:
    kind = None
    if isinstance(facts.pull_request, PullRequest):
        kind = model.head(facts.pull_request)
    elif isinstance(facts.push, Push):
        kind = model.classify(facts.push.branch)
    return setting.severity_for(kind.name if kind else None)


def _verdict(rule: Rule, facts: Facts, config: Config, model: BranchModel) -> Verdict | None:
    setting = config.rules[rule.name]
    severity = _severity(setting, facts, model)
    if severity is Severity.OFF:
        return None
    try:
        unseen = _end_of_stack(rule, facts)
        if unseen is not None:
            return _concluded(rule, severity, (unseen,))
        reason = _skipped(rule, facts, model, config)
        if reason is not None:
            return Verdict(rule.name, severity, Outcome.SKIP, reason=reason)
        return _judged(rule, severity, _arguments(rule, facts, model, config))
    except Exception as error:  # noqa: BLE001  # a crash is this rule's verdict alone; the others still speak
        finding = Finding(blind.rule_crashed(rule.name, type(error).__name__), blind.report_fault())
        return Verdict(rule.name, severity, Outcome.ERROR, (finding,))


def _end_of_stack(rule: Rule, facts: Facts) -> Unavailable | None:
    """Return why it cannot be told where the stack ends that decides, or None."""
    pull_request = facts.pull_request
    return pull_request.stack if rule.follows_stack and isinstance(pull_request, PullRequest) else None


def _skipped(rule: Rule, facts: Facts, model: BranchModel, config: Config) -> Phrase | None:
    """Return why there is nothing to judge, or None. Asks for cheap facts only."""
    subject = facts.push if rule.judges_push else facts.pull_request
    if isinstance(subject, Absent):
        return subject.why
    if rule.applies is None or isinstance(subject, Unavailable):
        return None
    given = {"push": facts.push, "pull_request": facts.pull_request, **_context(rule, model, config)}
    return rule.applies(**{name: given[name] for name in parameters(rule.applies)})


def _context(rule: Rule, model: BranchModel, config: Config) -> dict[str, Any]:
    return {"model": model, "options": config.rules[rule.name].options, "mlflow": config.mlflow}


def _arguments(rule: Rule, facts: Facts, model: BranchModel, config: Config) -> dict[str, Any]:
    arguments = _context(rule, model, config)
    wanted = rule.needed_with(arguments["options"])
    arguments |= {name: getattr(facts, name) if name in wanted else None for name in rule.needs}
    return {name: arguments[name] for name in parameters(rule.check)}


def _judged(rule: Rule, severity: Severity, arguments: dict[str, Any]) -> Verdict:
    for value in arguments.values():
        if isinstance(value, Absent):
            return Verdict(rule.name, severity, Outcome.SKIP, reason=value.why)
    missing = dict.fromkeys(value for value in arguments.values() if isinstance(value, Unavailable))
    if missing:
        unseen = tuple(Finding(value.why, value.remedy) for value in missing)
        return Verdict(rule.name, severity, Outcome.UNKNOWN, unseen)
    return _concluded(rule, severity, tuple(rule.check(**arguments)))


def _concluded(rule: Rule, severity: Severity, said: tuple[Finding | Unavailable | Absent, ...]) -> Verdict:
    """Sum up what a check said: an offence before what it could not see, and what blocks before what does not."""
    serious = tuple(each for each in said if not isinstance(each, Absent))
    firm = tuple(each for each in serious if not each.advisory)
    if not serious:
        absent = next((each for each in said if isinstance(each, Absent)), None)
        outcome = Outcome.SKIP if absent else Outcome.PASS
        return Verdict(rule.name, severity, outcome, reason=absent.why if absent else None)
    if not firm:
        severity = min(severity, Severity.WARNING)
    if any(isinstance(each, Finding) for each in firm or serious):
        offences = tuple(each for each in serious if isinstance(each, Finding))
        return Verdict(rule.name, severity, Outcome.FAIL, offences)
    shown = tuple(each if isinstance(each, Finding) else Finding(each.why, each.remedy) for each in serious)
    return Verdict(rule.name, severity, Outcome.UNKNOWN, shown)
