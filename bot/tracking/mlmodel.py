"""What a logged model says of itself in its ``MLmodel`` file, read without numpy, pandas or the model.

https://mlflow.org/docs/latest/ml/model/#model-format and https://mlflow.org/docs/latest/ml/model/signatures/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from policies.facts import Absent
from policies.metrics.runs import NO_SIGNATURE, Column, Signature

LARGEST = 256 * 1024
"""Bytes of a file about a model; a signature of 4,000 columns has as many."""


@dataclass(frozen=True, slots=True)
class Description:
    """What an ``MLmodel`` file says, as far as anybody asks."""

    flavors: tuple[str, ...]
    signature: Signature | Absent


def read_mlmodel(data: bytes) -> Description:
    """Read the file. Raises ValueError for what is none."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    try:
        given = yaml.safe_load(data)  # libYAML is faster, and crashes the process on 100,000 brackets
        return Description(tuple(sorted(map(str, given.get("flavors") or ()))), _signature(given.get("signature")))
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not an MLmodel file") from error


def _signature(given: Mapping[str, str] | None) -> Signature | Absent:
    if not given:
        return NO_SIGNATURE
    parts = {part: tuple(_columns(given.get(part))) for part in ("inputs", "outputs", "params")}
    return Signature(**parts) if any(parts.values()) else NO_SIGNATURE


def _columns(text: str | None) -> Iterator[Column]:
    """Read what is in JSON within the YAML. A parameter has a default; MLflow 2 said "optional" before "required"."""
    for each in json.loads(text) if text else ():
        required = "default" not in each and bool(each.get("required", not each.get("optional")))
        name = each.get("name")
        yield Column(None if name is None else str(name), _type(each), required)


def _type(given: Mapping[str, Any]) -> str:
    """Return MLflow's word for a type, with what it consists of."""
    kind = str(given["type"])
    if kind == "tensor":
        spec = given["tensor-spec"]
        return f"tensor({spec['dtype']}, {list(spec['shape'])})"
    if kind == "array":
        return f"array({_type(given['items'])})"
    if kind == "map":
        return f"map({_type(given['values'])})"
    if kind == "object":
        return f"object({', '.join(_properties(given['properties']))})"
    return f"array({kind})" if given.get("shape") else kind  # a parameter's list has the shape (-1,)


def _properties(given: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, each in sorted(given.items()):
        yield f"{name}{'' if each.get('required', True) else '?'}: {_type(each)}"


def read_requirements(data: bytes) -> tuple[str, ...]:
    """Return the lines of a ``requirements.txt`` that are not comments. Raises ValueError for what is no text."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    lines = (line.strip() for line in data.decode("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
