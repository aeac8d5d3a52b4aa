"""The JSON Schema accepts what the reader accepts, and refuses what an editor can know to be wrong."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from policies import presets
from policies.catalogue import CATALOGUE
from policies.config.document import Document, parse
from policies.config.schema import DIALECT, json_schema
from tests.policies import cases, fixtures
from tests.policies.test_tighten import ALLOWED

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
RIGHT = {
    "example": fixtures.EXAMPLE.read_bytes(),
    **{name: presets.source(name) for name in presets.NAMES},
    **{f"{name}, {index}": text.encode() for name, texts in ALLOWED.items() for index, text in enumerate(texts)},
    **{path.name: path.read_bytes() for path in sorted(fixtures.DIRECTORY.glob("*.organisation.yml"))},
}
KNOWN_TO_AN_EDITOR = (
    "bounds",
    "forms",
    "keys",
    "kinds",
    "missing",
    "nothing",
    "options",
    "rules",
    "several-problems",
    "severities",
    "type-names",
)


def value_of(data: bytes) -> object:
    document = parse(data)
    assert isinstance(document, Document)
    return document.value


def test_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == DIALECT
    assert {"$id", "title", "description"} <= SCHEMA.keys()


@pytest.mark.parametrize("name", RIGHT)
def test_accepts_what_is_right(name: str) -> None:
    VALIDATOR.validate(value_of(RIGHT[name]))


@pytest.mark.parametrize("rule", cases.rules())
def test_accepts_the_policies_of_the_examples(rule: str) -> None:
    for case in cases.cases(rule):
        VALIDATOR.validate(case.policy)


@pytest.mark.parametrize("name", KNOWN_TO_AN_EDITOR)
def test_refuses_what_an_editor_can_know(name: str) -> None:
    assert not VALIDATOR.is_valid(value_of(fixtures.path_of(name).read_bytes()))


def test_knows_every_rule_and_every_option() -> None:
    for rule in CATALOGUE:
        own = SCHEMA["$defs"][rule.name]["anyOf"][1]["properties"]
        words = {field.alias or name for name, field in rule.options.model_fields.items()}
        assert set(own) == words | {"severity", "may_relax"}
        assert all(option.get("description") for word, option in own.items() if word in words)
    assert list(SCHEMA["properties"]["rules"]["properties"]) == [rule.name for rule in CATALOGUE]
