"""A backtest says what ``check`` would have said on the day; it is held against just that."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from bot.local.backtest import Backtest, Stretch, backtest
from bot.local.check import Question, judge
from policies.verdict import Outcome, Report
from sandbox.desk import Desk
from tests.bot.conftest import Headgate

NOT_IN_HISTORY = {"merge-conflict", "missing-approval", "bad-title"}


def said(report: Report) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return outcome and messages by rule, as far as history can tell."""
    return {
        verdict.rule: (verdict.outcome.value, tuple(finding.message.plain() for finding in verdict.findings))
        for verdict in report.verdicts
        if verdict.rule not in NOT_IN_HISTORY
    }


class Team:
    """A team that works by chance, rightly and wrongly; each pull request is checked just before it is merged."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.draw = random.Random(seed)
        self.count = 0
        self.minor = 0
        self.expected: list[tuple[str, str, Report]] = []

    def branch(self, name: str, start: str) -> str:
        self.count += 1
        self.desk.start(name, start)
        self.desk.commit(self.draw.choice("ABC"), f"work {self.count}", {f"file{self.count}": "x\n"})
        return name

    def bring(self, head: str, base: str) -> None:
        """Check as on the day, then merge."""
        self.desk.publish()
        (judged,) = judge(Question(repo=self.desk.clone, head=head, base=base))
        self.expected.append((head, base, judged.report))
        self.desk.merge("A", head, base, 100 + len(self.expected))

    def drop(self, *heads: str) -> None:
        self.desk.publish()
        for head in heads:
            self.desk.git("push", "--quiet", "origin", "--delete", head)
            self.desk.git("branch", "--quiet", "-D", head)

    def feature(self) -> None:
        name = self.branch(self.draw.choice(["feature/f{}", "fix/b{}", "wild{}"]).format(self.count), "dev")
        self.bring(name, self.draw.choice(["dev", "dev", "dev", "main"]))
        self.drop(name)

    def hotfix(self) -> None:
        name = self.branch(f"hotfix/topic{self.count}", self.draw.choice(["main", "main", "dev"]))
        targets = self.draw.choice([["main", "dev"], ["dev", "main"], ["main"]])
        for target in targets:
            self.bring(name, target)
        self.drop(name)

    def release(self) -> None:
        self.minor += self.draw.choice([1, 1, 0])
        name = self.branch(f"release/1.{self.minor}.0", "dev")
        if self.draw.random() < 0.5:
            mend = self.branch(f"bugfix/r{self.count}", name)
            self.bring(mend, name)
            self.drop(mend)
        self.bring(name, "main")
        if not self.desk.git("tag", "--list", f"v1.{self.minor}.0"):
            self.desk.git("tag", f"v1.{self.minor}.0", "main")
        if self.draw.random() < 0.7:
            self.bring(name, "dev")
        self.drop(name)

    def back_merge(self) -> None:
        if self.desk.git("rev-list", "dev..main"):
            self.bring("main", "dev")

    def work(self, days: int) -> None:
        for _ in range(days):
            self.draw.choice([self.feature, self.feature, self.hotfix, self.release, self.back_merge])()
        self.desk.publish()


@pytest.fixture(scope="module", params=[1, 2, 3])
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Team:
    desk = Desk(tmp_path_factory.mktemp("team"), "repo")
    desk.commit("A", "first", {"model.py": "1\n"})
    desk.start("dev", "main")
    desk.commit("A", "second", {"two.py": "1\n"})
    team = Team(desk, request.param)
    team.work(14)
    return team


def test_every_merge_is_judged_as_on_the_day(team: Team) -> None:
    result = backtest(Question(repo=team.desk.clone))
    assert [(each.merge.source, each.merge.target) for each in result.replayed] == [
        (head, base) for head, base, _ in team.expected
    ]
    for each, (head, base, expected) in zip(result.replayed, team.expected, strict=True):
        assert each.report is not None
        assert said(each.report) == said(expected), f"{head} → {base} at {each.merge.sha}"


def by_git(desk: Desk, subject: str, head: str, base: str) -> None:
    """Merge with a subject that some other tool would write."""
    desk.git("switch", "--quiet", base)
    desk.git("merge", "--quiet", "--no-ff", "--message", subject, head)


def replay(desk: Desk) -> Backtest:
    desk.publish()
    return backtest(Question(repo=desk.clone))


@pytest.mark.parametrize(
    "subject",
    [
        "Merge branch 'feature/x' into dev",
        "Merge branch 'feature/x' into 'dev'\n\nSee merge request acme/forecast!34",
        "Merged in feature/x (pull request #12)",
        "Merge pull request #12 from acme/feature/x\n\nfeat: x",
        "Pull request #12: x\n\nMerge in ML/forecast from feature/x to dev",
        "a subject that says nothing",
    ],
)
def test_every_tools_merge_is_found(desk: Desk, subject: str) -> None:
    desk.start("feature/x", "dev")
    desk.commit("A", "x", {"x.py": "1\n"})
    by_git(desk, subject, "feature/x", "dev")
    (each,) = replay(desk).replayed
    assert (each.merge.source, each.merge.target, each.outcome) == ("feature/x", "dev", Outcome.PASS)


def test_a_merge_whose_branch_nobody_can_name_is_undecided(desk: Desk) -> None:
    desk.start("feature/x", "dev")
    desk.commit("A", "x", {"x.py": "1\n"})
    by_git(desk, "wq", "feature/x", "dev")
    desk.git("branch", "-D", "feature/x")
    (each,) = replay(desk).replayed
    assert (each.report, each.outcome) == (None, Outcome.UNKNOWN)


def test_a_branch_merged_with_its_own_copy_is_left_out(desk: Desk) -> None:
    desk.start("copy", "dev~1")
    desk.commit("A", "elsewhere", {"x.py": "1\n"})
    by_git(desk, "Merge branch 'dev' of git.example:acme/forecast into dev", "copy", "dev")
    desk.git("branch", "-D", "copy")
    result = replay(desk)
    assert (result.replayed, result.syncs) == ((), 1)


def test_last_and_since_leave_older_merges_out(team: Team, headgate: Headgate) -> None:
    everything = backtest(Question(repo=team.desk.clone)).replayed
    assert backtest(Question(repo=team.desk.clone), Stretch(last=3)).replayed == everything[-3:]
    middle = everything[len(everything) // 2].merge.sha
    later = backtest(Question(repo=team.desk.clone), Stretch(since=middle)).replayed
    contained = set(team.desk.git("rev-list", middle).split("\n"))
    assert [each.merge.sha for each in later] == [m.merge.sha for m in everything if m.merge.sha not in contained]
    assert headgate("backtest", "--repo", team.desk.clone, "--since", "v99").code == 2
    assert headgate("backtest", "--repo", team.desk.clone, "--last", "0").code == 2


def test_the_tables_and_the_json_agree(team: Team, headgate: Headgate) -> None:
    text = headgate("backtest", "--repo", team.desk.clone)
    report = headgate("backtest", "--repo", team.desk.clone, "--format", "json").json
    assert text.out.startswith(f"{report['merges']} merges replayed in ")
    assert report["merges"] == len(team.expected) == sum(report["verdicts"].values())
    for name, counts in report["by_type"].items():
        rows = text.out.partition("By branch type")[2].split("\n")
        row = next(line.split() for line in rows if line.strip().startswith(f"{name} "))
        assert row[-5] == str(sum(counts.values()))
    blocked = [entry for entry in report["replayed"] if entry["verdict"] == "fail"]
    assert all(entry["blocked_by"][0]["messages"] for entry in blocked)


def test_a_policy_that_judges_runs_is_replayed_without_them(team: Team, headgate: Headgate, tmp_path: Path) -> None:
    """What was measured then is not in the history, and the rest of the verdict does not suffer."""
    policy = tmp_path / "policy.yml"
    policy.write_text("mlflow: {server: main, metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}\n")
    with_runs, without = (
        headgate("backtest", "--repo", team.desk.clone, "--format", "json", *config).json["verdicts"]
        for config in (("--config", policy), ())
    )
    assert with_runs == without


def test_a_default_branch_without_a_role_is_pointed_out(tmp_path: Path, headgate: Headgate) -> None:
    desk = Desk(tmp_path, "repo")
    desk.commit("A", "first", {"a": "1\n"})
    desk.start("trunk", "main")
    desk.publish()
    desk.git("remote", "set-head", "origin", "trunk")
    answer = headgate("backtest", "--repo", desk.clone)
    assert "trunk, the default branch, plays no role in this policy: bind it in branches." in answer.out


def test_a_shallow_clone_says_how_to_get_the_rest(team: Team, headgate: Headgate, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{team.desk.origin}", shallow], check=True)
    answer = headgate("backtest", "--repo", shallow)
    assert answer.code == 2
    assert "git fetch --unshallow --tags origin" in answer.err
