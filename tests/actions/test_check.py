"""The Action `check`, run by act: one run of many steps, so that its Python is made once, each with its event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.catalogue import CATALOGUE
from policies.config import default
from policies.verdict import Severity
from tests.actions.act import Act, Run, Step, job
from tests.actions.checked import SHALLOW, STRANGE, TITLE, WHOLE, Events, check, happened, repository


def shown(name: str, of: str) -> dict[str, Any]:
    output = f"${{{{ steps.{of}.outputs.report }}}}"
    return {"id": name, "shell": "bash", "run": 'cat "$REPORT"', "if": "always()", "env": {"REPORT": output}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, published: Path, wheels: Path) -> Run:
    folder = tmp_path_factory.mktemp("check")
    desk = repository(folder)
    events = Events(desk, folder / "events")
    (folder / "organisation.yml").write_text("rules: {bad-title: error}\n")
    steps = (
        WHOLE,
        SHALLOW,
        {"shell": "bash", "run": f"mkdir nothing; cp '{folder}/organisation.yml' ."},
        check("own"),
        shown("report", "own"),
        check("own_allowed", **{"allow-undecided": "true"}),
        happened(events.pull_request("feature/x", "dev")),
        check("passing"),
        check("wrong", **{"allow-undecided": "yes"}),
        check("shallow", "shallow"),
        check("nothing", "nothing"),
        happened(events.pull_request("feature/x", "dev", "broken")),
        check("broken"),
        happened(events.pull_request("broken", "dev")),
        check("breaking"),
        happened(events.pull_request("feature/x", "dev", "strict")),
        check("undecided"),
        check("allowed", **{"allow-undecided": "true"}),
        happened(events.pull_request(STRANGE, "main", title=TITLE)),
        check("strange"),
        happened(events.push("refs/heads/dev", "dev", "pushed")),
        check("pushed"),
        happened(events.push("refs/tags/v1.0.0", "dev", "pushed")),
        check("tag"),
        happened(events.merge_group("gh-readonly-queue/dev/pr-13-abc", "dev")),
        check("group"),
        happened(events.schedule()),
        check("schedule"),
        happened(events.pull_request("feature/x", "dev", "extending", "work")),
        check("alone"),
        check("extending", extends="organisation.yml"),
        happened(events.pull_request("feature/x", "dev", "measured")),
        check("measured"),
        {"id": "left", "shell": "bash", "run": "git -C whole status --porcelain --ignored", "if": "always()"},
    )
    act = Act(folder, published, {"PIP_FIND_LINKS": str(wheels)})
    own = json.loads(events.pull_request("feature/x", "main").read_text("utf-8"))
    return act.run(desk.clone, job(*steps), "pull_request", own)


def said(step: Step) -> tuple[str, str, list[str]]:
    return step.result, step.outputs["verdict"], json.loads(step.outputs["blocking"])


def test_a_pull_request_that_may_be_merged_passes(run: Run) -> None:
    step = run.step("passing")
    assert said(step) == ("success", "pass", [])
    assert step.errors == []
    assert [each.message for each in step.annotations if each.level == "notice"] == ["May be merged, 1 warning"]
    assert "**`feature/x` may be merged into `dev`. The warning below blocks nothing.**" in step.summary


def test_a_blocked_one_fails_and_says_why_and_what_mends_it(run: Run) -> None:
    step = run.step("own")
    assert said(step) == ("failure", "fail", ["wrong-merge-target"])
    assert [each.properties for each in step.errors] == [{"title": "headgate: wrong-merge-target"}]
    assert step.errors[0].message.splitlines() == [
        "`feature/x` is of type feature: it merges into `dev`, not into `main`.",
        "Each branch holds what its name promises only while nothing else lands on it.",
        "Change the base to `dev`: Edit beside the title, or on the command line.",
        "$ gh pr edit 12 --base dev",
    ]
    assert "cannot be merged into `main` yet: blocked by `wrong-merge-target`.**" in step.summary
    assert "| ✓\N{NO-BREAK SPACE}kept | bad-title |" in step.summary


def test_the_report_has_every_rule(run: Run) -> None:
    report = json.loads(run.step("report").log)
    assert (report["verdict"], report["number"], report["base"]) == ("fail", 12, "main")
    settings = default().rules
    on = [rule for rule in CATALOGUE if settings[rule.name].severity is not Severity.OFF]
    elsewhere = {"push", "metrics"}  # of a push, and where the policy has a section `mlflow`
    assert {rule["rule"] for rule in report["rules"]} == {rule.name for rule in on if elsewhere.isdisjoint(rule.needs)}


def test_a_checkout_that_is_not_whole_is_told_what_it_lacks(run: Run) -> None:
    for name, words in (("shallow", "The checkout is shallow"), ("nothing", "There is no checkout here")):
        step = run.step(name)
        assert said(step) == ("failure", "error", [])
        (error,) = step.errors
        assert error.message.startswith(words)
        assert "`fetch-depth: 0`" in error.message


def test_a_broken_policy_judges_nothing(run: Run) -> None:
    step = run.step("broken")
    assert said(step) == ("failure", "error", [])
    places = [(each.properties["file"], each.properties["line"]) for each in step.errors]
    assert places == [(".github/headgate.yml", "2"), (".github/headgate.yml", "3")]
    assert "There is no rule `bad-titel`. Did you mean `bad-title`?" in step.errors[0].message
    assert "While the policy is broken, nothing is decided." in step.summary
    assert step.outputs["report"] == ""


def test_a_pull_request_that_breaks_the_policy_is_blocked(run: Run) -> None:
    step = run.step("breaking")
    assert step.outputs["verdict"] == "fail"
    assert step.errors[0].properties["file"] == ".github/headgate.yml"
    assert "The policy in this pull request cannot be used" in step.summary


def test_what_cannot_be_decided_fails_unless_that_is_allowed(run: Run) -> None:
    assert said(run.step("undecided")) == ("failure", "unknown", ["missing-approval"])
    assert "Reviews are on GitHub; neither the clone nor the event file holds them." in run.step("undecided").summary
    assert said(run.step("allowed")) == ("success", "unknown", ["missing-approval"])
    assert "allow-undecided" in run.step("allowed").annotations[-1].message


def test_what_is_known_to_be_wrong_is_never_allowed(run: Run) -> None:
    assert said(run.step("own_allowed")) == ("failure", "fail", ["wrong-merge-target"])


def test_names_and_titles_do_nothing(run: Run) -> None:
    step = run.step("strange")
    assert said(step) == ("failure", "fail", ["wrong-merge-target"])
    titles = [each.properties["title"] for each in step.annotations]
    assert titles == ["headgate: wrong-merge-target", "headgate: bad-title", "headgate: missing-approval"]
    assert step.errors[0].message.startswith("`feature/%0A$(reboot)`x`;#&,|<b>` is of type feature")
    assert r"The title `work\x0a::error file=a,line=1::no\x0a##[add-mask]headgate\x0d%0A" in step.annotations[1].message
    assert "\u202e" not in step.summary
    assert "``feature/%0A$(reboot)`x`;#&,\\|<b>``" in step.summary


def test_nothing_of_the_pull_request_is_run_or_left_behind(run: Run) -> None:
    assert "the repository is imported" not in run.log
    assert run.step("left").log == ""


def test_a_push_and_a_tag(run: Run) -> None:
    assert said(run.step("pushed")) == ("failure", "fail", ["direct-push"])
    assert said(run.step("tag")) == ("success", "pass", [])
    assert run.step("tag").annotations[0].level == "notice"


def test_a_merge_group_is_judged_one_by_one(run: Run) -> None:
    step = run.step("group")
    assert said(step) == ("failure", "fail", ["unknown-branch-type"])
    assert "| #12 | `feature/x` → `dev` |" in step.summary
    assert "| #13 | `wild` → `dev` |" in step.summary


def test_an_event_that_cannot_be_judged_fails(run: Run) -> None:
    step = run.step("schedule")
    assert said(step) == ("failure", "error", [])
    assert "is about no pull request, push or merge group" in step.errors[0].message


def test_the_policy_of_the_organisation_is_asked_for_and_then_holds(run: Run) -> None:
    assert said(run.step("alone")) == ("failure", "error", [])
    assert "--extends" in run.step("alone").errors[0].message
    assert said(run.step("extending")) == ("failure", "fail", ["bad-title"])


def test_metrics_are_left_to_others(run: Run) -> None:
    step = run.step("measured")
    assert said(step) == ("success", "pass", [])
    assert "metrics are compared by the server, or with `headgate metrics`" in step.summary


def test_an_input_that_makes_no_sense_fails(run: Run) -> None:
    assert said(run.step("wrong")) == ("failure", "error", [])
    assert "allow-undecided must be 'true' or 'false'" in run.step("wrong").errors[0].message
