"""The harness itself: what a test reads from act is what happened."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.actions.act import CHECKOUT, Act, Annotation, job, ours, workflow


def shell(script: str, **more: object) -> dict[str, object]:
    return {"shell": "bash", "run": script, **more}


def test_it_says_what_a_step_printed_set_and_added(act: Act) -> None:
    steps = (
        {"uses": CHECKOUT},
        shell('echo "n=1" >> "$GITHUB_OUTPUT"; echo "# One" >> "$GITHUB_STEP_SUMMARY"', id="one"),
        shell('echo "::error file=a%2Cb.py,line=3::no%0Ano"; cat "$FILE"; exit 3', id="two", env={"FILE": "a.txt"}),
        shell("exit 0", id="three"),
        shell("env", id="four", **{"if": "always()"}),
    )
    run = act.run(act.repository({"a.txt": "from the repository\n"}), job(*steps))
    assert (run.code, run.job("job")) == (1, "failure")
    assert (run.step("one").outputs, run.step("one").summary) == ({"n": "1"}, "# One\n")
    two = run.step("two")
    assert (two.result, two.outputs, two.summary) == ("failure", {}, "")
    assert two.errors == [Annotation("error", "no\nno", {"file": "a,b.py", "line": "3"})]
    assert two.log == "from the repository\n"
    assert run.step("three").result == "skipped"
    assert "PYTEST_CURRENT_TEST" not in run.step("four").log


def test_inner_steps_count_for_the_action_around_them(tmp_path: Path) -> None:
    action = {
        "name": "inner",
        "description": "For this test.",
        "inputs": {"word": {"description": "What to say."}},
        "outputs": {
            "right": {"description": "Mapped.", "value": "${{ steps.say.outputs.said }}"},
            "wrong": {"description": "Mapped to what there is not.", "value": "${{ steps.say.outputs.sead }}"},
        },
        "runs": {
            "using": "composite",
            "steps": [
                shell(
                    'echo "said=$WORD" >> "$GITHUB_OUTPUT"; echo "::warning::$WORD"; cat "$GITHUB_ACTION_PATH/../note"',
                    id="say",
                    env={"WORD": "${{ inputs.word }}"},
                ),
            ],
        },
    }
    published = tmp_path / "published"
    (published / "actions" / "inner").mkdir(parents=True)
    (published / "actions" / "note").write_text("beside\n")
    action["runs"]["steps"].append(shell(":", **{"if": "always()"}))  # type: ignore[index]  # a literal of the test
    (published / "actions" / "inner" / "action.yml").write_text(yaml.safe_dump(action))
    act = Act(tmp_path, published)
    run = act.run(act.repository({}), job({"id": "it", "uses": ours("inner"), "with": {"word": "hello"}}))
    step = run.step("it")
    assert (step.result, step.outputs) == ("success", {"right": "hello", "wrong": ""})
    assert step.warnings == [Annotation("warning", "hello", {})]
    assert step.log == "beside\n"
    assert run.step("it", "say").outputs == {"said": "hello"}


def test_matrix_and_needs(act: Act) -> None:
    first = {
        "runs-on": "ubuntu-latest",
        "strategy": {"matrix": {"n": [1, 2]}, "fail-fast": False},
        "steps": [shell('exit "$N"', id="it", env={"N": "${{ matrix.n == 2 && 1 || 0 }}"})],
    }
    then = {"runs-on": "ubuntu-latest", "needs": "first", "steps": [shell("exit 0", id="then")]}
    run = act.run(act.repository({}), workflow(first=first, then=then))
    assert sorted(run.step("it", job=f"first-{n}").result for n in (1, 2)) == ["failure", "success"]
    assert [name for name in run.jobs if name.endswith("then")] == []


def test_a_run_that_takes_too_long_is_ended(act: Act) -> None:
    with pytest.raises(TimeoutError, match="sleep"):
        act.run(act.repository({}), job(shell("sleep 60")), seconds=1)
