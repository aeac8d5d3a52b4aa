"""What a comparison costs the tracking server, by the server's own log: six requests, however many runs there are.

The two files of a logged model come on top, once in its life. ``benchmarks/tracking.py`` measures among 100,000 runs.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.tracking.found import Experiment
from bot.tracking.subject import Subject
from policies.metrics.runs import Group
from tests.bot.tracking.lab import Lab, Looking, commit, group, sha, subject
from tests.services.crowd import crowd

LONG_AGO, THEN, LATELY = 1_600_000_000, 1_650_000_000, 1_700_000_000
FILES = {"MLmodel": "flavors: {sklearn: {}}\n", "requirements.txt": "scikit-learn==1.7.0\n"}
GATE = {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}
REQUEST = re.compile(r'"(?:GET|POST) (\S+?)(?:\?\S*)? HTTP')


class Log:
    """The lines that the server writes from now on."""

    def __init__(self, lab: Lab) -> None:
        self._server, self._begin = lab.server, len(lab.server.log)

    @property
    def requests(self) -> Counter[str]:
        """Count the requests that it answered: ``file`` for those of logged models, else the end of the address."""
        paths = REQUEST.findall(self._server.log[self._begin :])
        return Counter("file" if "artifact" in path else path.rpartition("mlflow/")[2] for path in paths)


def trained(lab: Lab, experiment: Experiment, tag: str, name: str, began: int) -> None:
    """Train three seeds, each with a value by step and a model."""
    for seed in range(3):
        head, checked_out = (name, None) if tag == "head" else (None, name)
        run_id = lab.run(experiment, head=head, commit=checked_out, began=began + seed, params={"seed": str(seed)})
        lab.server.client.log_metric(run_id, "rmse", 0.9, step=1)
        lab.model(experiment, run_id, FILES)


@pytest.mark.parametrize("count", [10, 1_000])
@pytest.mark.parametrize("pushed_aside", [False, True])
async def test_a_comparison_costs_six_requests_however_many_runs_there_are(
    open_lab: Lab, count: int, pushed_aside: bool
) -> None:
    looking, experiment = Looking(open_lab.server), open_lab.experiment()
    began = LONG_AGO if pushed_aside else LATELY
    trained(open_lab, experiment, "head", "start", began)
    trained(open_lab, experiment, "head", "head", began + 100)
    crowd(open_lab.sqlite, experiment.id, count, begin=THEN * 1000, width=3, seed=hash(experiment.id))
    pull = subject(base_commits=(commit("start", began - 10),), commits=(commit("head", began + 90),))
    log = Log(open_lab)
    found = await looking.one(pull, experiment, metrics=GATE)
    assert len(group(found.candidate).runs) == len(group(found.baseline.group).runs) == 3
    first = log.requests
    assert first["file"] <= 4
    assert first.total() - first["file"] <= 6
    assert first.total() == len(looking.counted.paths)
    log = Log(open_lab)
    assert await looking.one(pull, experiment, metrics=GATE) == found
    assert log.requests.total() <= 6


@pytest.mark.parametrize(
    ("pull", "most"),
    [
        (subject("untrained", merge=sha("also untrained"), base_commits=(commit("start"),)), 6),
        (subject("only as merge", merge=sha("merge"), base_commits=(commit("start"),)), 7),
        (subject("head", merge=sha("merge"), base_commits=tuple(map(commit, ("nobody's", "start")))), 6),
    ],
)
async def test_nor_does_it_cost_more_where_little_is_found(open_lab: Lab, pull: Subject, most: int) -> None:
    """But where only the trial merge was trained and others have pushed that aside: it is the last to be looked for."""
    looking, experiment = Looking(open_lab.server), open_lab.experiment()
    trained(open_lab, experiment, "commit", "start", LONG_AGO)
    trained(open_lab, experiment, "commit", "merge", LONG_AGO)
    trained(open_lab, experiment, "commit", "head", LONG_AGO)
    crowd(open_lab.sqlite, experiment.id, 300, begin=THEN * 1000, width=3, seed=hash(experiment.id))
    log = Log(open_lab)
    found = await looking.one(pull, experiment, metrics=GATE)
    assert isinstance(found.candidate, Group) is (pull.head != sha("untrained"))
    requests = log.requests
    assert requests.total() - requests["file"] <= most
