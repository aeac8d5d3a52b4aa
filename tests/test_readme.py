"""The README is true: its commands print what it shows, its policy loads, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from bot.cli import COMMANDS
from policies.config import Config, read
from scripts.readme import fits, run_all

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
FOLDERS = ("*.md", "docs/**/*.md", "benchmarks/*.md", "actions/*/*.md", "examples/**/*.md")
PAGES = sorted(path for folder in FOLDERS for path in ROOT.glob(folder))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the README in a language."""
    return [token.content for token in MarkdownIt().parse(TEXT) if token.type == "fence" and token.info == language]


def test_every_command_prints_what_is_shown() -> None:
    assert run_all(TEXT) == TEXT


def test_policies_load() -> None:
    policies = [block for block in blocks("yaml") if not {"repos", "jobs"} & set(yaml.safe_load(block))]
    assert len(policies) == 2
    assert all(isinstance(read(block.encode()), Config) for block in policies)


def test_the_hook_is_one_that_we_publish() -> None:
    published = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    (given,) = (given for block in blocks("yaml") if "repos" in (given := yaml.safe_load(block)))
    assert {hook["id"] for repository in given["repos"] for hook in repository["hooks"]} <= published


def test_the_workflow_is_one_that_we_publish_called_with_what_it_takes() -> None:
    (given,) = (given for block in blocks("yaml") if "jobs" in (given := yaml.safe_load(block)))
    (job,) = given["jobs"].values()
    name = re.fullmatch(r"OWNER/headgate/(\.github/workflows/[a-z-]+\.yml)@0{40}", job["uses"])
    assert name
    published = yaml.safe_load((ROOT / name[1]).read_text("utf-8"))[True]["workflow_call"]
    assert set(job["with"]) <= set(published["inputs"])
    assert set(job["secrets"]) <= set(published["secrets"])


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    kinds = {token.info for token in MarkdownIt().parse(TEXT) if token.type == "fence"}
    assert kinds == {"console", "yaml", "sh"}


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in (TEXT, (ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", page, re.MULTILINE))
        assert named
        assert named <= targets


def test_every_subcommand_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:\$ |`)headgate ([a-z]+)", TEXT))
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    ("shown", "output", "expected"),
    [
        ("a\nb", "a\nb", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("took … ms", "took 12 ms", True),
        ("took … ms", "took 12\nand 3 ms", False),
        ("a.c", "abc", False),
        ("", "something", False),
        ("a", "a\nb", False),
    ],
)
def test_only_an_ellipsis_stands_for_something_else(shown: str, output: str, expected: bool) -> None:
    assert fits(shown, output) is expected
