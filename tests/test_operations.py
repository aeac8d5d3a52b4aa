"""The handbook for those who run the server is true: settings, commands, figures and files are those of the code."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click
import pytest
import yaml
from githubkit_schemas.latest import models

from bot.app import DRAIN_SECONDS
from bot.cli import cli
from bot.jobs import postgres_database
from bot.jobs.embedded import KEEP_DELIVERIES
from bot.jobs.port import MOST_ATTEMPTS
from bot.report.check import NAME
from bot.settings import _Server
from bot.state import database, kept
from bot.state.address import Address
from bot.state.schema import migrate
from bot.tracking.server import DEFAULT_FILE
from bot.tracking.servers import read_servers
from bot.web.metrics import Metrics
from bot.web.mlflow import EVENTS
from bot.web.webhook import Limits
from bot.work.rounds import EVERY
from policies.gitflow.foreign_commits import MOST_COMMITS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
PROSE = " ".join(TEXT.split())
SETTINGS = {str(field.validation_alias): field for field in _Server.model_fields.values()}


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in a language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", TEXT, re.MULTILINE | re.DOTALL)


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading."""
    section = re.split(r"^#", TEXT.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    return [row.split(" | ") for row in rows][1:]


# --- settings ---


def test_the_file_of_tracking_servers_can_be_read(tmp_path: Path) -> None:
    shown, _ = blocks("yaml")
    path = tmp_path / str(DEFAULT_FILE)
    assert shown.startswith(f"# {path.name}\n")
    path.write_text(shown)
    servers = read_servers(path, dict.fromkeys(re.findall(r"_env: (\w+)", shown), "secret"))
    assert servers.for_repository("main", "acme/forecast") is not None
    assert servers.webhook_secrets == {"main": b"secret"}


def test_the_events_of_mlflow_are_those_that_are_listened_to() -> None:
    named = set(re.findall(r"`(model_version\w*)\.(\w+)`", TEXT))
    assert named == EVENTS


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    assert sorted(row[0] for row in table("Settings")) == sorted(f"`{name}`" for name in SETTINGS)


@pytest.mark.parametrize("row", table("Settings"), ids=lambda row: str(row[0]).strip("`"))
def test_a_setting_has_the_default_that_is_shown(row: list[str]) -> None:
    name, shown, _ = row
    field = SETTINGS[name.strip("`")]
    if field.is_required() or name == "`HEADGATE_PRIVATE_KEY_FILE`":
        assert shown == "*required*"
    elif name == "`HEADGATE_DATABASE_URL`":
        assert shown == "`headgate.db` in `HEADGATE_DATA`"
    elif field.default is None:
        assert shown == "–"
    else:
        assert shown.startswith(f"`{field.default}`")


def test_every_setting_that_is_named_exists() -> None:
    for name in ("app.yml", "compose.yaml", "Dockerfile", "docs/operations.md"):
        assert set(re.findall(r"\bHEADGATE_[A-Z_]+", (ROOT / name).read_text("utf-8"))) <= set(SETTINGS)


# --- the App ---


def test_the_link_says_what_the_manifest_says() -> None:
    manifest = yaml.safe_load((ROOT / "app.yml").read_text("utf-8"))
    (link,) = re.findall(r"https://github\.com/organizations/\S+\?\S+", TEXT)
    given = parse_qsl(urlsplit(link).query, strict_parsing=True)
    assert [text for name, text in given if name == "events[]"] == manifest["default_events"]
    assert {name: text for name, text in given if name != "events[]"} == {
        "name": manifest["name"],
        "url": manifest["url"],
        "public": "false",
        "webhook_active": "true",
        "webhook_url": manifest["hook_attributes"]["url"],
        **manifest["default_permissions"],
    }


def test_the_ruleset_is_one_and_pins_our_check_to_an_app() -> None:
    (block,) = blocks("json")
    given = json.loads(block)
    models.ReposOwnerRepoRulesetsPostBody.model_validate(given, strict=False)
    (rule,) = given["rules"]
    (required,) = rule["parameters"]["required_status_checks"]
    assert required["context"] == NAME
    assert isinstance(required["integration_id"], int)
    assert f"in place of {required['integration_id']}" in PROSE


# --- commands ---


COMMANDS = re.findall(r"(?:^|[ /])headgate ([a-z]+[^#\n]*)", "\n".join(blocks("sh")), re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_exists_with_its_options(line: str) -> None:
    name, *arguments = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    options = {option for each in command.params if isinstance(each, click.Option) for option in each.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= options


def test_commands_are_found() -> None:
    assert {line.split()[0] for line in COMMANDS} == {"serve", "jobs"}


def test_the_backup_of_a_running_database_is_whole(tmp_path: Path) -> None:
    (line,) = (line.strip() for block in blocks("sh") for line in block.splitlines() if "backup" in line)
    program, flag, code = shlex.split(line)
    assert (program, flag) == ("python", "-c")
    migrate(Address(tmp_path / "headgate.db"))
    with sqlite3.connect(tmp_path / "headgate.db") as writer:
        writer.execute("INSERT INTO repositories (id, installation, full_name) VALUES (1, 2, 'acme/x')")
        writer.commit()
        subprocess.run([sys.executable, "-c", code.replace("/data/", f"{tmp_path}/")], check=True)
    writer.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "restored.db")
    with sqlite3.connect(tmp_path / "restored.db") as restored:
        assert restored.execute("SELECT full_name FROM repositories").fetchall() == [("acme/x",)]
    restored.close()


# --- what can be watched ---


def series() -> dict[str, set[str]]:
    """Return the names under which Prometheus knows our figures, with their labels."""
    found = {}
    for collector, names in Metrics().registry._collector_to_names.items():
        labels = set(getattr(collector, "_labelnames", ()))
        found.update({name: labels for name in names if not name.endswith("_created")})
    return found


def test_every_metric_is_in_the_table_with_its_labels() -> None:
    shown = {}
    for row in table("Metrics and alerts"):
        name, _, labels = row[0].strip("`").rstrip("}").partition("{")
        shown[name] = {label for label in labels.split(", ") if label}
    known = {name: labels for name, labels in series().items() if name.startswith("headgate_")}
    assert {name: known.get(name) for name in shown} == shown
    families = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in known}
    assert families == {re.sub(r"_total$", "", name) for name in shown}


def alerts() -> list[dict[str, Any]]:
    _, block = blocks("yaml")
    (group,) = yaml.safe_load(block)["groups"]
    return list(group["rules"])


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_an_alert_looks_at_figures_that_there_are(alert: dict[str, Any]) -> None:
    known = {**series(), "up": {"job"}}
    used = re.findall(r"\b(headgate_\w+|up)\b(?:\{(\w+)=)?", alert["expr"])
    assert used
    for name, label in used:
        assert name in known
        assert not label or label in known[name]


def test_every_event_of_the_log_is_one_that_the_code_writes() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    named = {name for row in table("Logs") for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", row[0])}
    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()


def test_the_results_that_alerts_wait_for_are_given() -> None:
    code = (ROOT / "bot" / "web" / "webhook.py").read_text("utf-8")
    for result in re.findall(r'result="(\w+)"', TEXT):
        assert f'"{result}"' in code


# --- figures ---


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("the 20,000 used last are kept", kept.MOST_ANSWERS == 20_000),
        ("nobody used for 30 days is dropped", kept.UNUSED.days == 30),
        ("that are 90 days old", kept.CHECKS_KEPT.days == 90),
        ("deliveries are kept for 30 days", KEEP_DELIVERIES == 30 * 86_400),
        ("for up to 25 seconds", DRAIN_SECONDS == 25),
        ("A job is tried eight times", MOST_ATTEMPTS == 8),
        ("every ten minutes", EVERY.total_seconds() == 600),
        ("A delivery may have 25 MiB", Limits().body == 25 * 2**20),
        ("more than 1,000 commits", MOST_COMMITS == 1_000),
        (
            "makes up to 15 connections",
            database.connections(Address(None)) + postgres_database.CONNECTIONS + 1 == 15,
        ),
    ],
)
def test_a_figure_is_that_of_the_code(said: str, is_true: bool) -> None:
    assert said in PROSE
    assert is_true


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
