"""What the stories about metrics share: somebody who trains a model, and who looks what is said of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.tracking.found import Experiment
from sandbox.github.model import Comment
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from tests.bot.tracking.lab import Lab
from tests.stories.gate import Gate

METRICS = "metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}"


@dataclass
class Bench:
    """Whoever trains the model of ``repo``, in an experiment of its own."""

    lab: Lab
    repo: Repo
    experiment: Experiment

    def train(
        self, at: str, rmse: float, *, seed: int | None = None, data: str = "ab12cd34", status: str | None = "FINISHED"
    ) -> str:
        """Log a run of a commit (a branch, a tag or a SHA), as the published Action tags it; returns its id."""
        return self.log({"github.head_sha": self.repo.sha(at)}, rmse, seed=seed, data=data, status=status)

    def log(
        self,
        tags: Mapping[str, str],
        rmse: float,
        *,
        seed: int | None = None,
        data: str = "ab12cd34",
        status: str | None = "FINISHED",
    ) -> str:
        """Log a run with these tags."""
        params = {} if seed is None else {"seed": str(seed)}
        return self.lab.run(
            self.experiment,
            metrics={"rmse": rmse},
            params=params,
            tags=tags,
            datasets=[("sales", data, "training")],
            status=status,
            began=int(time.time()),
        )

    def seeds(self, at: str, *values: float) -> None:
        """Log a run for each seed."""
        for seed, rmse in enumerate(values):
            self.train(at, rmse, seed=seed)

    async def change(self, branch: str = "feature/weekly", base: str = "dev", text: str = "rmse = 2\n") -> Pull:
        """Change the model on a new branch and open a pull request."""
        await self.repo.create_branch(branch, at=base)
        await self.repo.commit(branch, {"src/model.py": text}, "feat: change the model")
        return await self.repo.open_pull_request(branch, base, title="feat: change the model")


def plain(text: str) -> str:
    """Return a text with ordinary spaces, for tests that compare what people read."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def only(pull: Pull) -> Comment:
    """Return the one comment of a pull request."""
    (comment,) = pull.comments
    return comment


async def a_minute_later(gate: Gate) -> None:
    """Let the time pass in which a workflow may still begin, and look again, as the waiting job would."""
    gate.github.advance(timedelta(seconds=61))
    await gate.redeliver_last("pull_request")
    await gate.settle()
