"""The rules themselves, for people at a terminal and for programs: ``headgate rules`` and ``headgate explain``."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Column, Table

from bot.report.machine import FORMAT, dumps
from policies.catalogue import CATALOGUE
from policies.config import Config
from policies.rule import Rule
from policies.words.why import WHY


def listed(config: Config, console: Console) -> None:
    """Print every rule with its severity under a policy and what it is about."""
    table = Table(Column("rule", no_wrap=True), "severity", "what it finds", box=None, header_style="bold")
    styles = {"error": "red", "warning": "yellow", "off": "dim"}
    for rule in CATALOGUE:
        setting = config.rules[rule.name]
        severity = setting.severity.word
        shown = f"{severity} *" if set(setting.per_type.values()) - {setting.severity} else severity
        table.add_row(rule.name, f"[{styles[severity]}]{shown}[/]", re.sub(r"[`*]", "", rule.summary))
    console.print(table)
    console.print("* another severity for some branch types; headgate explain RULE tells all of a rule", style="dim")


def as_json(config: Config) -> str:
    """Return the rules as JSON: name, severity, options with their values, documentation."""
    return dumps({"format": FORMAT, "preset": config.preset, "rules": [_entry(rule, config) for rule in CATALOGUE]})


def _entry(rule: Rule, config: Config) -> dict[str, Any]:
    setting = config.rules[rule.name]
    return {
        "rule": rule.name,
        "since": rule.since,
        "severity": setting.severity.word,
        "per_type": {kind: severity.word for kind, severity in setting.per_type.items()},
        "options": setting.options.model_dump(mode="json", by_alias=True),
        "judges": "push" if rule.judges_push else "pull request",
        "summary": rule.summary,
        "why": WHY[rule.name],
        "docs": rule.docs,
    }


def explained(rule: Rule, config: Config, console: Console) -> None:
    """Print the documentation page of a rule, and what the policy says of it."""
    setting = config.rules[rule.name]
    lines = [f"# {rule.name}", "", rule.docs, "", "## In this policy", "", f"* severity: {setting.severity.word}"]
    lines += [f"* for {kind}: {severity.word}" for kind, severity in sorted(setting.per_type.items())]
    for name, field in rule.options.model_fields.items():
        value = dumps(setting.options.model_dump(mode="json")[name]).replace("\n", " ")
        lines.append(f"* `{field.alias or name}` = `{value}`: {field.description}")
    text = "\n".join(lines)
    console.print(Markdown(text) if console.is_terminal else text, soft_wrap=not console.is_terminal, markup=False)
