"""What is left to do when a training has ended: close what it left open, and tell what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

from actions import toolkit
from actions.toolkit import Annotation
from actions.train import summary
from actions.train.inputs import Inputs
from actions.train.process import Ended
from actions.train.session import Session
from actions.train.summary import Told
from actions.train.tracking import Run, Tracking, TrackingError

NO_RUN = (
    "The training logged no run that could be found. A run is logged by mlflow.start_run(), by autologging or by an"
    " MLproject; what MlflowClient().create_run() creates, or another server has, is not found."
    " With allow-no-runs: true this passes."
)

_OPEN = frozenset({"RUNNING", "SCHEDULED"})


@dataclass(frozen=True, slots=True)
class Aftermath:
    """``report`` is where all that is known of the runs will be written."""

    asked: Inputs
    session: Session
    tracking: Tracking
    ended: Ended
    report: Path

    def tell(self) -> int:
        """Write outputs, report, summary and annotations; return the exit code of the step."""
        try:
            told = self._read()
        except TrackingError as error:
            toolkit.set_output("status", self.ended.ending)
            toolkit.annotate([Annotation("error", str(error), title="The runs could not be read")])
            return self.ended.code or 1
        self._write(told)
        toolkit.add_summary(summary.markdown(told, self.tracking.page))
        toolkit.annotate(self._annotations(told))
        return int(not self.asked.allow_no_runs) if told.status == "no-run" else self.ended.code

    def _read(self) -> Told:
        runs = self.tracking.runs(self.session.id)
        left = [run for run in runs if run.status in _OPEN]
        if left:
            self.tracking.close(left)
            runs = self.tracking.runs(self.session.id)
        main = next((run for run in runs if run.parent is None), runs[0] if runs else None)
        metric = self._metric(main)
        axis, points = self._points(main, metric)
        return Told(
            session=self.session,
            status="no-run" if self.ended.ending == "finished" and not runs else self.ended.ending,
            seconds=self.ended.seconds,
            runs=runs,
            main=main,
            killed=[run.name for run in left],
            metric=metric,
            axis=axis,
            points=points,
        )

    def _metric(self, main: Run | None) -> str | None:
        """Return what is shown first: what was asked for, else what can be plotted and is not of the machine."""
        metrics = {} if main is None else main.metrics
        if self.asked.metric in metrics:
            return self.asked.metric
        return min(
            metrics, key=lambda each: (each.startswith("system/"), not isfinite(metrics[each]), each), default=None
        )

    def _points(self, main: Run | None, metric: str | None) -> tuple[str, Sequence[tuple[str, float]]]:
        """Return what is plotted: the metric by step, or if it was logged once, that of the experiment's last runs."""
        if main is None or metric is None:
            return "", ()
        history = self.tracking.history(main, metric)
        if len(history) > 1:
            return "by step", [(str(step), value) for step, value in history]
        latest = [run for run in self.tracking.latest(main) if metric in run.metrics]
        return "in the last runs of the experiment", [(run.name, run.metrics[metric]) for run in latest]

    def _write(self, told: Told) -> None:
        runs = [asdict(run) for run in told.runs]
        self.report.write_text(toolkit.dumps({"status": told.status, "tags": self.session.tags, "runs": runs}))
        toolkit.set_output("status", told.status)
        toolkit.set_output("run-id", told.main.id if told.main else "")
        toolkit.set_output("run-ids", toolkit.dumps([run.id for run in told.runs]))
        toolkit.set_output("metrics", toolkit.dumps(told.main.metrics if told.main else {}))
        toolkit.set_output("report", str(self.report))

    def _annotations(self, told: Told) -> Iterator[Annotation]:
        took = summary.duration(told.seconds)
        if told.status == "no-run":
            yield Annotation("warning" if self.asked.allow_no_runs else "error", NO_RUN)
        elif told.status == "failed":
            yield Annotation("error", f"The training failed with exit code {self.ended.code} after {took}.")
        elif told.status != "finished":
            yield Annotation("error", f"The training {summary.OUTCOMES[told.status].format(took=took)}.")
        elif all(run.status != "FINISHED" for run in told.runs):
            yield Annotation("warning", "The training ended well, but none of its runs did.")
        if told.main and self.asked.metric and self.asked.metric != told.metric:
            yield Annotation("warning", f"The main run has no metric {self.asked.metric!r}.")
