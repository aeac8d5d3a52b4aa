"""What the log of act says: jobs, steps, their outputs, annotations and summaries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a workflow command said, with its escapes undone as the runner does it."""

    level: str
    message: str
    properties: Mapping[str, str]


@dataclass(slots=True)
class Step:
    """What came of a step. Annotations, log and summary include those of the steps inside it."""

    result: str = "never ran"
    outputs: dict[str, str] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    log: str = ""
    summary: str = ""

    @property
    def errors(self) -> list[Annotation]:
        return [annotation for annotation in self.annotations if annotation.level == "error"]

    @property
    def warnings(self) -> list[Annotation]:
        return [annotation for annotation in self.annotations if annotation.level == "warning"]


@dataclass(slots=True)
class Run:
    """What came of a workflow. Jobs are called as act calls them: ``workflow.yml/job``, in a matrix ``…/job-1``."""

    code: int
    log: str = field(repr=False)
    """Everything that was printed, by act too."""

    raw: str = field(repr=False)
    """The same as act wrote it: what :func:`read` takes."""

    jobs: dict[str, str] = field(default_factory=dict)
    steps: dict[tuple[str, ...], Step] = field(default_factory=dict)
    """By the job's name, the step's id (or its number, from 0), and so on inwards."""

    def step(self, *path: str, job: str = "") -> Step:
        """Return the one step with this id (and those of the steps inside); ``job`` is the end of its job's name."""
        found = [step for key, step in self.steps.items() if key[1:] == path and key[0].endswith(job)]
        assert len(found) == 1, f"{len(found)} steps {path} in {sorted(self.steps)}\n{self.log}"
        return found[0]

    def job(self, name: str) -> str:
        """Return the result of the one job whose name ends so."""
        found = [result for key, result in self.jobs.items() if key.endswith(name)]
        assert len(found) == 1, f"{len(found)} jobs {name} in {self.jobs}\n{self.log}"
        return found[0]


def read(code: int, raw: str) -> Run:
    """Return what act's log, one JSON object a line, says."""
    events = [json.loads(line) if line.startswith("{") else {"msg": line} for line in raw.splitlines()]
    run = Run(
        code, raw=raw, log="\n".join(event["msg"].rstrip("\n") for event in events if event.get("level") != "debug")
    )
    for event in events:
        _note(run, event)
    return run


def _note(run: Run, event: Mapping[str, Any]) -> None:
    if "jobResult" in event:
        run.jobs[event["job"]] = event["jobResult"]
    if event.get("stage") != "Main":
        return
    path: list[str] = event["stepID"]
    step = run.steps.setdefault((event["job"], *path), Step())
    around = [run.steps.setdefault((event["job"], *path[:depth]), Step()) for depth in range(1, len(path))]
    if "stepResult" in event:
        step.result = event["stepResult"]
    if event.get("command") == "set-output":
        step.outputs[event["name"]] = event["arg"]
    for one in (*around, step):
        _say(one, event)


def _say(step: Step, event: Mapping[str, Any]) -> None:
    """Note what counts for a step and for those around it."""
    if event.get("raw_output"):
        step.log += event["msg"]
    elif event.get("command") == "summary":
        step.summary += event["content"]
    elif event.get("command") in ("error", "warning", "notice"):
        step.annotations.append(annotation(event["raw"]))


def annotation(line: str) -> Annotation:
    """Read a workflow command as the runner does; act drops a property with ``=`` in its value.

    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    head, _, message = line.strip("\n").removeprefix("::").partition("::")
    level, _, properties = head.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(",") if pair)
    return Annotation(level, _plain(message), {name.strip(): _plain(value) for name, _, value in pairs})


def _plain(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text
