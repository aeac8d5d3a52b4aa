"""How what a check says becomes a verdict: what blocks before what does not, and never green for what was not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from policies.evaluate import evaluate, needed
from policies.facts import Absent, Facts, PullRequest, Unavailable
from policies.phrase import say
from policies.rule import Rule
from policies.verdict import Finding, Outcome, Severity, Verdict
from tests.policies.cases import NOON
from tests.policies.fixtures import config_of

Said = Finding | Unavailable | Absent

WRONG, UNSEEN = Finding(say("wrong")), Unavailable(say("unseen"))
DOUBTFUL, UNCLEAR = Finding(say("doubtful"), advisory=True), Unavailable(say("unclear"), advisory=True)
NOTHING = Absent(say("nothing"))
FACTS = Facts(NOON, PullRequest("feature/x", "dev"))


def saying(*said: Said) -> Callable[[PullRequest], Iterator[Said]]:
    def check(pull_request: PullRequest) -> Iterator[Said]:
        assert pull_request.head == "feature/x"
        yield from said

    return check


def verdict(*said: Said, severity: str = "error") -> Verdict:
    rule = Rule(name="bad-title", since="0.1.0", check=saying(*said))
    (only,) = evaluate(FACTS, config_of(f"rules: {{bad-title: {severity}}}".encode()), [rule]).verdicts
    return only


@pytest.mark.parametrize(
    ("said", "severity", "outcome"),
    [
        ([], Severity.ERROR, Outcome.PASS),
        ([WRONG], Severity.ERROR, Outcome.FAIL),
        ([UNSEEN], Severity.ERROR, Outcome.UNKNOWN),
        ([DOUBTFUL], Severity.WARNING, Outcome.FAIL),
        ([UNCLEAR], Severity.WARNING, Outcome.UNKNOWN),
        ([DOUBTFUL, UNCLEAR], Severity.WARNING, Outcome.FAIL),
        ([WRONG, UNCLEAR], Severity.ERROR, Outcome.FAIL),
        ([WRONG, UNSEEN], Severity.ERROR, Outcome.FAIL),
        ([DOUBTFUL, UNSEEN], Severity.ERROR, Outcome.UNKNOWN),
        ([NOTHING], Severity.ERROR, Outcome.SKIP),
        ([NOTHING, WRONG], Severity.ERROR, Outcome.FAIL),
        ([NOTHING, UNCLEAR], Severity.WARNING, Outcome.UNKNOWN),
    ],
)
def test_what_blocks_decides(said: list[Said], severity: Severity, outcome: Outcome) -> None:
    for order in (said, said[::-1]):
        found = verdict(*order)
        assert (found.severity, found.outcome) == (severity, outcome)
        assert (found.reason is not None) == (outcome is Outcome.SKIP)


def test_a_warning_stays_one() -> None:
    assert verdict(WRONG, severity="warning").severity is Severity.WARNING


def test_what_does_not_block_is_shown_beside_what_does() -> None:
    assert verdict(DOUBTFUL, WRONG).findings == (DOUBTFUL, WRONG)
    assert [finding.message.plain() for finding in verdict(DOUBTFUL, UNSEEN).findings] == ["doubtful", "unseen"]


@pytest.mark.parametrize(("unseen", "severity"), [(UNSEEN, Severity.ERROR), (UNCLEAR, Severity.WARNING)])
def test_a_rule_that_follows_a_stack_is_not_asked_where_nobody_sees_its_end(
    unseen: Unavailable, severity: Severity
) -> None:
    def check(pull_request: PullRequest, tags: object) -> Iterator[Said]:
        yield WRONG

    facts = Facts(NOON, PullRequest("feature/x", "feature/y", stack=unseen), tags=())
    for follows, outcome in ((True, Outcome.UNKNOWN), (False, Outcome.FAIL)):
        rule = Rule(name="bad-version", since="0.1.0", check=check, follows_stack=follows)
        assert needed(facts, config_of(b""), [rule]) == (frozenset() if follows else {"tags"})
        (only,) = evaluate(facts, config_of(b""), [rule]).verdicts
        assert only.outcome is outcome
        if follows:
            assert (only.severity, only.findings) == (severity, (Finding(unseen.why),))
