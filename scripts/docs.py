"""Writes the documentation that the code already knows; with `--check`, names what is stale instead."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.state.schema import NEWEST, newest
from policies import presets
from policies.catalogue import CATALOGUE
from policies.config import Config, RuleSetting, read
from policies.config.rules import OWN_KEYS
from policies.config.schema import json_schema
from policies.config.stricter import direction
from policies.rule import Rule, Stricter
from policies.words.why import WHY

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "policies" / "cases"
EXAMPLE = ROOT / "tests" / "policies" / "config" / "example.yml"
GENERATED = "<!-- Written by `python -m scripts.docs` from the code; edit that instead. -->\n"

Schema = Mapping[str, Any]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 and name the files that are stale"
    )
    pages = generated()
    stale = [path for path, text in pages.items() if not _is_current(path, text)] + list(_leftovers(pages))
    if parser.parse_args(arguments).check:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run `python -m scripts.docs`")
        return 1 if stale else 0
    for path in stale:
        if path in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], "utf-8")
        else:
            path.unlink()
        print(f"{path.relative_to(ROOT)} written" if path in pages else f"{path.relative_to(ROOT)} removed")
    return 0


def generated() -> dict[Path, str]:
    """Return every generated page by its path."""
    docs = ROOT / "docs"
    schema = json_schema()
    pages = {docs / "rules" / f"{rule.name}.md": rule_page(rule, schema) for rule in CATALOGUE}
    pages[docs / "rules" / "README.md"] = index_page()
    pages[docs / "configuration.md"] = configuration_page(schema)
    pages[NEWEST] = newest()
    pages[docs / "headgate.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return pages


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _leftovers(pages: Mapping[Path, str]) -> Iterator[Path]:
    """Pages of rules that are gone."""
    return (path for path in sorted((ROOT / "docs" / "rules").glob("*.md")) if path not in pages)


def rule_page(rule: Rule, schema: Schema) -> str:
    """Return the page of one rule: its own documentation, its options, and its cases as examples."""
    summary, _, sections = rule.docs.partition("\n")
    own = schema["$defs"][rule.name]["anyOf"][1]["properties"]
    options = {name: _marked(rule, name, value) for name, value in own.items() if name not in OWN_KEYS}
    settings = [f"| {name} | {_setting(setting)} |" for name, setting in _settings(rule).items()]
    return "\n".join(
        (
            f"# `{rule.name}`\n\n{GENERATED}\n{summary}\n",
            f"> {WHY[rule.name]}\n",
            "| Preset | Severity |\n|---|---|",
            *settings,
            f"\nSince {rule.since}. [Severities by branch type](../configuration.md#rules) stand in the policy file.\n",
            sections.strip() + "\n",
            *(["## Options\n", *_table(options, "../configuration.md"), ""] if options else []),
            "## Examples\n",
            EXAMPLES,
            _examples(rule.name),
        )
    )


STRICTER = {
    Stricter.MORE: "more",
    Stricter.LESS: "fewer",
    Stricter.ON: "`true`",
    Stricter.OFF: "`false`",
    Stricter.EITHER: "no value",
}


def _marked(rule: Rule, word: str, value: Schema) -> Schema:
    """Add to the description of an option which way it gets stricter."""
    name = next(name for name, field in rule.options.model_fields.items() if word in (name, field.alias))
    mark = direction(rule.options, name)
    return {**value, "description": f"{value['description']} Stricter: {STRICTER[mark]}."} if mark else value


def _examples(rule: str) -> str:
    text = (CASES / f"{rule}.md").read_text("utf-8")
    return re.sub(r"^## ", "### ", text, flags=re.MULTILINE)


def _settings(rule: Rule) -> dict[str, RuleSetting]:
    return {name: _preset(name).rules[rule.name] for name in presets.NAMES}


def _preset(name: str) -> Config:
    config = read(f"preset: {name}".encode())
    if not isinstance(config, Config):
        raise TypeError(f"the preset {name} is broken")  # a test reads them all
    return config


def _setting(setting: RuleSetting) -> str:
    special = ", ".join(f"{kind}: {severity.word}" for kind, severity in setting.per_type.items())
    return f"{setting.severity.word} ({special})" if special else setting.severity.word


def index_page() -> str:
    """Return the list of all rules."""
    head = f"| Rule | What is wrong | {' | '.join(presets.NAMES)} |\n|---|---|{'---|' * len(presets.NAMES)}"
    rows = (
        f"| [`{rule.name}`]({rule.name}.md) | {rule.summary} | {' | '.join(map(_setting, _settings(rule).values()))} |"
        for rule in CATALOGUE
    )
    return "\n".join(
        (f"# Rules\n\n{GENERATED}\nNamed after the offence, in the order of the check.\n", head, *rows, "")
    )


EXAMPLES = """\
The facts are what Headgate sees, the words are what people read. Unless an example says otherwise the repository has
the branches `main` and `dev`, and no policy file.
"""

INTRODUCTION = """\
`.github/headgate.yml` is read from the default branch, never from the pull request itself.
Everything has a default: the empty file, and no file, mean the `gitflow` preset. What nobody knows is refused, with its
line and column and the word that was probably meant; a policy file with a mistake is never taken for a laxer one.

Editors complete the file with [`headgate.schema.json`](headgate.schema.json), for example after this first line:

```yaml
# yaml-language-server: $schema=https://…/headgate.schema.json
```

`headgate config schema` prints the same. YAML is read by the rules of version 1.2: `off` is a word.
"""

BRANCHES = """\
Roles and types are bound to names here and nowhere else. What an entry leaves out stays as the preset has it, so
renaming `main` changes one line. A name has the first type that matches, and the file's own types come first.

Short forms: one name instead of a list, and names alone instead of a mapping.

```yaml
branches:
  production: stable                          # a role: the first of its names that exists
  feature: [feature/**, feat/**]              # names alone; where they start and merge stays as it was
  hotfix: "regex:hotfix-[0-9.]+"              # RE2, the whole name
  spike: {names: [spike/**], from: integration, into: []}
```

The name of a type is a word of at most 40 characters: `a` to `z`, digits, `-` and `_`. A file has at most 40 types, and
a type at most 20 names.
"""

RULES = """\
A rule is given a severity, or a mapping of a severity, severities by branch type, and the rule's own options. The
[list of rules](rules/README.md) says what each preset has.

```yaml
rules:
  bad-title: off                                         # not judged
  missing-approval: {severity: error, approvals: 2}      # an option
  foreign-commits: {feature: warning, hotfix: error}     # by branch type; other types keep the preset's severity
```

A severity for all types takes back what the preset says of single ones, so `foreign-commits: error` means every type.
What counts is the type of the head branch; a branch of no known type has the general severity.
"""

EXTENDS = """\
`extends: acme/.github` names the repository whose policy is the floor. This file is then read over that policy, and may
tighten it, not weaken it:

* a severity may be raised, not lowered, neither in general nor for one branch type;
* an option may move only the way that is stricter, which the table of its rule names; an option without such a way is
  fixed. A rule that is off everywhere in the organisation's policy has no floor;
* the preset is fixed, and so is where a branch type starts;
* names are fixed; features, bugfixes and other types that stack may do with fewer, and `production: main` may repeat
  the first of the organisation's names (its others still count);
* a branch type may merge into less, as long as `wrong-merge-target` is an error for it;
* a type of the repository's own is tried after the organisation's, cannot take a name that has a type there, and may
  merge nowhere, which `wrong-merge-target` must enforce as an error;
* below `mlflow:`, what the organisation says is fixed, each metric as a whole; the repository may add to it.

A rule with `may_relax: true` in the organisation's policy is free. Whether a repository extends a policy at all is for
the organisation to see to: require a review of its platform team for `.github/headgate.yml`, with a CODEOWNERS file.
"""

MLFLOW = """\
Where the runs are, what they are held against, and which metrics gate. Without this section the rules about runs and
metrics have nothing to judge.

Short forms: one experiment or path instead of a list; `target`, `release`, `{alias: …}` or `{run: …}` as a baseline
(none: `target`); `2%` or a number as a tolerance.

A metric gates if it has `gate: true` and a tolerance; `floor` and `ceiling` are limits of its value, whatever the
baseline is. How a difference is judged, and how much noise counts for, stands on the page of
[`metric-regression`](rules/metric-regression.md). A metric that the policy does not name is shown; the one that the
experiment names (`mlflow.experiment.primaryMetric.name`) comes first, with its direction (`.greaterIsBetter`).

Several models in one repository stand under `models`, by name. What is written beside `models` holds for each of them
that does not say otherwise, and the metrics are those of both. A model that names no experiment has one of its own
name. Runs in an experiment that several models share are told apart by the model that they registered, else by their
tag `headgate.model`.

```yaml
mlflow:
  experiment: forecasts
  baseline: release
  training: [src/**, conf/**]
  models:
    sales: {metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}
    churn: {training: churn/**, metrics: {auc: {goal: maximize, tolerance: 0.01, gate: true}}}
```
"""


def configuration_page(schema: Schema) -> str:
    """Return the page about the policy file, with every key it knows."""
    example = EXAMPLE.read_text("utf-8").rstrip("\n")
    top = schema["properties"]
    return "\n".join(
        (
            f"# The policy file\n\n{GENERATED}\n{INTRODUCTION}",
            *_table(top, ""),
            f"\n## A full example\n\n```yaml\n{example}\n```\n",
            f"## Branches\n\n{BRANCHES}",
            *_section("A branch type", "Branch", schema),
            *_section("A name", "Name", schema),
            f"## Rules\n\n{RULES}",
            *_table(_shared_keys(schema), ""),
            f"\n## Extends\n\n{EXTENDS}",
            f"## MLflow\n\n{MLFLOW}",
            *_section("The section", "MlflowSection", schema),
            *_section("A model", "Model", schema),
            *_section("A metric", "Metric", schema),
            *_section("A baseline", "Baseline", schema),
            *_section("A tolerance", "Tolerance", schema),
            *_section("Approvals by path", "PathApproval", schema),
            "## Presets\n",
            *(f"### `{name}`\n\n```yaml\n{presets.source(name).decode().rstrip()}\n```\n" for name in presets.NAMES),
        )
    )


def _shared_keys(schema: Schema) -> dict[str, Any]:
    """The keys that an entry of every rule has."""
    own = schema["$defs"][CATALOGUE[0].name]["anyOf"][1]["properties"]
    severity = {**own["severity"], "description": schema["$defs"]["Severity"]["description"]}
    by_type = {"$ref": own["severity"]["$ref"], "description": "The same, for head branches of one type."}
    return {"severity": severity, "may_relax": own["may_relax"], "*branch type*": by_type}


def _section(title: str, name: str, schema: Schema) -> Iterable[str]:
    model = schema["$defs"][name]
    required = frozenset(model.get("required", ()))
    return (
        f"### {title}\n\n{model['description']}\n",
        *_table(model["properties"], "", required),
        "",
    )


def _table(properties: Mapping[str, Schema], page: str, required: frozenset[str] = frozenset()) -> Iterator[str]:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
