"""What the modules of the Actions say to the runner, and how they take what they are given."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from actions import toolkit
from actions.toolkit import Annotation, InputError
from policies.phrase import say
from tests.actions.seen import annotation


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set what a runner sets, and return the folder with its files ``output`` and ``summary``."""
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    (tmp_path / "workspace" / "sub").mkdir(parents=True)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    return tmp_path


HOSTILE = "a%0A,line=9::b\r\n::error::c%25.py"


def test_an_annotation_arrives_as_it_was_meant() -> None:
    said = Annotation("warning", HOSTILE, HOSTILE, 3, 7, title=HOSTILE).command()
    assert "\n" not in said
    read = annotation(said)
    assert (read.level, read.message) == ("warning", HOSTILE)
    assert read.properties == {"file": HOSTILE, "line": "3", "col": "7", "title": HOSTILE}


def test_what_is_not_known_is_left_out() -> None:
    assert Annotation("error", "no").command() == "::error::no"
    assert Annotation("notice", "whole file", "a.py", 0, None).command() == "::notice file=a.py::whole file"


def test_messages_end_where_the_runner_cuts_them(capsys: pytest.CaptureFixture[str]) -> None:
    toolkit.annotate([Annotation("error", "%" * 5000)])
    message = annotation(capsys.readouterr().out).message
    assert message == "%" * 4095 + "…"


def test_ten_of_each_level_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    levels: tuple[toolkit.Level, ...] = ("error", "warning")
    dropped = toolkit.annotate(Annotation(level, str(n)) for n in range(12) for level in levels)
    lines = capsys.readouterr().out.splitlines()
    assert dropped == 4
    assert [line for line in lines if line.startswith("::error")] == [f"::error::{n}" for n in range(10)]
    assert [line for line in lines if line.startswith("::warning")] == [f"::warning::{n}" for n in range(10)]


def test_what_is_quoted_ends_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with toolkit.quoted():
            sys.stdout.write("no end")
    first, text, end, *again = capsys.readouterr().out.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert (text, end) == ("no end", f"::{token}::")
    assert len(token) == 32
    assert token not in "".join(again)


def test_commands_are_taken_again_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="gone"), toolkit.folded("Tool\n"), toolkit.quoted():
        raise OSError("gone")
    group, stop, _, start, end = capsys.readouterr().out.splitlines()
    assert (group, end) == ("::group::Tool%0A", "::endgroup::")
    assert start == f"::{stop.removeprefix('::stop-commands::')}::"


def test_an_output_of_many_lines_stays_one(step: Path) -> None:
    toolkit.set_output("first", "a\nsecond=b\nEOF\n")
    toolkit.set_output("number", 7)
    lines = (step / "output").read_text("utf-8").split("\n")
    assert lines[0].startswith("first<<end-")
    assert lines[1:5] == ["a", "second=b", "EOF", ""]
    assert lines[5] == lines[0].partition("<<")[2]
    assert lines[6].startswith("number<<")


def test_a_summary_ends_where_github_would_refuse_it(step: Path) -> None:
    toolkit.add_summary("# One\n")
    toolkit.add_summary("| é |\n" * 300_000)
    toolkit.add_summary("never seen")
    data = (step / "summary").read_bytes()
    assert len(data) <= toolkit.LARGEST_SUMMARY
    text = data.decode("utf-8")
    assert text.startswith("# One\n\n| é |\n")
    assert text.endswith("| é |\n\n\n*The rest did not fit into GitHub's summary; the report has it.*\n")


def test_foreign_cells_stay_cells() -> None:
    table = toolkit.table(("A", "B"), [[say("{x}", x="a | `b` <img>\n"), 3]])
    assert table == "| A | B |\n| --- | --- |\n| ``a \\| `b` <img>\\x0a`` | 3 |\n"


def test_json_is_strict() -> None:
    value = {"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": float("-inf")}, "d": "NaN"}
    assert json.loads(toolkit.dumps(value), parse_constant=pytest.fail) == {
        "a": [None, [None, 1.5]],
        "b": {"c": None},
        "d": "NaN",
    }


def test_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TEXT": " a b ", "FLAG": "true", "NUMBER": "7", "NONE": "", "WORDS": "-k 'a b' $HOME"}.items():
        monkeypatch.setenv(f"WITH_SOME_{name}", value)
    assert toolkit.text("some-text") == "a b"
    assert toolkit.flag("some-flag") is True
    assert (toolkit.number("some-number"), toolkit.optional_number("some-number")) == (7, 7)
    assert toolkit.optional_number("some-none") is None
    assert toolkit.words("some-words") == ["-k", "a b", "$HOME"]
    assert toolkit.choice("some-text", "c", "a b") == "a b"


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (toolkit.text, None, "action.yml does not hand over the input x-y as WITH_X_Y"),
        (toolkit.flag, "True", "x-y must be 'true' or 'false', not 'True'"),
        (toolkit.number, "-1", "x-y must be a whole number, not '-1'"),
        (toolkit.number, "٣", "x-y must be a whole number, not '٣'"),
        (toolkit.words, "'", "x-y: No closing quotation"),
        (lambda name: toolkit.choice(name, "a", "b"), "c", "x-y must be one of a, b, not 'c'"),
    ],
)
def test_inputs_that_make_no_sense(
    monkeypatch: pytest.MonkeyPatch, read: object, value: str | None, message: str
) -> None:
    if value is not None:
        monkeypatch.setenv("WITH_X_Y", value)
    assert callable(read)
    with pytest.raises(InputError) as refused:
        read("x-y")
    assert str(refused.value) == message


def test_a_refusal_is_said_and_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> int:
        raise InputError("x is\nmissing")

    assert toolkit.run(refuse) == 2
    assert annotation(capsys.readouterr().out).message == "x is\nmissing"
    assert toolkit.run(lambda: 7) == 7


def test_folders(step: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITH_WORKING_DIRECTORY", "sub")
    assert toolkit.working_directory() == step / "workspace" / "sub"
    assert toolkit.in_workspace("./a b.py", toolkit.working_directory()) == "sub/a b.py"
    assert toolkit.in_workspace(step / "workspace" / "c.py", toolkit.working_directory()) == "c.py"
    one, two = toolkit.new_folder("x"), toolkit.new_folder("x")
    assert one != two
    assert one.parent == toolkit.temporary() == step
    monkeypatch.setenv("WITH_WORKING_DIRECTORY", "nowhere")
    with pytest.raises(InputError, match="there is no folder nowhere in the workspace"):
        toolkit.working_directory()


def test_outside_of_a_workflow_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    with pytest.raises(InputError, match="GITHUB_OUTPUT is not set; this runs as a step of a workflow"):
        toolkit.set_output("a", "b")
