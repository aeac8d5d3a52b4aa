"""https://docs.github.com/rest/checks/runs, https://docs.github.com/rest/checks/suites"""

from __future__ import annotations

from typing import Literal, cast

from sandbox.github.acts import checks, suites
from sandbox.github.errors import Refused, not_found
from sandbox.github.http.body import Body
from sandbox.github.model import Annotation, CheckRun, CheckSuite
from sandbox.github.payloads.checks import annotation, check_run, check_suite, latest_of_suite
from sandbox.github.protections import latest_runs
from sandbox.github.rest.ask import Answer, Ask, one_with_id
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}"
MOST_ANNOTATIONS = 50
"""Annotations in one request."""

LONGEST_TEXT = 65_535
"""Characters of summary and text."""

_STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
_CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out", "stale")


@routes.post(_BASE + "/check-runs", checks="write")
def create_run(ask: Ask) -> Answer:
    if ask.via is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    name, sha = ask.body.text("name"), ask.body.text("head_sha")
    said = _said(ask.body)
    suite = suites.suite_for(ask.world, ask.repository, ask.via, ask.commit(sha))
    return Answer(check_run(ask.world, checks.create(ask.world, suite, name, said)), 201)


def _said(body: Body) -> checks.Said:
    conclusion = body.choice("conclusion", _CONCLUSIONS)
    status = body.choice("status", _STATUSES)
    if conclusion == "stale":
        raise Refused(422, "Invalid request.\n\nOnly GitHub can mark a check run as stale.")
    if status == "completed" and conclusion is None:
        raise Refused(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    for action in body.parts("actions", 3):
        for name, most in {"label": 20, "description": 40, "identifier": 20}.items():
            action.text(name, most)
    output = body.part("output")
    return checks.Said(
        status=status,
        conclusion=conclusion,
        started_at=body.moment("started_at"),
        completed_at=body.moment("completed_at"),
        details_url=body.optional_text("details_url"),
        external_id=body.optional_text("external_id"),
        name=body.optional_text("name"),
        output=_output(output) if output else None,
        annotations=[_annotation(part) for part in output.parts("annotations", MOST_ANNOTATIONS)] if output else (),
    )


def _output(output: Body) -> dict[str, str | None]:
    output.text("summary", LONGEST_TEXT)
    output.optional_text("text", LONGEST_TEXT)
    output.optional_text("title", 255)
    return {key: output.fields[key] for key in ("title", "summary", "text") if key in output.fields}


def _annotation(body: Body) -> Annotation:
    level = body.choice("annotation_level", ("notice", "warning", "failure"))
    start, end = body.number("start_line"), body.number("end_line")
    if start is None or end is None or level is None:
        raise Refused(422, "Invalid request.\n\nAn annotation needs start_line, end_line and annotation_level.")
    if start != end and "start_column" in body:
        raise Refused(422, "Invalid request.\n\nColumns are only allowed within one line.")
    return Annotation(
        path=body.text("path"),
        start_line=start,
        end_line=end,
        annotation_level=cast("Literal['notice', 'warning', 'failure']", level),
        message=body.text("message"),
        start_column=body.number("start_column"),
        end_column=body.number("end_column"),
        title=body.optional_text("title", 255),
        raw_details=body.optional_text("raw_details"),
    )


def _run(ask: Ask) -> CheckRun:
    runs = (run for suite in ask.repository.suites for run in suite.runs)
    return one_with_id(runs, ask.number("check_run_id"))


@routes.get(_BASE + "/check-runs/{check_run_id}", checks="read")
def get_run(ask: Ask) -> Answer:
    return Answer(check_run(ask.world, _run(ask)))


@routes.patch(_BASE + "/check-runs/{check_run_id}", checks="write")
def update_run(ask: Ask) -> Answer:
    run = _run(ask)
    if run.app is not ask.via:
        raise Refused(
            403,
            f"Invalid app_id `{run.app.id}` - check run can only be modified by the GitHub App that created it.",
        )
    checks.update(ask.world, run, _said(ask.body))
    return Answer(check_run(ask.world, run))


@routes.get(_BASE + "/check-runs/{check_run_id}/annotations", checks="read")
def list_annotations(ask: Ask) -> Answer:
    run = _run(ask)
    return ask.listed(run.output.annotations, lambda one: annotation(ask.world, run, one))


@routes.post(_BASE + "/check-runs/{check_run_id}/rerequest", checks="write")
def rerequest_run(ask: Ask) -> Answer:
    checks.rerequest(ask.world, _run(ask), ask.actor)
    return Answer({}, 201)


@routes.get(_BASE + "/commits/{ref}/check-runs", checks="read")
def list_runs_of_ref(ask: Ask) -> Answer:
    sha = ask.commit(ask.path["ref"])
    everything = [run for suite in ask.repository.suites if suite.head_sha == sha for run in suite.runs]
    return _listed_runs(ask, everything, latest_runs(ask.repository, sha))


def _listed_runs(ask: Ask, everything: list[CheckRun], latest: list[CheckRun]) -> Answer:
    runs = sorted(everything, key=lambda run: -run.id) if ask.query.get("filter") == "all" else latest
    name, status, app = (ask.query.get(key) for key in ("check_name", "status", "app_id"))
    found = [
        run
        for run in runs
        if name in (None, run.name) and status in (None, run.status) and app in (None, str(run.app.id))
    ]
    return ask.wrapped("check_runs", found, lambda run: check_run(ask.world, run))


@routes.get(_BASE + "/commits/{ref}/check-suites", checks="read")
def list_suites_of_ref(ask: Ask) -> Answer:
    sha, app = ask.commit(ask.path["ref"]), ask.query.get("app_id")
    name = ask.query.get("check_name")
    found = [
        suite
        for suite in ask.repository.suites
        if suite.head_sha == sha
        and app in (None, str(suite.app.id))
        and (name is None or any(run.name == name for run in suite.runs))
    ]
    return ask.wrapped("check_suites", found, lambda suite: check_suite(ask.world, suite))


def _suite(ask: Ask) -> CheckSuite:
    return one_with_id(ask.repository.suites, ask.number("check_suite_id"))


@routes.get(_BASE + "/check-suites/{check_suite_id}", checks="read")
def get_suite(ask: Ask) -> Answer:
    return Answer(check_suite(ask.world, _suite(ask)))


@routes.get(_BASE + "/check-suites/{check_suite_id}/check-runs", checks="read")
def list_runs_of_suite(ask: Ask) -> Answer:
    suite = _suite(ask)
    return _listed_runs(ask, suite.runs, latest_of_suite(suite))


@routes.post(_BASE + "/check-suites/{check_suite_id}/rerequest", checks="write")
def rerequest_suite(ask: Ask) -> Answer:
    suite = _suite(ask)
    if ask.via is not None and suite.app is not ask.via:
        raise not_found()
    checks.rerequest_suite(ask.world, suite, ask.actor)
    return Answer({}, 201)
