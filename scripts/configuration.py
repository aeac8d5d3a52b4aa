"""The page about the policy file: what a person has to say of it, around the tables that its JSON Schema makes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from policies import presets
from policies.catalogue import CATALOGUE
from scripts.page import GENERATED, Schema, table

EXAMPLE = Path(__file__).resolve().parent.parent / "tests" / "policies" / "config" / "example.yml"

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
            *table(top, ""),
            f"\n## A full example\n\n```yaml\n{example}\n```\n",
            f"## Branches\n\n{BRANCHES}",
            *_section("A branch type", "Branch", schema),
            *_section("A name", "Name", schema),
            f"## Rules\n\n{RULES}",
            *table(_shared_keys(schema), ""),
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
        *table(model["properties"], "", required),
        "",
    )
