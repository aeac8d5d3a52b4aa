"""``headgate metrics``: exit codes, formats and what is asked, against a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from bot.commands.metrics import metrics
from bot.errors import UsageProblem
from bot.gather.policy import PolicyProblem
from bot.report.metrics.terminal import sparkline
from bot.tracking.found import Experiment
from policies.metrics.runs import Point
from tests.bot.tracking.lab import Lab, sha
from tests.services.mlflow import READER, READER_PASSWORD, MlflowServer

POLICY = """\
mlflow:
  server: main
  experiment: another
  metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}
"""


@dataclass(frozen=True)
class Answer:
    code: int
    out: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with arguments; what a person can mend is raised."""

    def run(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = metrics.main([str(each) for each in arguments], standalone_mode=False)
        return Answer(code, capsys.readouterr().out)

    return run


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "headgate.yml"
    path.write_text(POLICY)
    return path


def asked(server: MlflowServer, experiment: Experiment, head: str = "head", base: str = "base") -> list[str]:
    question = ["--tracking-uri", server.url, "--experiment", experiment.name]
    return [*question, "--head", sha(head), "--base", sha(base)]


def trained(lab: Lab) -> Experiment:
    """A base, a head that is better, and one that is worse; three seeds each, found by either tag."""
    experiment = lab.experiment()
    for seed in range(3):
        for name, rmse in (("base", 1.0), ("head", 0.9), ("worse", 1.2)):
            params, noise = {"seed": str(seed)}, seed * {"base": 0.01, "head": 0.011, "worse": 0.012}[name]
            lab.run(experiment, commit=name, params=params, metrics={"rmse": rmse + noise, "other": 3.0})
    return experiment


def test_exit_codes_and_words(open_lab: Lab, policy: Path, run: Run) -> None:
    experiment = trained(open_lab)
    better = run(*asked(open_lab.server, experiment), "--config", policy)
    worse = run(*asked(open_lab.server, experiment, "worse"), "--config", policy)
    none = run(*asked(open_lab.server, experiment, "nobody's"), "--config", policy)
    assert (better.code, worse.code, none.code) == (0, 1, 3)
    assert "may be merged" in better.out
    assert "3 runs against `base`" in better.out
    assert "✗" in worse.out
    assert "`rmse` is worse than on `base`" in worse.out
    assert "could not decide" in none.out
    assert "no run names this commit" in none.out
    assert "github.head_sha=" + sha("nobody's") in "".join(none.out.split()), "how a run would be found"
    assert "\x1b" not in better.out + worse.out + none.out, "no colour codes in a pipe"


def test_a_server_that_does_not_answer_is_named_once(policy: Path, run: Run, unused_tcp_port: int) -> None:
    """By its host, and without a promise to ask again: the command ends."""
    where = ["--tracking-uri", f"http://127.0.0.1:{unused_tcp_port}", "--experiment", "sales"]
    said = run(*where, "--head", sha("head"), "--base", sha("base"), "--config", policy)
    assert said.code == 3
    assert said.out.count("The tracking server `127.0.0.1` cannot be reached.") == 2, "above, and by the one rule"
    assert "--tracking-uri is its address" in said.out
    assert "by itself" not in said.out


def test_without_a_policy_everything_is_shown_and_nothing_gates(open_lab: Lab, run: Run) -> None:
    shown = run(*asked(open_lab.server, trained(open_lab), "worse"))
    assert shown.code == 0
    assert "`rmse`" in shown.out
    assert "shown" in shown.out


def test_a_baseline_that_was_never_trained_is_a_first_measurement(open_lab: Lab, policy: Path, run: Run) -> None:
    first = run(*asked(open_lab.server, trained(open_lab), base="nobody's"), "--config", policy)
    assert first.code == 0
    assert "no run was logged for a commit of `base`" in first.out
    assert "with 1 warning" in first.out or "with 2 warnings" in first.out


def test_every_key_of_the_json_is_documented(open_lab: Lab, policy: Path, run: Run) -> None:
    page = (Path(__file__).parents[3] / "docs" / "json.md").read_text("utf-8")
    documented = {name.rpartition(".")[2] for name in re.findall(r"`([\w\[\].]+)`", page)}
    said = run(*asked(open_lab.server, trained(open_lab)), "--config", policy, "--format", "json").json
    (model,) = said["models"]
    (against,) = model["against"]
    assert against["metrics"] != []
    for part in (said, model, against, against["metrics"][0], against["changed"]):
        assert part.keys() - documented == set()


def test_json_and_markdown(open_lab: Lab, policy: Path, run: Run) -> None:
    experiment = trained(open_lab)
    said = run(*asked(open_lab.server, experiment, "worse"), "--config", policy, "--format", "json").json
    assert said["verdict"] == "fail"
    (model,) = said["models"]
    (against,) = model["against"]
    assert (len(model["runs"]), len(against["runs"]), against["commit"]) == (3, 3, sha("base"))
    rmse, other = against["metrics"]
    assert (rmse["name"], rmse["judgement"], rmse["gated"]) == ("rmse", "fail", True)
    assert rmse["candidate"] == pytest.approx([1.2, 1.212, 1.224])
    assert rmse["difference"] == pytest.approx(0.202)
    assert other["judgement"] == "shown"
    page = run(*asked(open_lab.server, experiment, "worse"), "--config", policy, "--format", "markdown").out
    assert "| Metric | Baseline (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}3) | Candidate" in page
    assert page.splitlines()[2].startswith(f"**`{sha('worse')[:10]}` cannot be merged into `{sha('base')[:10]}` yet")


def test_hostile_names_are_inert(open_lab: Lab, run: Run) -> None:
    experiment = open_lab.experiment()
    name = "a.b/c d-e"  # MLflow allows no more in the name of a metric
    for head in ("head", "base"):
        open_lab.run(experiment, head=head, metrics={name: float("nan"), "inf": float("inf")})
    page = run(*asked(open_lab.server, experiment), "--format", "markdown").out
    assert f"| `{name}` | NaN | NaN |" in page
    said = run(*asked(open_lab.server, experiment), "--format", "json").json
    values = {row["name"]: row["candidate"] for row in said["models"][0]["against"][0]["metrics"]}
    assert values == {name: ["nan"], "inf": ["inf"]}, "JSON knows neither"


def test_who_we_are_is_said_by_the_environment_or_the_address(
    guarded_lab: Lab, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, server = trained(guarded_lab), guarded_lab.server
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    nobody = run(*asked(server, experiment))
    assert nobody.code == 3
    assert "does not accept the credentials" in nobody.out
    url = server.url.replace("://", f"://{READER}:{READER_PASSWORD}@")
    assert run("--tracking-uri", url, *asked(server, experiment)[2:]).code == 0
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", READER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", READER_PASSWORD)
    assert run(*asked(server, experiment)).code == 0


def test_an_experiment_that_is_not_there_is_not_decided(open_lab: Lab, policy: Path, run: Run) -> None:
    answer = run(*asked(open_lab.server, Experiment("0", "no such")), "--config", policy)
    assert answer.code == 3
    assert "There is no experiment `no such`" in answer.out


def test_one_of_several_models(open_lab: Lab, tmp_path: Path, run: Run) -> None:
    policy = tmp_path / "several.yml"
    gate = "{metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}, baseline: release}"
    policy.write_text(f"mlflow: {{server: main, models: {{north: {gate}, south: {{}}}}}}\n")
    question = [*asked(open_lab.server, trained(open_lab), "worse"), "--config", policy]
    assert run(*question, "--model", "north").code == 1
    assert run(*question, "--model", "south").code == 0
    with pytest.raises(UsageProblem, match=r"choose one with --model \(north, south\)"):
        run(*question)
    with pytest.raises(UsageProblem, match="names no model noth: did you mean north"):
        run(*question, "--model", "noth")


def test_what_is_wrong_with_the_call(open_lab: Lab, tmp_path: Path, run: Run) -> None:
    good = asked(open_lab.server, Experiment("0", "x"))
    for wrong, said in [
        ([*good, "--head", "main"], "--head must be a full commit id"),
        ([*good, "--base", sha("x")[:10]], "--base must be a full commit id"),
        ([*good, "--tracking-uri", "sqlite:///mlflow.db"], "--tracking-uri must be the URL of a server"),
        ([*good, "--tracking-uri", "http://"], "--tracking-uri must be the URL of a server"),
        ([*good, "--config", str(tmp_path / "missing.yml")], "missing.yml"),
    ]:
        with pytest.raises(UsageProblem, match=said):
            run(*wrong)
    broken = tmp_path / "broken.yml"
    broken.write_text("mlflow: 3\n")
    with pytest.raises(PolicyProblem):
        run(*good, "--config", broken)
    with pytest.raises(click.UsageError):
        run(*good[2:])


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([1.0], "▁"),
        ([1.0, 1.0], "▁▁"),
        ([0.0, 7.0], "▁█"),
        ([float("nan"), 1.0, float("inf"), 2.0], " ▁ █"),
        ([float("nan")], ""),
        ([-1.7e308, 1.7e308], "▁█"),
        ([float(n) for n in range(100)], "▁▁▁▂▂▂▃▃▃▄▄▅▅▅▆▆▆▇▇█"),
    ],
)
def test_sparklines(values: list[float], drawn: str) -> None:
    assert sparkline([Point(step, value) for step, value in enumerate(values)]) == drawn
