"""The README of each Action says what its `action.yml` says, and its workflows are ones that GitHub would take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.lint_actions import ROOT, texts
from tests.actions.validators import languageservice, schemas, write

ACTIONS = sorted(path.parent for path in ROOT.glob("actions/*/action.yml"))
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
USED = re.compile(r"OWNER/headgate/(actions/[\w-]+|\.github/workflows/[\w.-]+)@COMMIT # v1\.2\.3")


def table(kind: str, named: Mapping[str, Any]) -> list[str]:
    """Return the table that a README has of inputs or outputs, as lines."""
    if kind == "Outputs":
        rows = [f"| `{name}` | {about['description'].strip()} |" for name, about in named.items()]
        return ["| Output | What it says |", "|---|---|", *rows]
    rows = [f"| `{name}` | {default(about)}| {about['description'].strip()} |" for name, about in named.items()]
    return ["| Input | Default | What it does |", "|---|---|---|", *rows]


def default(about: Mapping[str, Any]) -> str:
    if about.get("required"):
        return "*required* "
    return f"`{about['default']}` " if about.get("default") else ""


def section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next."""
    _, _, rest = text.partition(f"\n## {title}\n")
    assert rest, f"there is no section {title}"
    return re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]


def readme(action: Path) -> str:
    return (action / "README.md").read_text("utf-8")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
@pytest.mark.parametrize("kind", ["Inputs", "Outputs"])
def test_the_tables_say_what_action_yml_says(action: Path, kind: str) -> None:
    named = yaml.safe_load((action / "action.yml").read_text("utf-8")).get(kind.lower(), {})
    written = [line for line in section(readme(action), kind).splitlines() if line.startswith("|")]
    assert "\n".join(written) == "\n".join(table(kind, named))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_it_shows_how_it_is_used_and_what_it_may(action: Path) -> None:
    assert f"uses: OWNER/headgate/actions/{action.name}@COMMIT # v1.2.3" in section(readme(action), "Usage")
    assert "contents: read" in section(readme(action), "Permissions")


def test_the_examples_are_workflows_that_github_takes(tmp_path: Path) -> None:
    """Ours are looked up in this repository, so inputs and outputs that they name are those that there are."""
    examples = {
        f".github/workflows/{action.name}-{number}.yml": USED.sub(r"$/\1", example)
        for action in ACTIONS
        for number, example in enumerate(EXAMPLE.findall(readme(action)))
        if "jobs:" in example
    }
    assert len(examples) >= len(ACTIONS)
    assert {path: said for path, said in schemas(write(tmp_path, examples)).items() if said} == {}
    known = texts() | examples
    assert [line for lines in languageservice.said([(path, known) for path in examples]) for line in lines] == []
