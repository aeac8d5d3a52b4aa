"""The JSON Schema of the policy file, from the same models that read it: editors complete what the reader accepts."""

from __future__ import annotations

from typing import Any

from policies.catalogue import CATALOGUE
from policies.config.file import TYPE_NAME, PolicyFile
from policies.rule import Rule
from policies.verdict import Severity

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = "urn:headgate:policy-file"

SEVERITY = {
    "title": "Severity",
    "description": "How much the team minds: `off` is not judged, `warning` is shown, `error` blocks the merge.",
    "enum": [severity.word for severity in Severity],
}

MAY_RELAX = {
    "title": "May relax",
    "description": "In an organisation's policy: repositories that extend it may weaken this rule.",
    "type": "boolean",
    "default": False,
}


def json_schema() -> dict[str, Any]:
    """Return the schema of `.github/headgate.yml`."""
    file = PolicyFile.model_json_schema(by_alias=True)
    definitions = {**file.pop("$defs", {}), "Severity": SEVERITY}
    for rule in CATALOGUE:
        options = rule.options.model_json_schema(by_alias=True)
        definitions |= options.pop("$defs", {})
        definitions[rule.name] = _rule(rule, options)
    rules = {rule.name: {"$ref": f"#/$defs/{rule.name}"} for rule in CATALOGUE}
    file["properties"]["branches"]["additionalProperties"] = False
    file["properties"]["rules"] |= {"properties": rules, "additionalProperties": False}
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        **file,
        "title": "Headgate policy",
        "$defs": dict(sorted(definitions.items())),
    }


def _rule(rule: Rule, options: dict[str, Any]) -> dict[str, Any]:
    """One entry under `rules:`: a severity, or a mapping of severity, options and severities by branch type."""
    severity = {"$ref": "#/$defs/Severity"}
    long_form: dict[str, Any] = {
        "type": "object",
        "properties": {"severity": severity, "may_relax": MAY_RELAX, **options.get("properties", {})},
        "propertyNames": {"pattern": TYPE_NAME},
        "additionalProperties": severity,  # by branch type; the names of a team's own types are not known here
    }
    return {"title": rule.name, "description": rule.summary, "anyOf": [severity, long_form]}
