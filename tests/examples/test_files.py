"""What can be said of the examples' files without training: they are complete, valid, and agree with each other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.config import Config, read
from policies.config.mlflow import MlflowSection
from policies.config.schema import json_schema
from tests.examples.shelf import EXAMPLES, ROOT, Example

PROGRAMS = Path(sys.executable).parent

SET = {
    ".github/headgate.yml",
    ".github/workflows/ci.yml",
    ".gitignore",
    "MLproject",
    "MODEL_CARD.md",
    "README.md",
    "environment.yml",
    "params.yml",
    "pyproject.toml",
    "requirements.txt",
    "tests/test_environment.py",
    "tests/test_training.py",
}
"""What every repository of this kind has, whatever its model is."""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run one of our tools; returns what it says, and fails with it if the tool does."""
    done = subprocess.run([PROGRAMS / command[0], *command[1:]], cwd=cwd, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def loaded(example: Example, path: str) -> Any:
    return yaml.safe_load(example.files()[path])


def section(example: Example) -> MlflowSection:
    config = read(example.files()[".github/headgate.yml"].encode())
    assert isinstance(config, Config)
    assert config.mlflow is not None
    return config.mlflow


def test_every_example_is_tested() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == {each.name for each in EXAMPLES}


def test_it_has_the_whole_set_and_nothing_that_a_training_leaves(example: Example) -> None:
    files = example.files()
    assert files.keys() >= SET
    rest = files.keys() - SET
    assert {path.split("/")[0] for path in rest} == {example.package, "tests"}
    assert {Path(path).suffix for path in rest} == {".py"}


def test_what_a_training_leaves_is_ignored_by_git(example: Example) -> None:
    ignored = set(example.files()[".gitignore"].splitlines())
    assert {"mlflow.db", "mlruns/", "__pycache__/"} <= ignored


def test_the_policy_is_valid_and_gates_rmse(example: Example) -> None:
    policy = example.folder / ".github" / "headgate.yml"
    assert "is valid" in run("headgate", "config", "validate", policy)
    model = section(example)
    rmse = model.metrics["rmse"]
    assert (rmse.goal, rmse.gate, rmse.tolerance is not None) == ("minimize", True, True)
    assert model.experiment == (example.experiment,)
    assert model.environment == ("requirements.txt",)


def test_the_policy_fits_the_schema_that_editors_use(example: Example, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(json_schema()))
    policy = example.folder / ".github" / "headgate.yml"
    run("check-jsonschema", "--schemafile", tmp_path / "schema.json", policy)


def test_a_change_of_whatever_training_reads_needs_a_run(example: Example) -> None:
    model, files = section(example), example.files()
    code = [path for path in files if path.startswith(f"{example.package}/")]
    for path in (*code, "params.yml", "requirements.txt", "MLproject"):
        assert model.depends_on([path]), path
    for path in ("README.md", "MODEL_CARD.md", "tests/test_training.py", ".github/workflows/ci.yml"):
        assert not model.depends_on([path]), path


def test_the_workflow_is_valid_and_zizmor_finds_nothing(example: Example) -> None:
    workflow = example.folder / ".github" / "workflows" / "ci.yml"
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)
    run("zizmor", "--offline", "--strict-collection", "--persona=auditor", "--no-progress", workflow)


def test_the_workflow_calls_ours_with_what_it_takes(example: Example) -> None:
    ours = yaml.safe_load((ROOT / ".github" / "workflows" / "ml-ci.yml").read_text("utf-8"))
    call = ours[True]["workflow_call"]  # YAML 1.1 reads the key "on" as true
    (job,) = loaded(example, ".github/workflows/ci.yml")["jobs"].values()
    assert re.fullmatch(r"OWNER/headgate/\.github/workflows/ml-ci\.yml@[0-9a-f]{40}", job["uses"])
    assert job["with"].keys() <= call["inputs"].keys()
    assert job["secrets"].keys() <= call["secrets"].keys()
    assert job["with"]["experiment"] == example.experiment
    assert job["with"]["metric"] in section(example).metrics


def test_runs_are_logged_for_the_branches_that_are_merged_into(example: Example) -> None:
    branches = loaded(example, ".github/headgate.yml")["branches"]
    assert loaded(example, ".github/workflows/ci.yml")[True]["push"]["branches"] == list(branches.values())


def test_pins_are_the_versions_that_all_this_is_tested_with(example: Example) -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    pins = re.findall(r"^[A-Za-z0-9-]+==\S+$", example.files()["requirements.txt"], re.MULTILINE)
    assert len(pins) > 3
    assert [pin for pin in pins if not re.search(rf"^{re.escape(pin.lower())}[ \\]", lock, re.MULTILINE)] == []


def test_what_is_imported_or_needed_to_predict_is_pinned_and_nothing_else(example: Example) -> None:
    packages = {"sklearn": "scikit-learn", "yaml": "PyYAML"}
    text = "\n".join(text for path, text in example.files().items() if path.endswith(".py"))
    imported = (
        set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)) - sys.stdlib_module_names - {example.package}
    )
    pinned = set(re.findall(r"^([A-Za-z0-9-]+)==", example.files()["requirements.txt"], re.MULTILINE))
    (needed,) = re.findall(r"^NEEDED_TO_PREDICT = \((.*)\)$", text, re.MULTILINE)
    assert {packages.get(name, name) for name in imported} | set(re.findall(r'"(.*?)"', needed)) == pinned


def test_the_project_trains_in_the_environment_that_is_shared(example: Example) -> None:
    project = loaded(example, "MLproject")
    assert (example.folder / project["conda_env"]).is_file()
    command = project["entry_points"]["main"]["command"]
    assert command.startswith(f"python -m {example.package}.train ")
    assert set(re.findall(r"{(\w+)}", command)) == project["entry_points"]["main"]["parameters"].keys()


def test_what_the_readme_names_is_there(example: Example) -> None:
    files = example.files()
    named = set(re.findall(r"`([\w./-]+\.(?:ya?ml|py|md|txt))`", files["README.md"] + files["MODEL_CARD.md"]))
    assert len(named) > 5
    assert named <= files.keys()
    for experiment in re.findall(r"--experiment(?:-name)? (\S+)", files["README.md"]):
        assert experiment == example.experiment


def test_links_lead_somewhere(example: Example) -> None:
    index = ROOT / "examples" / "README.md"
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", index.read_text("utf-8"))
    assert f"{example.name}/README.md" in links
    assert [link for link in links if not (index.parent / link).exists()] == []


def test_the_pull_request_of_the_readme_changes_something(example: Example) -> None:
    (before,) = re.findall(r"sed -i 's/\^(.*?)/", example.files()["README.md"])
    assert re.search(f"^{before}", example.files()["params.yml"], re.MULTILINE)


def test_the_linters_of_the_action_find_nothing(example: Example, tmp_path: Path) -> None:
    copy = shutil.copytree(example.folder, tmp_path / "copy")
    assert run("flake8", "--max-complexity=10", "--max-line-length=127", ".", cwd=copy) == ""
    run("ruff", "check", "--no-cache", ".", cwd=copy)
    run("ruff", "format", "--check", "--no-cache", ".", cwd=copy)


@pytest.mark.parametrize("line", ["pandas", "pandas>=3", "pandas==3.*", "pandas==0.1"])
def test_a_requirement_that_is_not_exact_fails_the_examples_own_test(
    example: Example, tmp_path: Path, line: str
) -> None:
    copy = shutil.copytree(example.folder, tmp_path / "copy")
    requirements = copy / "requirements.txt"
    pinned = requirements.read_text("utf-8")
    requirements.write_text(re.sub(r"^pandas==.*$", line, pinned, flags=re.MULTILINE), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_environment.py"]
    done = subprocess.run(command, cwd=copy, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert re.findall(r"^FAILED .*\[(.*?)\]", done.stdout, re.MULTILINE) == [line]
