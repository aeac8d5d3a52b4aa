"""Writes the documentation that the code already knows; with `--check`, names what is stale instead."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.state.schema import NEWEST, newest
from policies import presets
from policies.catalogue import CATALOGUE
from policies.config import Config, RuleSetting, read
from policies.config.rules import OWN_KEYS
from policies.config.schema import json_schema
from policies.config.stricter import direction
from policies.rule import Rule, Stricter
from policies.words.why import WHY
from scripts.configuration import configuration_page
from scripts.page import GENERATED, Schema, table

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "policies" / "cases"

EXAMPLES = """\
The facts are what Headgate sees, the words are what people read. Unless an example says otherwise the repository has
the branches `main` and `dev`, and no policy file.
"""


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
            *(["## Options\n", *table(options, "../configuration.md"), ""] if options else []),
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
