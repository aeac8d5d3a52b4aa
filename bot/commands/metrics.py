"""``headgate metrics``: the comparison and the gate for two commits, without GitHub.

MLflow's and our libraries for it are imported when the command runs, so that others do not pay for them.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

import click

from bot.commands.common import FILE, exit_code
from bot.errors import UsageProblem
from policies.facts import Absent, Branches, Commit, Facts, PullRequest, Sha, Unavailable
from policies.phrase import Phrase, say
from policies.verdict import Finding, Outcome, Remedy, Report, Severity, Verdict

if TYPE_CHECKING:  # see above
    from bot.gather.policy import Policy
    from bot.judged import Judged
    from bot.tracking.rest import Connection
    from policies.config.mlflow import MlflowSection
    from policies.metrics.comparison import ModelComparison
    from policies.metrics.runs import ModelRuns

UNNAMED = "mlflow"
"""What a tracking server is called whose host is no plain name, such as an IPv6 address."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks."""

    uri: str
    experiment: str
    head: Sha
    base: Sha
    model: str | None
    config: Path | None


@click.command()
@click.option("--tracking-uri", "uri", required=True, metavar="URI", help="The tracking server: http or https.")
@click.option("--experiment", required=True, metavar="NAME", help="The experiment that holds the runs.")
@click.option("--head", required=True, metavar="SHA", help="The commit whose runs are judged.")
@click.option("--base", required=True, metavar="SHA", help="The commit whose runs they are held against.")
@click.option("--model", metavar="NAME", help="Which model of the policy, where it names several.")
@click.option(
    "--config",
    type=FILE,
    help="A policy file, whose mlflow section says what gates; without one everything is shown and nothing gates.",
)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def metrics(*, form: str, head: str, base: str, **asked: Any) -> int:
    """Compare the runs of two commits in MLflow, and judge the difference by a policy.

    Runs are found by the tag github.head_sha, else by mlflow.source.git.commit. Who we are is read from
    MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN. Exit codes: 0 pass, 1 blocked,
    2 usage or policy file wrong, 3 could not decide.
    """
    from bot.tracking.found import is_commit_id  # noqa: PLC0415  # see above

    for name, sha in (("--head", head), ("--base", base)):
        if not is_commit_id(sha):
            raise UsageProblem(f"{name} must be a full commit id, as git rev-parse prints it.")
    question = Question(head=Sha(head.lower()), base=Sha(base.lower()), **asked)
    judged, compared = judge(question, os.environ, datetime.now(UTC))
    _show(judged, compared, form)
    return exit_code(judged.report.outcome)


def judge(
    question: Question, environment: Mapping[str, str], now: datetime
) -> tuple[Judged, tuple[ModelComparison, ...]]:
    """Answer a question. Raises UsageProblem and PolicyProblem for what the caller can mend."""
    from bot.judged import Judged  # noqa: PLC0415  # see above
    from policies.catalogue import CATALOGUE  # noqa: PLC0415  # likewise
    from policies.evaluate import evaluate  # noqa: PLC0415  # likewise
    from policies.metrics.compare import comparisons  # noqa: PLC0415  # likewise

    policy = _policy(question.config)
    connection = _connection(question.uri, environment)
    section = _section(policy.config.mlflow, question, connection.name)
    found = asyncio.run(_gathered(section, question, connection, now))
    facts = Facts(
        as_of=now,
        pull_request=PullRequest(question.head[:10], question.base[:10], question.head, question.base),
        branches=Branches({}),
        metrics=found,
        paths=Absent(say("only runs are looked at here")),
    )
    rules = [rule for rule in CATALOGUE if "metrics" in rule.needs]
    report = evaluate(facts, replace(policy.config, mlflow=section), rules)
    compared = comparisons(found) if isinstance(found, tuple) else ()
    return Judged(facts, _with_missing(report, compared, question.head), policy), compared


def _with_missing(report: Report, compared: tuple[ModelComparison, ...], head: Sha) -> Report:
    """Say first, and once, why nothing could be judged of a commit without runs: whoever asks for them wants them."""
    from policies.metrics.missing_run import RULE  # noqa: PLC0415  # see above

    reasons = tuple(reason for each in compared if (reason := _why_none(each, head)) is not None)
    if not reasons:
        return report
    said = {reason.message for reason in reasons}
    others = (_unless_repeated(each, said) for each in report.verdicts if each.rule != RULE.name)
    return replace(report, verdicts=(Verdict(RULE.name, Severity.ERROR, Outcome.UNKNOWN, reasons), *others))


def _why_none(compared: ModelComparison, head: Sha) -> Finding | None:
    from bot.tracking.words import NotNow  # noqa: PLC0415  # see above
    from policies.words import runs as words  # noqa: PLC0415  # likewise

    none = compared.candidate
    if isinstance(none, Absent):
        return Finding(none.why, words.train(head, compared.found.training))
    if isinstance(none, NotNow):  # the server would ask again by itself
        return Finding(none.why, Remedy(say("See that it runs, and that --tracking-uri is its address.")))
    return Finding(none.why, none.remedy) if isinstance(none, Unavailable) else None


def _unless_repeated(verdict: Verdict, said: set[Phrase]) -> Verdict:
    if verdict.outcome is not Outcome.UNKNOWN or not said.issuperset(each.message for each in verdict.findings):
        return verdict
    return replace(verdict, outcome=Outcome.SKIP, findings=(), reason=say("there is no run to judge"))


def _policy(path: Path | None) -> Policy:
    from bot.gather.policy import Policy, read_policy  # noqa: PLC0415  # see above
    from policies.config import default  # noqa: PLC0415  # likewise

    if path is None:
        return Policy(default(), "preset gitflow, without metrics")
    return Policy(read_policy(path), str(path))


def _section(given: MlflowSection | None, question: Question, server: str) -> MlflowSection:
    """Return what the policy says of the model, with the server and the experiment of the command line.

    The base branch and the last release are commits, and here --base is one; a second one nobody named.
    """
    from policies.config.mlflow import MlflowSection  # noqa: PLC0415  # see above

    entries = (given or MlflowSection()).each()
    if question.model is None and len(entries) > 1:
        raise UsageProblem(f"The policy names several models: choose one with --model ({', '.join(entries)}).")
    if question.model is not None and given is not None and given.models and question.model not in entries:
        near = difflib.get_close_matches(question.model, entries, n=1) or entries
        raise UsageProblem(f"The policy names no model {question.model}: did you mean {next(iter(near))}?")
    entry = entries.get(question.model or "") or next(iter(entries.values()))
    changes: dict[str, Any] = {"experiment": (question.experiment,)}
    for key, baseline in (("baseline", entry.baseline), ("also", entry.also)):
        if baseline is not None and baseline.branch is not None:
            changes[key] = None
    entry = entry.model_copy(update=changes)
    return MlflowSection(server=server, models={question.model or question.experiment: entry})


def _connection(uri: str, environment: Mapping[str, str]) -> Connection:
    """Read the address, and call the server by its host.

    A user in the address counts more than the environment, as for MLflow's own client.
    """
    from bot.tracking.rest import Connection  # noqa: PLC0415  # see above
    from policies.config.mlflow import is_server_name  # noqa: PLC0415  # likewise

    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageProblem("--tracking-uri must be the URL of a server, like http://localhost:5000.")
    url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    name = parts.hostname if is_server_name(parts.hostname) else UNNAMED
    if parts.username is not None:
        return Connection(name, url, unquote(parts.username), unquote(parts.password or ""))
    names = (f"MLFLOW_TRACKING_{name}" for name in ("USERNAME", "PASSWORD", "TOKEN"))
    return Connection(name, url, *(environment.get(name) or None for name in names))


async def _gathered(
    section: MlflowSection, question: Question, connection: Connection, now: datetime
) -> tuple[ModelRuns, ...] | Absent | Unavailable:
    from bot.tracking.gather import gather_metrics  # noqa: PLC0415  # see above
    from bot.tracking.memory import NoMemory  # noqa: PLC0415  # likewise
    from bot.tracking.pool import Pool  # noqa: PLC0415  # likewise
    from bot.tracking.server import Server, Servers  # noqa: PLC0415  # likewise
    from bot.tracking.subject import Subject  # noqa: PLC0415  # likewise

    pool = Pool(Servers({connection.name: Server(connection, ("**",))}))
    subject = Subject("", question.head, "base", base_commits=(Commit(question.base),))
    try:
        return await gather_metrics(section, subject, pool, NoMemory(), now)
    finally:
        pool.close()


def _show(judged: Judged, compared: tuple[ModelComparison, ...], form: str) -> None:
    from bot.report import machine, markdown, terminal  # noqa: PLC0415  # see above
    from bot.report.metrics import machine as values  # noqa: PLC0415  # likewise
    from bot.report.metrics import terminal as tables  # noqa: PLC0415  # likewise

    if form == "json":
        said = json.loads(machine.as_json((judged,))) | {"models": values.as_json(compared)}
        click.echo(machine.dumps(said))
    elif form == "markdown":
        click.echo(markdown.page((judged,)), nl=False)
    else:
        console = terminal.console()
        tables.show(compared, frozenset(verdict.rule for verdict in judged.report.blocking), console)
        terminal.show(judged, console)
