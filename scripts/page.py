"""What generated pages have in common: the remark at their top, and the table of keys out of the JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

GENERATED = "<!-- Written by `python -m scripts.docs` from the code; edit that instead. -->\n"

Schema = Mapping[str, Any]


def table(properties: Mapping[str, Schema], page: str, required: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a table of keys; ``page`` is where other sections of the policy file are described."""
    yield "| Key | Type | Default | What it means |\n|---|---|---|---|"
    for name, value in properties.items():
        key = name if name.startswith("*") else f"`{name}`"
        default = "required" if name in required else _default(value)
        yield f"| {key} | {_kind(value, page)} | {default} | {_cell(value.get('description', ''))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(value: Schema) -> str:
    if value.get("default") in (None, [], {}):
        return "–"
    given = value["default"]
    return _cell(f"`{given if isinstance(given, str) else json.dumps(given)}`")


def _kind(value: Schema, page: str) -> str:
    """Describe what may stand here, in words, from the schema."""
    if "anyOf" in value:
        kinds = (_kind(each, page) for each in value["anyOf"] if each.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in value:
        return _named(value["$ref"].rpartition("/")[2], page)
    if "enum" in value:
        return " or ".join(f"`{word}`" for word in value["enum"])
    if value.get("type") == "array":
        return f"list of {_kind(value['items'], page)}"
    if value.get("type") == "object":
        inner = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), None)
        return f"mapping of {_kind(inner, page)}" if inner else "mapping"
    bounds = f" from {value['minimum']} to {value['maximum']}" if {"minimum", "maximum"} <= value.keys() else ""
    return {"string": "text", "boolean": "`true` or `false`", "integer": "whole number", "number": "number"}[
        value["type"]
    ] + bounds


ANCHORS = {
    "Branch": "[branch type](PAGE#a-branch-type)",
    "Name": "[name](PAGE#a-name)",
    "MlflowSection": "[section](PAGE#mlflow)",
    "Model": "[model](PAGE#a-model)",
    "Metric": "[metric](PAGE#a-metric)",
    "Baseline": "[baseline](PAGE#a-baseline)",
    "Tolerance": "[tolerance](PAGE#a-tolerance)",
    "PathApproval": "[approvals](PAGE#approvals-by-path)",
    "Severity": "`off` or `warning` or `error`",
}


def _named(name: str, page: str) -> str:
    return ANCHORS[name].replace("PAGE", page)
