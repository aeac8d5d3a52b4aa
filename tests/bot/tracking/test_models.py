"""Which model a run is about, and what its files say."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bot.tracking.mlmodel import read_mlmodel, read_requirements
from policies.facts import Absent, Unavailable
from policies.metrics.runs import NO_MODEL, NO_REQUIREMENTS, NO_SIGNATURE, Column, LoggedModel, ModelRuns, Signature
from tests.bot.tracking.lab import Lab, Looking, commit, group, subject

MLMODEL = """\
flavors:
  python_function: {loader_module: mlflow.sklearn}
  sklearn: {pickled_model: model.skops}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
  params: null
"""
FILES = {"MLmodel": MLMODEL, "requirements.txt": "# made by MLflow\nmlflow==3.17.2\n\nscikit-learn==1.7.0\n"}


def model_of(found: ModelRuns, run_id: str) -> LoggedModel:
    model = next(run.model for run in group(found.candidate).runs if run.id == run_id)
    assert isinstance(model, LoggedModel), model
    return model


async def test_what_the_files_of_a_model_say(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, head="head")
    model_id = lab.model(experiment, run_id, FILES, name="forecast")
    model = model_of(await looking.one(subject(), experiment), run_id)
    assert (model.id, model.name, model.registered, model.version) == (model_id, "forecast", None, None)
    assert model.flavors == ("python_function", "sklearn")
    assert model.signature == Signature((Column("age", "double"),), (Column(None, "tensor(float64, [-1])"),))
    assert model.requirements == ("mlflow==3.17.2", "scikit-learn==1.7.0")


async def test_a_run_that_logged_no_model(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    (run,) = group((await looking.one(subject(), experiment)).candidate).runs
    assert run.model is NO_MODEL
    assert looking.counted.words == ["experiments/get-by-name", "runs/search"]


async def test_of_several_models_the_registered_one_else_that_of_the_last_step(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    run_id, other = lab.run(experiment, head="head"), lab.run(experiment, head="head")
    first = lab.model(experiment, run_id, FILES, name="at step 1", step=1)
    lab.model(experiment, run_id, FILES, name="at step 2", step=2)
    lab.model(experiment, other, FILES, name="at step 1", step=1)
    last = lab.model(experiment, other, FILES, name="at step 10", step=10)
    for run, chosen in ((run_id, first), (other, last)):
        while lab.model(experiment, run, FILES, name="one more", step=3) < chosen:
            pass  # ids are by chance, and must not decide
    registered = f"sales-{uuid4().hex[:8]}"
    lab.register(registered, run_id, first)
    version = lab.register(registered, run_id, first)
    found = await looking.one(subject(), experiment)
    assert (model_of(found, run_id).id, model_of(found, other).id) == (first, last)
    assert (model_of(found, run_id).registered, model_of(found, run_id).version) == (registered, version)


async def test_repetitions_share_what_was_read_of_one(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    runs = [lab.run(experiment, head="head") for _ in range(3)]
    models = {run_id: lab.model(experiment, run_id, FILES) for run_id in runs}
    found = await looking.one(subject(), experiment)
    assert {run_id: model_of(found, run_id).id for run_id in runs} == models
    assert len({model_of(found, run_id).signature for run_id in runs}) == 1
    assert looking.counted.words == [
        "experiments/get-by-name",
        "runs/search",
        "logged-models/search",
        *[f"logged-models/{models[min(runs)]}/artifacts/files"] * 2,
    ]


async def test_a_baselines_model_is_read_too_and_each_only_once(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    for name in ("head", "start", "before"):
        run_id = lab.run(experiment, head=name)
        lab.model(experiment, run_id, FILES)
    pull = subject(base_commits=(commit("start"), commit("before")))
    first = await looking.one(pull, experiment)
    (run,) = group(first.baseline.group).runs
    assert isinstance(run.model, LoggedModel)
    assert run.model.requirements == ("mlflow==3.17.2", "scikit-learn==1.7.0")
    drawn = {group.commit: group.runs[0].model for group in first.recent}
    (others,) = (model for sha, model in drawn.items() if sha == commit("before").sha)
    assert isinstance(others, LoggedModel)
    assert isinstance(others.signature, Unavailable), "only drawn, so nothing was read"
    assert await looking.one(pull, experiment) == first
    assert looking.counted.words == ["experiments/get-by-name", "runs/search", "logged-models/search"]


async def test_files_that_are_missing_or_no_such_files(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    plain = lab.run(experiment, head="plain")
    lab.model(experiment, plain, {"MLmodel": "flavors: {}\n"})
    none = lab.run(experiment, head="none")
    lab.model(experiment, none, {"README": "?"})
    strange = lab.run(experiment, head="strange")
    strange_id = lab.model(experiment, strange, {"MLmodel": "- a\n- list\n", "requirements.txt": "numpy==2.0\n"})
    bare = model_of(await looking.one(subject("plain"), experiment), plain)
    assert (bare.signature, bare.requirements, bare.flavors) == (NO_SIGNATURE, NO_REQUIREMENTS, ())
    looking.memory.kept.clear()
    for head, run_id in (("none", none), ("strange", strange)):
        signature = model_of(await looking.one(subject(head), experiment), run_id).signature
        assert isinstance(signature, Unavailable)
        assert "cannot be read" in signature.why.plain()
    assert looking.memory.kept == {}, "it may be uploaded yet"
    assert model_of(await looking.one(subject("strange"), experiment), strange).requirements == ("numpy==2.0",)
    assert strange_id


OBJECT = """\
{"type": "object", "name": "o", "properties":
 {"y": {"type": "long", "required": false}, "x": {"type": "array", "items": {"type": "double"}, "required": true}}}
""".replace("\n", " ")

TYPES = [
    ('{"type": "long", "name": "a", "required": false}', Column("a", "long", required=False)),
    ('{"type": "long", "name": "a", "optional": true}', Column("a", "long", required=False)),  # until MLflow 2.9
    ('{"type": "string"}', Column(None, "string")),
    ('{"type": "array", "items": {"type": "float"}, "name": "a"}', Column("a", "array(float)")),
    ('{"type": "map", "values": {"type": "string"}, "name": "m"}', Column("m", "map(string)")),
    (OBJECT, Column("o", "object(x: array(double), y?: long)")),
    (
        '{"type": "tensor", "tensor-spec": {"dtype": "uint8", "shape": [-1, 28, 28]}, "name": "image"}',
        Column("image", "tensor(uint8, [-1, 28, 28])"),
    ),
    ('{"name": "p", "default": 1, "type": "long", "shape": null}', Column("p", "long", required=False)),
    ('{"name": "p", "default": [1], "type": "long", "shape": [-1]}', Column("p", "array(long)", required=False)),
]


@pytest.mark.parametrize(("text", "column"), TYPES)
def test_types_of_columns(text: str, column: Column) -> None:
    found = read_mlmodel(f"signature:\n  inputs: '[{text}]'\n".encode()).signature
    assert isinstance(found, Signature)
    assert found.inputs == (column,)


@pytest.mark.parametrize(
    "data",
    [
        b"[1, 2",
        b"just a word",
        b"signature: {inputs: '[{}]'}",
        b"signature: {inputs: 'nonsense'}",
        b"signature: 3",
        b"flavors: 3",
        b"!!python/object/apply:os.system ['true']",
        b"signature: {inputs: '" + b"[" * 100_000 + b"'}",
        b"flavors: " + b"[" * 100_000,
        b"\xff\xfe\x00",
        b"#" * 2_000_000,
    ],
)
def test_what_is_no_mlmodel_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whichever reader complains
        read_mlmodel(data)


def test_requirements_are_lines() -> None:
    assert read_requirements(b"\n# a comment\n a==1 \r\n--extra-index-url x\n") == ("a==1", "--extra-index-url x")
    for data in (b"\xff", b"a" * 2_000_000):
        with pytest.raises(ValueError):  # noqa: PT011  # likewise
            read_requirements(data)


def test_an_empty_signature_is_none() -> None:
    for text in ("", "signature: null", "signature: {}", "signature: {inputs: null, outputs: '[]'}"):
        assert isinstance(read_mlmodel(f"flavors: {{}}\n{text}\n".encode()).signature, Absent)
