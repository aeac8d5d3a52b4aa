"""The smaller commands: rules, explain, config, init; and that the JSON pages tell the truth."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from policies.catalogue import CATALOGUE
from policies.config import ConfigErrors, read
from sandbox.desk import Desk
from tests.bot.conftest import Headgate

ROOT = Path(__file__).parents[2]


def test_rules_lists_every_rule_with_its_severity(headgate: Headgate, tmp_path: Path) -> None:
    out = headgate("rules").out
    policy = tmp_path / "policy.yml"
    policy.write_text("rules: {bad-title: error, merge-conflict: off}\n")
    report = headgate("rules", "--json", "--config", policy).json
    assert [entry["rule"] for entry in report["rules"]] == [rule.name for rule in CATALOGUE]
    assert all(f" {rule.name} " in out for rule in CATALOGUE)
    severities = {entry["rule"]: entry["severity"] for entry in report["rules"]}
    assert (severities["bad-title"], severities["merge-conflict"]) == ("error", "off")


@pytest.mark.parametrize("rule", [rule.name for rule in CATALOGUE])
def test_explain_tells_what_why_how_and_the_options(headgate: Headgate, rule: str) -> None:
    out = headgate("explain", rule).out
    assert all(f"## {part}" in out for part in ("What it does", "Why it matters", "How to fix it", "In this policy"))


def test_explain_names_the_nearest_rule(headgate: Headgate) -> None:
    answer = headgate("explain", "bad-titel")
    assert (answer.code, answer.err) == (2, "headgate: There is no rule bad-titel: did you mean bad-title?\n")


def test_the_schema_is_the_committed_one(headgate: Headgate) -> None:
    committed = json.loads((ROOT / "docs" / "headgate.schema.json").read_text())
    assert headgate("config", "schema").json == committed


def test_validate_answers_all_problems_at_once(headgate: Headgate, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("preset: gitfow\nrules: {bad-titel: off}\n")
    answer = headgate("config", "validate", policy)
    assert (answer.code, answer.out) == (2, "")
    assert [line.split(": ")[0].rsplit("/", 1)[1] for line in answer.err.strip().split("\n")] == [
        "policy.yml:1:9",
        "policy.yml:2:9",
    ]


BRANCHES = {
    "gitflow": ["develop", "feature/x"],
    "github-flow": ["topic"],
    "promotion": ["dev", "staging"],
}


@pytest.mark.parametrize("preset", BRANCHES)
def test_init_writes_a_policy_that_fits(tmp_path: Path, headgate: Headgate, preset: str) -> None:
    desk = Desk(tmp_path, "repo")
    desk.commit("A", "first", {"a": "1\n"})
    for name in BRANCHES[preset]:
        desk.git("branch", name)
    desk.publish()
    answer = headgate("init", "--repo", desk.clone)
    assert answer.code == 0, answer.err
    text = (desk.clone / ".github" / "headgate.yml").read_text()
    policy = read(text.encode())
    assert not isinstance(policy, ConfigErrors)
    assert policy.preset == preset
    assert "production: main\n" in text
    again = headgate("init", "--repo", desk.clone)
    assert again.code == 2
    assert "--force overwrites it" in again.err
    assert headgate("init", "--repo", desk.clone, "--force").code == 0


def test_init_binds_an_unusual_default_branch_and_quotes_strange_names(tmp_path: Path, headgate: Headgate) -> None:
    desk = Desk(tmp_path, "repo")
    desk.commit("A", "first", {"a": "1\n"})
    for name in ("trunk", "#1", "{x}", "dev"):
        desk.git("branch", name)
    desk.publish()
    desk.git("remote", "set-head", "origin", "trunk")
    desk.git("--git-dir", str(desk.origin), "symbolic-ref", "HEAD", "refs/heads/trunk")
    desk.git("push", "--quiet", "origin", "--delete", "main")
    desk.git("switch", "--quiet", "trunk")
    desk.git("branch", "-D", "main")
    assert headgate("init", "--repo", desk.clone).code == 0
    text = (desk.clone / ".github" / "headgate.yml").read_text()
    assert "production: trunk\n" in text
    assert "integration: dev\n" in text
    assert not isinstance(read(text.encode()), ConfigErrors)
    uncommented = re.sub(r"^  # +(spike:.*)$", r"  \1", text, flags=re.MULTILINE)
    assert uncommented != text
    assert not isinstance(read(uncommented.encode()), ConfigErrors)


def test_init_refuses_a_bare_repository(desk: Desk, headgate: Headgate) -> None:
    assert headgate("init", "--repo", desk.origin).code == 2


def test_every_key_of_the_json_is_documented(desk: Desk, headgate: Headgate) -> None:
    page = (ROOT / "docs" / "json.md").read_text()
    report = headgate("check", "--repo", desk.clone, "--head", "dev", "--base", "main", "--format", "json").json
    backtest = headgate("backtest", "--repo", desk.clone, "--format", "json").json
    rules = headgate("rules", "--json").json
    keys = {*report, *report["rules"][0], *report["rules"][1]["findings"][0], *backtest, *rules, *rules["rules"][0]}
    documented = set(re.findall(r"[`\"]([\w\[\].]+)[`\"]", page))
    assert keys - {name.rsplit(".", 1)[-1] for name in documented} == set()


def test_no_arguments_and_unknown_commands_help(headgate: Headgate) -> None:
    answer = headgate("chek")
    assert answer.code == 2
    assert "No such command" in answer.err
