"""What a server does not tell is never taken for "there is none"."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from bot.tracking.client import Tracking
from bot.tracking.found import Experiment
from bot.tracking.rest import Connection, CouldNotLook
from policies.facts import Unavailable
from tests.bot.tracking.lab import Lab, connection, sha
from tests.services.mlflow import MlflowServer


async def refused(client: Tracking, name: str) -> Unavailable:
    with pytest.raises(CouldNotLook) as raised:
        await client.experiment(name)
    return raised.value.unavailable


def searched(lab: Lab, experiment_ids: list[str]) -> tuple[int, object]:
    """Search as the reader, by hand."""
    body = {"experiment_ids": experiment_ids, "filter": f"tags.`github.head_sha` = '{sha('head')}'"}
    url = f"{lab.server.url}/api/2.0/mlflow/runs/search"
    answer = requests.post(url, json=body, auth=lab.server.reader, timeout=60)
    return answer.status_code, answer.json()


def test_a_search_where_nothing_can_be_seen_succeeds_and_finds_nothing(lab: Lab) -> None:
    """The trap: an unknown experiment, none at all, and one that is not ours to see."""
    assert searched(lab, ["987654321"]) == (200, {})
    assert searched(lab, []) == (200, {})
    hidden = lab.experiment(readable=False)
    lab.run(hidden, head="head")
    status, found = searched(lab, [hidden.id])
    assert (status, found == {}) == (200, lab.server.guarded)


async def test_an_experiment_that_does_not_exist(lab: Lab, tracking: Tracking) -> None:
    said = await refused(tracking, "no such experiment")
    assert said.why.plain() == "There is no experiment `no such experiment` on the tracking server `main`."
    assert said.remedy is not None
    assert said.remedy.text.plain() == "Correct the name in the policy, or log a run to it: that creates it."


async def test_an_experiment_that_was_deleted(lab: Lab, tracking: Tracking) -> None:
    gone = lab.experiment()
    lab.server.client.delete_experiment(gone.id)
    said = await refused(tracking, gone.name)
    assert said.why.plain() == f"The experiment `{gone.name}` on the tracking server `main` was deleted."


async def test_an_experiment_that_we_may_not_see(guarded_lab: Lab) -> None:
    tracking = Tracking(connection(guarded_lab.server))
    hidden = guarded_lab.experiment(readable=False)
    said = await refused(tracking, hidden.name)
    expected = f"The tracking server `main` does not let Headgate see the experiment `{hidden.name}`."
    assert said.why.plain() == expected
    assert said.remedy is not None
    assert "permission READ" in said.remedy.text.plain()
    tracking.close()


async def test_a_run_a_model_and_examples_that_we_may_not_see(guarded_lab: Lab) -> None:
    tracking = Tracking(connection(guarded_lab.server))
    hidden = guarded_lab.experiment(readable=False)
    run_id = guarded_lab.run(hidden, metrics={"rmse": 1.0})
    model = guarded_lab.model(hidden, run_id, {"MLmodel": "flavors: {}\n"})
    for asked in (tracking.run(run_id), tracking.file(model, "MLmodel", bytes), tracking.history([run_id], "rmse")):
        with pytest.raises(CouldNotLook, match="does not let Headgate see"):
            await asked
    tracking.close()


@pytest.mark.parametrize("password", ["wrong", None])
async def test_wrong_credentials_and_none(guarded_mlflow: MlflowServer, password: str | None) -> None:
    tracking = Tracking(replace(connection(guarded_mlflow), password=password))
    said = await refused(tracking, "sales")
    assert said.why.plain() == ("The tracking server `main` does not accept the credentials that Headgate has for it.")
    assert "wrong" not in repr(tracking.connection)
    tracking.close()


async def test_two_servers_at_a_time_are_shown_different_credentials(
    open_lab: Lab, guarded_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none of them those of the environment, which is for MLflow's own client."""
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "somebody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "else's")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    here, there = open_lab.experiment(), guarded_lab.experiment()
    one, other = Tracking(connection(open_lab.server, "one")), Tracking(connection(guarded_lab.server, "other"))
    assert (await one.experiment(here.name)).id == here.id
    assert (await other.experiment(there.name)).id == there.id
    assert (await one.newest([Experiment(here.id, here.name)])).runs == ()
    with pytest.raises(CouldNotLook, match="no experiment"):
        await one.experiment(there.name)
    one.close()
    other.close()


async def test_hostile_names_are_only_names(tracking: Tracking) -> None:
    for name in ("a/../b", "x&y=z", "' OR 1=1 --", "<script>", "a\nb", "ünïcode", "%00"):
        said = await refused(tracking, name)
        assert said.why.plain().startswith("There is no experiment"), name


def test_credentials_are_not_shown() -> None:
    shown = repr(Connection("main", "http://127.0.0.1", "ada", "secret-password", "secret-token"))
    assert "secret" not in shown
