"""Writes a first policy file that fits the branches of a clone: ``headgate init``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import UsageProblem
from bot.gather.policy import PATH, default_branch
from bot.git.clone import Clone
from bot.git.command import Git
from policies import presets
from policies.config import Config, ConfigErrors, read
from policies.gitflow.model import BranchModel, bind

_CHOICES = {
    "gitflow": "features meet on the integration branch, releases bring them to production",
    "github-flow": "one long-lived branch; everything merges into it",
    "promotion": "every environment has a branch, and changes are promoted along them",
}


@dataclass(frozen=True, slots=True)
class Sketch:
    """What was found in the clone: the preset that fits, and the roles whose branch has an unusual name."""

    preset: str
    model: BranchModel
    bindings: Mapping[str, str]
    unnamed: tuple[str, ...]
    """Existing branches whose name fits no type, a few of them."""


def init(repo: Path, *, force: bool) -> Path:
    """Write the file and return its path; refuses to overwrite one unless ``force``."""
    clone = Clone(Git(repo))
    path = work_tree(clone) / PATH
    if (path.exists() or path.is_symlink()) and not force:
        raise UsageProblem(f"{path} exists already; --force overwrites it.")
    text = render(sketch(clone))
    if isinstance(read(text.encode()), ConfigErrors):
        raise AssertionError("headgate init wrote a policy that it cannot read")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror}.") from error
    return path


def work_tree(clone: Clone) -> Path:
    """Return the folder that files are written into; raises UsageProblem where there is none."""
    if clone.top is None:
        raise UsageProblem("There is no work tree here to write into; run init in the folder of a clone.")
    return clone.top


def sketch(clone: Clone) -> Sketch:
    """Choose the preset that fits the branches that exist."""
    names = clone.branches.tips
    default = default_branch(clone)
    models = {name: bind(_preset(name).branches, clone.branches) for name in presets.NAMES}
    if models["promotion"].roles["staging"] and models["promotion"].integration:
        chosen = "promotion"
    else:
        chosen = "gitflow" if models["gitflow"].integration else "github-flow"
    model = models[chosen]
    bindings = {}
    if model.production is None and default is not None and default != model.integration:
        bindings["production"] = default
    unnamed = [name for name in sorted(names) if model.classify(name) is None and name not in bindings.values()]
    return Sketch(chosen, model, bindings, tuple(unnamed[:5]))


def _preset(name: str) -> Config:
    config = read(f"preset: {name}".encode())
    if isinstance(config, ConfigErrors):
        raise AssertionError(f"the preset {name} is broken")  # a test reads them all
    return config


def render(found: Sketch) -> str:
    """Return the text of the file; what is commented out shows the form and changes nothing."""
    config = _preset(found.preset)
    lines = [
        "# The policy of this repository. `headgate check` judges a branch by it, `headgate backtest` the past merges;",
        "# `headgate rules` lists the rules, and `headgate explain RULE` tells all of one.",
        "",
        *(f"#   {name}: {meaning}" for name, meaning in _CHOICES.items()),
        f"preset: {found.preset}",
        "",
        *_branches(found),
        "",
        "# off, warning or error; what is not named here has the preset's severity.",
        "rules:",
        f"  bad-title: {config.rules['bad-title'].severity.word}  # Conventional Commits, or a pattern of your own",
        "  # missing-story: {severity: error, pattern: 'PROJ-[0-9]+'}",
        "  # missing-approval: {severity: error, approvals: 1}",
    ]
    return "\n".join(lines) + "\n"


def _branches(found: Sketch) -> Iterable[str]:
    bound = {**found.model.roles, **found.bindings}
    yield "# Which branch plays which part here. Features, releases and the other types have names of their own."
    yield "branches:"
    for role, branch in bound.items():
        if branch is not None:
            yield f"  {role}: {_quoted(branch)}"
    if not any(bound.values()):
        yield "  production: main"
    if found.unnamed:
        yield "  # These branches fit no type; rename them, or add a type for them:"
        yield from (f"  #   {_quoted(name)}" for name in found.unnamed)
        yield "  # spike: {names: [spike/**], from: integration, into: []}"


def _quoted(name: str) -> str:
    """Return a branch name as YAML writes it on one line, quoted where it must be."""
    return str(yaml.safe_dump(name, default_style=None, width=10_000, allow_unicode=False)).split("\n")[0]
