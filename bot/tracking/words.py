"""What kept us from seeing runs, and what is not there: for the people who wait for a verdict, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from policies.facts import Absent, Unavailable
from policies.phrase import Phrase, say
from policies.verdict import Remedy


@dataclass(frozen=True, slots=True)
class NotNow(Unavailable):
    """The server did not answer this time; asking again may help."""


# Which server


def no_server_named() -> Unavailable:
    return Unavailable(
        say("The policy does not say which tracking server holds the runs."),
        Remedy(
            say(
                "Write its name, which the operator of Headgate knows, under {key} in the policy.", key="mlflow: server"
            )
        ),
    )


def no_such_server(name: str, repository: str) -> Unavailable:
    """Say the same whether the server is unknown or for others only: who may not use it need not know of it."""
    return Unavailable(
        say("There is no tracking server {name} for {repository}.", name=name, repository=repository),
        Remedy(say("Ask the operator of Headgate for the right name, or to let this repository use it.")),
    )


def no_experiment_named() -> Unavailable:
    return Unavailable(
        say("The policy does not say which experiment holds the runs."),
        Remedy(say("Write its name under {key} in the policy.", key="mlflow: experiment")),
    )


# What the server did not tell


def wrong_password(server: str) -> Unavailable:
    return Unavailable(
        say("The tracking server {server} does not accept the credentials that Headgate has for it.", server=server),
        Remedy(say("Ask the operator of Headgate to set the right ones, and to start it again.")),
    )


def forbidden(server: str, what: Phrase) -> Unavailable:
    return Unavailable(
        say("The tracking server {server} does not let Headgate see {what}.", server=server, what=what),
        Remedy(say("Give Headgate's account on that server the permission READ for it.")),
    )


def timed_out(server: str, seconds: float) -> NotNow:
    return NotNow(
        say("The tracking server {server} did not answer within {n} seconds.", server=server, n=round(seconds)),
        _when_it_answers(),
    )


def unreachable(server: str) -> NotNow:
    return NotNow(say("The tracking server {server} cannot be reached.", server=server), _when_it_answers())


def bad_certificate(server: str) -> Unavailable:
    return Unavailable(
        say("The certificate of the tracking server {server} cannot be trusted.", server=server),
        Remedy(say("Ask the operator of Headgate to name the right authorities in {name}.", name="REQUESTS_CA_BUNDLE")),
    )


def failed(server: str, status: int) -> NotNow:
    return NotNow(
        say("The tracking server {server} failed with status {n}.", server=server, n=status), _when_it_answers()
    )


def refused(server: str, what: Phrase, said: str) -> Unavailable:
    return Unavailable(
        say("The tracking server {server} refused to show {what}: {said}.", server=server, what=what, said=said)
    )


def not_mlflow(server: str) -> Unavailable:
    return Unavailable(
        say("What answered in place of the tracking server {server} is not MLflow as we know it.", server=server),
        Remedy(say("Ask the operator of Headgate to correct its URL: it is what {name} is set to.", name=TRACKING_URI)),
    )


def too_large(server: str, most: int) -> Unavailable:
    return Unavailable(
        say("The tracking server {server} answered with more than {n} bytes.", server=server, n=most),
        Remedy(say("Log fewer metrics and parameters to a run, or to another experiment than the policy names.")),
    )


TRACKING_URI = "MLFLOW_TRACKING_URI"


def _when_it_answers() -> Remedy:
    return Remedy(say("Headgate asks again by itself; you can also run the check again."))


# What is asked for


def experiment(name: str) -> Phrase:
    return say("the experiment {name}", name=name)


def runs() -> Phrase:
    return say("runs of its experiments")


def run(run_id: str) -> Phrase:
    return say("the run {id}", id=run_id)


def alias(model: str, name: str) -> Phrase:
    return say("the alias {name} of the model {model}", model=model, name=name)


def models() -> Phrase:
    return say("the models that runs have logged")


def file(model: str, path: str) -> Phrase:
    return say("{path} of the logged model {model}", path=path, model=model)


def history(metric: str) -> Phrase:
    return say("the history of {metric}", metric=metric)


def examples(run_id: str) -> Phrase:
    return say("the examples that the run {id} evaluated", id=run_id)


# What is not there


def no_experiment(server: str, name: str) -> Unavailable:
    """Without the experiment nothing is known of its runs: "no run" would be a guess."""
    return Unavailable(
        say("There is no experiment {name} on the tracking server {server}.", name=name, server=server),
        Remedy(say("Correct the name in the policy, or log a run to it: that creates it.")),
    )


def deleted_experiment(server: str, name: str) -> Unavailable:
    return Unavailable(
        say("The experiment {name} on the tracking server {server} was deleted.", name=name, server=server),
        Remedy(say("Restore it, or name another one in the policy.")),
    )


def no_run(tried: int) -> Absent:
    if tried == 1:
        return Absent(say("no run names this commit"))
    return Absent(say("no run names this commit, nor the commit that merges it for trial"))


def too_many_runs(sha: str, most: int) -> Unavailable:
    return Unavailable(
        say("More than {most} runs name the commit {sha}.", most=most, sha=sha[:10]),
        Remedy(say("Log the trials of a search for hyperparameters to an experiment of their own.")),
    )


def no_base_run(base: str) -> Absent:
    return Absent(say("no run was logged for a commit of {base} up to where this branch left it", base=base))


def base_run_not_found(base: str, most: int) -> Unavailable:
    return Unavailable(
        say(
            "None of the {most} newest runs is of a commit of {base} up to where this branch left it; "
            "older ones were not looked through.",
            most=most,
            base=base,
        ),
        Remedy(
            say(
                "Train the commit that this branch left {base} at, or name a run or an alias as the baseline.",
                base=base,
            )
        ),
    )


def not_looked_for() -> Unavailable:
    return Unavailable(say("There is nothing to compare yet, so no baseline was looked for."))


def no_release() -> Absent:
    return Absent(say("there is no release yet"))


def no_release_run(tag: str) -> Absent:
    return Absent(say("no run was logged for the release {tag}", tag=tag))


def release_run_not_found(tag: str) -> Unavailable:
    return Unavailable(
        say("Runs of the release {tag} are not among the newest ones; older ones were not looked through.", tag=tag),
        Remedy(say("Make a run, or an alias of the registry, the baseline.")),
    )


def no_alias(model: str, name: str) -> Absent:
    return Absent(say("the model {model} has no alias {name}", model=model, name=name))


def no_model(name: str) -> Absent:
    return Absent(say("there is no registered model {name}", name=name))


def no_such_run(run_id: str) -> Absent:
    return Absent(say("there is no run {id}", id=run_id))


def deleted_run(run_id: str) -> Absent:
    return Absent(say("the run {id} was deleted", id=run_id))


def own_run(run_id: str) -> Unavailable:
    """Say so rather than hold a change against itself, which it would pass; a back-merge may well be its baseline."""
    return Unavailable(
        say("The baseline, run {id}, is one of this very commit.", id=run_id),
        Remedy(say("Let the alias, or the policy, name a run of what was there before.")),
        advisory=True,
    )


def version_without_run(model: str, name: str) -> Unavailable:
    return Unavailable(
        say("The version that {alias} stands for does not say which run made it.", alias=f"models:/{model}@{name}"),
        Remedy(say("Register the model from the run that logged it.")),
    )


def too_many_examples(most: int) -> Unavailable:
    return Unavailable(
        say("The evaluation has more than {most} examples; they are not compared one by one.", most=most)
    )


def too_many_models(most: int) -> Unavailable:
    return Unavailable(
        say("The runs have logged more than {most} models.", most=most),
        Remedy(say("Log fewer models in a run, such as only the best of them.")),
    )


def unreadable(path: str, model: str) -> Unavailable:
    return Unavailable(say("{path} of the logged model {model} cannot be read.", path=path, model=model))


def not_read(model: str) -> Unavailable:
    return Unavailable(say("The files of the logged model {model} were not read.", model=model))
