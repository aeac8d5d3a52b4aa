"""Every example on a rule's page is true: the facts give exactly the words."""

from __future__ import annotations

import pytest

from tests.policies.cases import Case, cases, rules

ALL = [case for rule in rules() for case in cases(rule)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.rule}: {case.title}")
def test_the_rule_says_what_its_page_says(case: Case) -> None:
    assert case.said() == case.expected
