"""A program that trains, in a repository of its own: nothing here knows Headgate.

Called with the tracking server's URL, an experiment and a registered model; prints what it logged as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import mlflow
import mlflow.data.pandas_dataset
import mlflow.genai
import sklearn  # type: ignore[import-untyped]  # scikit-learn ships no types
from mlflow.genai.scorers import scorer
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes  # type: ignore[import-untyped]  # likewise
from sklearn.linear_model import Ridge  # type: ignore[import-untyped]  # likewise
from sklearn.metrics import root_mean_squared_error  # type: ignore[import-untyped]  # likewise


def train(registered: str) -> dict[str, Any]:
    data = load_diabetes(as_frame=True)
    features, target = data.data[["age", "bmi", "bp"]], data.target
    model = Ridge(alpha=0.1)
    with mlflow.start_run() as run:
        mlflow.log_param("alpha", 0.1)
        mlflow.log_input(mlflow.data.pandas_dataset.from_pandas(data.frame, name="diabetes"), context="training")
        for step in range(4):
            model.set_params(alpha=1 / (1 + step)).fit(features, target)
            mlflow.log_metric("rmse", root_mean_squared_error(target, model.predict(features)), step=step)
        signature = infer_signature(features, model.predict(features), params={"rounds": 3})
        logged = mlflow.sklearn.log_model(
            model,
            name="forecast",
            signature=signature,
            registered_model_name=registered,
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],  # to find them out takes ten seconds
        )
    return {"run": run.info.run_id, "model": logged.model_id}


@scorer
def exact(outputs: str, expectations: dict[str, str]) -> bool:
    return outputs == expectations["answer"]


@scorer
def brevity(outputs: str) -> float:
    if outputs == "3":
        raise ValueError("three is not brief")
    return 1 / len(outputs)


@scorer
def polite(outputs: str) -> str:
    return "no" if outputs == "2" else "yes"


@scorer
def colour(outputs: str) -> str:
    return f"as blue as {outputs}"


def answer(question: str) -> str:
    return "wrong" if question == "q1" else question[1:]


def evaluate() -> dict[str, Any]:
    data = [{"inputs": {"question": f"q{n}"}, "expectations": {"answer": str(n)}} for n in range(5)]
    scorers = [exact, brevity, polite, colour]
    found = mlflow.genai.evaluate(data=data, predict_fn=answer, scorers=scorers)
    return {"evaluation": found.run_id, "metrics": {key: float(value) for key, value in found.metrics.items()}}


if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment(sys.argv[2])
    sys.stdout.write(json.dumps(train(sys.argv[3]) | evaluate()) + "\n")
