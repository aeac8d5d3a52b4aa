"""Any runs that MLflow could hold: hostile names, values of all sizes, groups that lack this and that."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import strategies as st

from policies.facts import Absent, Sha, Unavailable
from policies.metrics import runs as world
from policies.metrics.settings import Metric, Model, Tolerance
from policies.phrase import say

VALUE = st.one_of(
    st.floats(9, 11),
    st.sampled_from((10.0, 10.2, 9.8, 0.0, -0.0, 1e-300, -1e300, 5e-324, math.nan, math.inf, -math.inf)),
    st.floats(),
)
NEAR = st.floats(9.5, 10.5) | st.sampled_from((10.0, 10.2))
SCORE = st.sampled_from((0.0, 1.0, 1.0, math.nan))
NAME = st.sampled_from(("rmse", "auc", "a|b`c`", "x\u202e", "::error::x", "system/cpu"))
DIGEST = st.sampled_from(("1a2b", "9f8e", "`"))
TEXT = st.sampled_from(("", "0.05", "<b>", "| |", "1", "2"))
SEED = st.sampled_from(("1", "2", "3", "4"))

SETTINGS = st.sampled_from(
    (
        Model(),
        Model(metrics={"rmse": Metric(goal="minimize", tolerance=Tolerance(relative=0.02), gate=True)}),
        Model(
            training=("src/**",),
            inconclusive="error",
            single_run="warning",
            when_missing="error",
            metrics={
                "rmse": Metric(goal="minimize", tolerance=Tolerance(absolute=0.0), gate=True, ceiling=11.0),
                "auc": Metric(goal="maximize", tolerance=Tolerance(relative=0.1, absolute=0.01), gate=True, floor=9.0),
                "a|b`c`": Metric(goal="maximize", tolerance=Tolerance(relative=0.0), floor=10.0),
            },
        ),
    )
)

BLIND = st.just(Unavailable(say("The tracking server did not answer.")))
ABSENT = st.just(Absent(say("no run was found")))

COLUMN = st.builds(
    world.Column, st.none() | NAME, st.sampled_from(("long", "double", "string", "integer")), st.booleans()
)
COLUMNS = st.lists(COLUMN, max_size=3).map(tuple)
SIGNATURE = st.builds(world.Signature, COLUMNS, COLUMNS, COLUMNS)
LINES = st.lists(
    st.sampled_from(("numpy==2.0", "NumPy>=1,<2", "-r x.txt", "scikit_learn==1.7.2", "a @ file:///x", "x==??", "")),
    max_size=3,
).map(tuple)
LOGGED = st.builds(
    world.LoggedModel,
    st.just("m-1"),
    registered=st.none() | st.sampled_from(("sales", "churn")),
    signature=SIGNATURE | BLIND | ABSENT,
    requirements=LINES | BLIND | ABSENT,
)
EVALUATION = st.builds(
    world.Evaluation,
    st.none() | DIGEST,
    BLIND | st.dictionaries(NAME, st.dictionaries(TEXT, st.sampled_from((0.0, 1.0, math.nan, math.inf)))),
)
RUN = st.builds(
    world.Run,
    id=st.sampled_from([digit * 32 for digit in "0123456789abcdef"]),
    experiment=st.sampled_from(("sales", "churn")),
    commits=st.frozensets(st.just(Sha("f" * 40))),
    status=st.sampled_from(("FINISHED", "FINISHED", "FINISHED", "FAILED", "RUNNING")),
    metrics=st.dictionaries(NAME, VALUE, max_size=3) | st.fixed_dictionaries({"rmse": VALUE, "auc": VALUE}),
    params=st.dictionaries(TEXT, TEXT, max_size=2),
    tags=st.one_of(
        st.fixed_dictionaries({"seed": SEED}),
        st.just({"mlflow.source.git.dirty": "true"}),
        st.just({"headgate.model": "churn"}),
        st.just({}),
    ),
    datasets=st.lists(st.builds(world.Dataset, NAME, DIGEST), max_size=1).map(tuple),
    evaluation=st.none() | EVALUATION,
    model=LOGGED | BLIND | ABSENT,
    parent=st.none() | st.sampled_from([digit * 32 for digit in "0123"]),
)
GROUP = st.builds(
    world.Group,
    st.none() | st.sampled_from([Sha("f" * 40), Sha("b" * 40)]),
    st.lists(RUN, min_size=1, max_size=6, unique_by=lambda run: run.id).map(tuple),
    behind=st.none() | st.integers(0, 3),
    changed_since=st.none() | st.frozensets(st.sampled_from(("src/a.py", "README.md"))),
)


@st.composite
def repetitions(draw: st.DrawFn, values: st.SearchStrategy[float] = NEAR) -> world.Group:
    """Runs of one commit that differ in their values, and perhaps in their seeds: what a team would have."""
    count, seeded = draw(st.integers(1, 6)), draw(st.booleans())
    first = draw(RUN)
    runs = tuple(
        replace(
            first,
            id=f"{place:032x}",
            status="FINISHED",
            parent=None,
            experiment="sales",
            metrics={"rmse": draw(values), "auc": draw(values)},
            tags={"seed": str(place)} if seeded else {},
            datasets=(world.Dataset("stores", "1a2b"),),
            evaluation=world.Evaluation("sha256:1", {"judge": {"1": draw(SCORE), "2": draw(SCORE)}}),
        )
        for place in range(count)
    )
    return world.Group(Sha("f" * 40), runs)


FEW = st.one_of(*[repetitions()] * 4, repetitions(VALUE), GROUP, ABSENT, BLIND)
BASELINE = st.builds(
    world.BaselineRuns,
    st.sampled_from(world.BaselineKind),
    st.sampled_from(("dev", "v1.2.0", "models:/sales@champion", "`|")),
    FEW,
)
TRAINING = st.builds(world.Training, st.sampled_from(world.TrainingState), TEXT, st.none() | TEXT, TEXT)
MODEL_RUNS = st.builds(
    world.ModelRuns,
    st.sampled_from(("sales", "churn", "`|")),
    SETTINGS,
    candidate=FEW,
    baseline=BASELINE,
    also=st.none() | BASELINE,
    older=st.lists(GROUP, max_size=2).map(tuple) | BLIND,
    training=TRAINING,
    primary=st.none() | st.builds(world.PrimaryMetric, NAME, st.none() | st.booleans()),
    requirements=BLIND | ABSENT | st.dictionaries(st.sampled_from(("requirements.txt", "-x")), LINES, max_size=2),
)
METRICS = st.lists(MODEL_RUNS, min_size=1, max_size=2, unique_by=lambda found: found.name).map(tuple)
