"""Starts a repository that trains models: ``headgate init --ml`` copies the example that ships with Headgate.

What depends on the clone is the policy, which fits its branches as that of ``headgate init`` does, and the branches
and the release of the workflow.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import yaml

from bot.errors import UsageProblem
from bot.gather.policy import PATH, PolicyProblem
from bot.git.clone import Clone
from bot.git.command import Git
from bot.local.init import Sketch, render, sketch, work_tree
from policies.config import ConfigErrors, read
from policies.phrase import visible

WORKFLOW = ".github/workflows/ci.yml"

FILES = (
    PATH,
    WORKFLOW,
    ".gitignore",
    "MLproject",
    "MODEL_CARD.md",
    "README.md",
    "diabetes/__init__.py",
    "diabetes/data.py",
    "diabetes/model.py",
    "diabetes/train.py",
    "environment.yml",
    "params.yml",
    "pyproject.toml",
    "requirements.txt",
    "tests/test_environment.py",
    "tests/test_model.py",
    "tests/test_training.py",
)
"""Named one by one, so that nothing comes along that was left behind by a training in the example itself."""

_SECTION = "# What success looks like"
"""Begins the part of the example's policy that is about models; it fits every preset."""

_BRANCHES = re.compile(r"(?<=branches: )\[main, dev\]")
_RELEASE = re.compile(r"OWNER/headgate/.*")
"""What stands in the example's workflow for what only the clone and the installation know."""


@dataclass(frozen=True, slots=True)
class Started:
    """What became of each file, by its path in the clone; ``lacking`` has the parts that files that stayed need."""

    top: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    lacking: Mapping[str, str]
    released: bool
    """Whether the workflow names the repository and the commit that we were installed from."""


def start(repo: Path, noted: str | None) -> Started:
    """Write the files that are not there; none that exists is touched. ``noted`` is what :func:`installation` says.

    Raises UsageProblem and PolicyProblem before anything is written, if it can be known before.
    """
    clone = Clone(Git(repo))
    top = work_tree(clone)
    release = _release(noted)
    texts = dict(_texts(sketch(clone), release))
    kept = tuple(path for path in texts if os.path.lexists(top / path))
    missing = [path for path in texts if path not in kept]
    lacking = dict(_lacking(top, texts, kept))
    for path in missing:
        _check_folders(top, path)
    for path in missing:
        _write(top / path, texts[path])
    return Started(top, tuple(missing), kept, lacking, release is not None)


def installation() -> str | None:
    """Return what pip has noted of where we were installed from; None where that was a registry.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    return distribution("headgate").read_text("direct_url.json")


def _release(noted: str | None) -> str | None:
    """Return the reusable workflow as ``uses:`` names it, at the commit that we were installed from."""
    given = json.loads(noted or "{}")
    place = re.fullmatch(r"(?:https://|ssh://git@)github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", given.get("url", ""))
    commit, revision = (given.get("vcs_info", {}).get(key, "") for key in ("commit_id", "requested_revision"))
    if place is None or not re.fullmatch("[0-9a-f]{40}", commit):
        return None
    comment = f" # {revision}" if re.fullmatch(r"v[\w.+-]+", revision) else ""
    return f"{place[1]}/.github/workflows/ml-ci.yml@{commit}{comment}"


def _texts(found: Sketch, release: str | None) -> Iterator[tuple[str, str]]:
    branches = [branch for branch in {**found.model.roles, **found.bindings}.values() if branch] or ["main"]
    for path in FILES:
        text = (_example() / path).read_text(encoding="utf-8")
        if path == PATH:
            text = f"{render(found)}\n{_from(text, _SECTION)}"
        elif path == WORKFLOW:
            text = _RELEASE.sub(lambda placeholder: release or placeholder[0], text)
            text = _BRANCHES.sub(lambda _: _filter(branches), text)
        yield path, text


def _example() -> Path:
    """Return the folder of the example: a wheel has it in this package, a clone where people look for examples."""
    shipped = Path(__file__).with_name("example")
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "examples" / "scikit-learn"


def _from(text: str, beginning: str) -> str:
    return text[text.index(beginning) :]


def _filter(branches: Iterable[str]) -> str:
    """Return a list for ``on.push.branches``, in which some characters that a name may have mean something else.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
    """
    literal = [re.sub(r"^!|\+", r"\\\g<0>", branch) for branch in branches]
    return yaml.safe_dump(literal, default_flow_style=True, width=10_000).strip()


def _lacking(top: Path, texts: Mapping[str, str], kept: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what the policy and the workflow that were there before need, for any of the rest to be of use."""
    if PATH in kept:
        config = read(_bytes(top / PATH))
        if isinstance(config, ConfigErrors):
            raise PolicyProblem(PATH, config)
        if config.mlflow is None and config.extends is None:
            yield PATH, _from(texts[PATH], _SECTION)
    if WORKFLOW in kept and b"/ml-ci.yml@" not in _bytes(top / WORKFLOW):
        yield WORKFLOW, _from(texts[WORKFLOW], "jobs:")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error


def _check_folders(top: Path, path: str) -> None:
    """Refuse to write through a link, which may lead out of the clone, or below a file."""
    for parent in list(Path(path).parents)[:-1]:
        folder = top / parent
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageProblem(f"{folder} is no folder, so {path} cannot be written; nothing was written.")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror}. Run it again when that is mended.") from error


def told(started: Started) -> Iterator[str]:
    """Yield the lines that say what was done, and what to do next."""
    for path in started.written:
        yield f"wrote  {_shown(started, path)}"
    for path in started.kept:
        yield f"kept   {_shown(started, path)}, which was there"
    for path, part in started.lacking.items():
        yield from ("", f"{path} lacks what the training needs. Add to it:", "")
        yield from (f"    {line}".rstrip() for line in part.splitlines())
    yield from ("", "Next:")
    yield from (f"{number}. {step}" for number, step in enumerate(_steps(started), start=1))


def _shown(started: Started, path: str) -> str:
    return visible(os.path.relpath(started.top / path), 1_000)


def _steps(started: Started) -> Iterator[str]:
    yield "Try it: pip install -r requirements.txt, then pytest, then python -m diabetes.train."
    yield "Put your data and your model into diabetes/, and say in MODEL_CARD.md what they are for."
    yield f"Name the metrics that decide in {PATH}, under mlflow, and the tracking server as its operator calls it."
    if not started.released:
        yield f"In {WORKFLOW}, put for OWNER and the zeros the account and the commit of the release that you use."
    yield "Tell the workflow where runs go: gh secret set MLFLOW_TRACKING_URI."
    yield "Commit, then: headgate check."
