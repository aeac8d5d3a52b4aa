"""The catalogue as a whole: every rule is named, documented, explained, configurable and shown by examples."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from policies import gitflow, metrics, presets
from policies.catalogue import BY_NAME, CATALOGUE
from policies.config.document import Document, parse
from policies.facts import Facts
from policies.rule import CONTEXT, Rule, parameters
from policies.verdict import Outcome
from policies.words.why import WHY
from tests.policies.cases import outcomes, rules

HEADINGS = ["## What it does", "## Why it matters", "## How to fix it"]
LONGEST_FILE = 160
every_rule = pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)


def file_of(rule: Rule) -> Path:
    return Path(inspect.getfile(rule.check))


def models_of(model: type[BaseModel]) -> Iterable[type[BaseModel]]:
    """Yield a model and those of its fields, however deep."""
    yield model
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield from models_of(inner)


def models_in(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


@every_rule
def test_is_called_like_its_file(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert file_of(rule).stem == rule.name.replace("-", "_")


@every_rule
def test_says_since_when_it_exists(rule: Rule) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", rule.since)


@every_rule
def test_is_documented_in_its_own_file(rule: Rule) -> None:
    assert re.findall(r"^#.*", rule.docs, flags=re.MULTILINE) == HEADINGS
    sections = re.split(r"^## .*\n", rule.docs, flags=re.MULTILINE)
    assert all(section.strip() for section in sections)


@every_rule
def test_is_summed_up_in_one_sentence(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", rule.summary)
    assert rule.docs.split("\n")[1] == ""


@every_rule
def test_describes_every_option(rule: Rule) -> None:
    described = [field.description for model in models_of(rule.options) for field in model.model_fields.values()]
    assert all(text and text.endswith(".") for text in described)


@every_rule
def test_has_options_that_need_no_value(rule: Rule) -> None:
    assert rule.options() == rule.options()


@every_rule
def test_says_why_a_team_has_it(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*\.", WHY[rule.name])


@every_rule
@pytest.mark.parametrize("preset", presets.NAMES)
def test_has_a_place_in_every_preset(rule: Rule, preset: str) -> None:
    document = parse(presets.source(preset))
    assert isinstance(document, Document)
    said = document.value["rules"]
    assert isinstance(said, dict)
    assert rule.name in said


@every_rule
def test_has_examples_of_what_it_can_say(rule: Rule) -> None:
    """A rule that looks at more than the pull request itself can be blind."""
    wanted = {Outcome.PASS, Outcome.FAIL}
    if set(rule.needs) - {"pull_request"}:
        wanted.add(Outcome.UNKNOWN)
    if rule.applies is not None:
        wanted.add(Outcome.SKIP)
    assert outcomes(rule.name) >= wanted


@every_rule
def test_is_handed_nothing_but_facts(rule: Rule) -> None:
    known = {field.name for field in fields(Facts)} - {"as_of"} | CONTEXT
    assert set(parameters(rule.check)) <= known
    assert set(parameters(rule.applies or rule.check)) <= known


@every_rule
def test_asks_first_without_any_costly_fact(rule: Rule) -> None:
    if rule.applies is not None:
        assert set(parameters(rule.applies)) <= {"pull_request", "push"} | CONTEXT


@every_rule
def test_fits_on_few_screens(rule: Rule) -> None:
    assert len(file_of(rule).read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_every_rule_file_is_in_the_catalogue() -> None:
    rooms = [Path(room.__path__[0]) for room in (gitflow, metrics)]
    files = [path for room in rooms for path in room.glob("*.py")]
    written = {path.stem for path in files if "RULE = Rule(" in path.read_text("utf-8")}
    assert written == {file_of(rule).stem for rule in CATALOGUE}


def test_every_file_of_examples_and_every_why_belongs_to_a_rule() -> None:
    assert set(rules()) == set(BY_NAME)
    assert list(WHY) == list(BY_NAME)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(CATALOGUE)


@pytest.mark.parametrize("preset", presets.NAMES)
def test_presets_name_no_rule_twice_and_in_the_order_of_the_catalogue(preset: str) -> None:
    document = parse(presets.source(preset))
    assert isinstance(document, Document)
    assert not document.problems
    said = document.value["rules"]
    assert isinstance(said, dict)
    assert list(said) == list(BY_NAME)
