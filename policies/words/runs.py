"""What is said of runs and of the models that they logged, and why no metric could be judged."""

from __future__ import annotations

from collections.abc import Sequence

from policies.facts import Sha, Unavailable
from policies.metrics.comparison import Breach, ColumnChange
from policies.metrics.requirements import Mismatch
from policies.metrics.runs import BaselineRuns, Column, Run, Training, TrainingState
from policies.phrase import Phrase, command, say
from policies.verdict import Remedy
from policies.words.check import count_of
from policies.words.metrics import baseline


def of_model(name: str, text: Phrase) -> Phrase:
    """Say which model a sentence is about, where there are several."""
    return say("{name}: ", name=name) + text


# Why there is nothing to judge


def nothing_gates() -> Phrase:
    return say("no metric in the policy has both {gate} and a tolerance", gate="gate: true")


def no_limits() -> Phrase:
    return say("no metric in the policy has a floor or a ceiling")


def no_gate() -> Phrase:
    return say("no metric in the policy has {gate}", gate="gate: true")


def no_training_paths() -> Phrase:
    return say("the policy does not say under {key} which changes need a run", key="training")


def nothing_to_train() -> Phrase:
    return say("the change touches nothing that training depends on")


def training_comes_first() -> Phrase:
    return say("the runs of the head have not finished")


def no_older_run() -> Phrase:
    return say("no commit of the pull request has a run")


def older_run_comes_first() -> Phrase:
    return say("an older commit of the pull request has a run; {rule} comes first", rule="stale-run")


def no_environment() -> Phrase:
    return say("the policy names no file under {key}", key="environment")


# missing-run, stale-run


def no_run(sha: Sha | None, experiments: Sequence[str], touched: Sequence[str]) -> Phrase:
    where = say(" in {experiments}", experiments=experiments) if experiments else say("")
    return say(
        "There is no run of {head}{where}, and the change touches {paths}, which training depends on.",
        head=_commit(sha),
        where=where,
        paths=touched,
    )


def _commit(sha: Sha | None) -> Phrase:
    return say("{sha}", sha=sha[:10]) if sha else say("the head")


def ended_without(training: Training, sha: Sha | None) -> Phrase:
    how = say(" ({conclusion})", conclusion=training.conclusion) if training.conclusion else say("")
    return say(
        "The workflow {name} ended{how} without a run of {head}.", name=training.workflow, how=how, head=_commit(sha)
    )


def did_not_finish(runs: Sequence[Run]) -> Phrase:
    return say("{runs} did not finish: {status}.", runs=_runs(runs), status=sorted({run.status for run in runs}))


def _runs(runs: Sequence[Run]) -> Phrase:
    return say("Run {ids}" if len(runs) == 1 else "Runs {ids}", ids=[run.id[:10] for run in runs])


def train(sha: Sha | None, training: Training) -> Remedy:
    text = say(
        "Run the training of this commit. A run is found by its tag {tag}, or by the commit that MLflow notes itself.",
        tag=f"github.head_sha={sha or 'SHA'}",
    )
    log = say(" The log of the workflow: {url}", url=training.url) if training.url else say("")
    return Remedy(text + log)


def look_at_run(runs: Sequence[Run]) -> Remedy:
    where = [run.url for run in runs if run.url]
    return Remedy(say("Find out why, then train again") + (say(": {urls}", urls=where) if where else say(".")))


def still_training(training: Training, sha: Sha | None) -> Unavailable:
    if not training.workflow:
        return Unavailable(say("No workflow of {head} has begun yet.", head=_commit(sha)), _wait())
    said = say("The workflow {name} still trains {head}.", name=training.workflow, head=_commit(sha))
    return Unavailable(said, _wait())


def waits(training: Training, sha: Sha | None) -> Phrase:
    """Say on a check that is in progress what it waits for, without a full stop."""
    if training.state is TrainingState.RUNNING and not training.workflow:
        return say("Waiting for the workflows of {head} to begin", head=_commit(sha))
    name = say(" (workflow {name})", name=training.workflow) if training.workflow else say("")
    return say("Waiting for the training of {head} to end{name}", head=_commit(sha), name=name)


def still_running(runs: Sequence[Run]) -> Unavailable:
    return Unavailable(
        say("{runs} has not ended yet." if len(runs) == 1 else "{runs} have not ended yet.", runs=_runs(runs)), _wait()
    )


def _wait() -> Remedy:
    return Remedy(say("Wait: the check follows when the training has ended."))


def stale(sha: Sha | None, behind: int | None, head: Sha | None) -> Phrase:
    age = say(", {commits} before the head", commits=count_of(behind, "commit")) if behind else say("")
    return say("The newest run is of {older}{age}; {head} has none.", older=_commit(sha), age=age, head=_commit(head))


# unreproducible-run


def cannot_be_repeated(runs: Sequence[Run], lacking: Sequence[Phrase]) -> Phrase:
    said = lacking[0]
    for each in lacking[1:]:
        said = said + say(", ") + each
    return say("{runs} cannot be repeated: {lacking}.", runs=_runs(runs), lacking=said)


def no_commit() -> Phrase:
    return say("no commit")


def uncommitted() -> Phrase:
    return say("started with changes that were not committed")


def no_dataset() -> Phrase:
    return say("no data set")


def no_parameters() -> Phrase:
    return say("no parameters")


def no_requirements() -> Phrase:
    return say("no requirements")


def log_more() -> Remedy:
    return Remedy(
        say(
            "Train from a clean checkout and log what is missing: {calls}.",
            calls=["mlflow.log_input", "mlflow.log_params", "mlflow.<flavor>.log_model"],
        )
    )


# signature-change


def breaks_callers(held: BaselineRuns) -> Phrase:
    return say("Who calls the model as {baseline} wants it would fail.", baseline=baseline(held))


def column_change(changed: ColumnChange) -> Phrase:
    """Say what became of one input or parameter."""
    kind = {"inputs": "input", "params": "parameter", "outputs": "output"}[changed.part]
    what = say("{kind} {name}", kind=Phrase((kind,)), name=_column(changed))
    before, after = changed.before, changed.after
    if changed.breach is Breach.REMOVED:
        return what + say(" is gone")
    if changed.breach is Breach.REQUIRED or before is None or after is None:
        return what + say(" must be sent now")
    return what + say(": {was} → {now}", was=before.type, now=after.type)


def _column(changed: ColumnChange) -> Phrase:
    column: Column | None = changed.before or changed.after
    return say("{name}", name=column.name) if column and column.name is not None else say("{n}", n=changed.place)


def keep_signature() -> Remedy:
    return Remedy(say("Keep the inputs that callers send, or change the callers first."))


# environment-drift


def other_environment(paths: Sequence[str]) -> Phrase:
    return say("The model was logged in another environment than {paths} describes.", paths=paths)


def mismatch(found: Mismatch) -> Phrase:
    return say(
        "{package} {logged}, but {path} wants {wanted}",
        package=found.package,
        logged=found.logged,
        path=found.path,
        wanted=found.wanted,
    )


def install(paths: Sequence[str]) -> Remedy:
    commands = tuple(command("python", "-m", "pip", "install", "-r", path) for path in paths)
    return Remedy(say("Train in an environment that was installed from there, or write there what was used."), commands)
