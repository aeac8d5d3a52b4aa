"""What was found of a model's runs, as values: whoever asks MLflow fills them, the comparison and the rules read them.

Whatever was looked for and could not be had is an :class:`~policies.facts.Unavailable` in its place, and what was
looked for and is not there an :class:`~policies.facts.Absent`. The two are never mixed up: an empty answer of MLflow is
"no run" only if the experiment is known to exist and to be readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from policies.facts import Absent, Sha, Unavailable
from policies.metrics.settings import Model
from policies.phrase import say


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that a run was given. ``context`` is what for (tag ``mlflow.data.context``): training, eval, …"""

    name: str
    digest: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One logged value of a metric; NaN and infinities as they were logged."""

    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """An input, output or parameter of a model. ``name`` is None for one that is known by its position only.

    ``type`` is MLflow's word (``double``, ``tensor(float32, [-1, 3])``), only ever compared and shown.
    """

    name: str | None
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """What callers of a model send and get."""

    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    params: tuple[Column, ...] = ()


NO_SIGNATURE = Absent(say("the model was logged without a signature"))
NO_REQUIREMENTS = Absent(say("the model was logged without requirements"))
NO_MODEL = Absent(say("the run logged no model"))


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model that a run logged. ``requirements`` are the lines of its ``requirements.txt``, without comments."""

    id: str
    name: str = ""
    registered: str | None = None
    """Name in the registry, where a version was made of it."""
    version: str | None = None
    flavors: tuple[str, ...] = ()
    signature: Signature | Absent | Unavailable = NO_SIGNATURE
    requirements: tuple[str, ...] | Absent | Unavailable = NO_REQUIREMENTS


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What ``mlflow.genai.evaluate`` left in a run besides aggregated metrics, which are ordinary metrics of the run.

    ``scorers`` is the digest of the scorers' definitions; None where there is none, or where it covers only some of
    them (``hashed`` is less than ``total``). ``results`` are scores by scorer and then by example: 1.0 and 0.0 for
    yes and no, NaN where the scorer failed. An example has the same key in all runs, such as a digest of its inputs.
    """

    scorers: str | None = None
    results: Mapping[str, Mapping[str, float]] | Unavailable = field(default_factory=dict)
    agent: str | None = None
    """Digest of the evaluated function, or its URI."""


UNDER_WAY = frozenset({"RUNNING", "SCHEDULED"})
"""What MLflow says of a run that may still log something."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``metrics`` are the latest values (highest step, then timestamp) from the run itself, NaN and all.

    ``commits`` are all commits that its tags name. ``status`` is MLflow's word: FINISHED, RUNNING, FAILED, KILLED,
    SCHEDULED. ``tags`` are those that are not in another field; ``mlflow.source.git.dirty`` and seeds are among them.
    """

    id: str
    experiment: str
    url: str = ""
    name: str = ""
    commits: frozenset[Sha] = frozenset()
    started: datetime | None = None
    ended: datetime | None = None
    status: str = "FINISHED"
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    """By step, oldest first, for those metrics that somebody wants to see drawn."""
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Dataset, ...] = ()
    evaluation: Evaluation | None = None
    model: LoggedModel | Absent | Unavailable = NO_MODEL
    parent: str | None = None
    """Id of the run that this one is nested in."""


@dataclass(frozen=True, slots=True)
class Group:
    """The runs of one commit: repetitions, in any order. At least one.

    ``behind``: how many commits lie between this one and the head (a candidate's), or the merge base (a baseline's);
    None if nobody counted. ``commit`` is None for runs that name none. ``changed_since``: for an older commit of the
    pull request, the paths that changed between it and the head; None if nobody knows.
    """

    commit: Sha | None
    runs: tuple[Run, ...]
    behind: int | None = None
    committed: datetime | None = None
    changed_since: frozenset[str] | None = None


class BaselineKind(Enum):
    """What a baseline is, by the word of the policy file."""

    TARGET = "target"
    RELEASE = "release"
    ALIAS = "alias"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class BaselineRuns:
    """What a candidate is held against. ``name`` is the branch, the tag, the alias (``models:/m@champion``) or the run.

    ``group`` is Absent where it was looked for and does not exist, so that the candidate is a first measurement.
    """

    kind: BaselineKind
    name: str
    group: Group | Absent | Unavailable


class TrainingState(Enum):
    """How far the workflow is that trains the head commit."""

    NONE = "none"
    """Nothing trains this commit, or nobody said what does."""
    RUNNING = "running"
    """Queued or running: a run may still come."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Training:
    """The workflow that trains the head commit; ``conclusion`` is GitHub's word once it has ended."""

    state: TrainingState = TrainingState.NONE
    workflow: str = ""
    conclusion: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class PrimaryMetric:
    """What the experiment's tags ``mlflow.experiment.primaryMetric.*`` say."""

    name: str
    greater_is_better: bool | None = None


NO_FILE = Absent(say("the policy names no file of requirements, or there is none"))


@dataclass(frozen=True, slots=True)
class ModelRuns:
    """All that was found for one entry of the policy's ``mlflow`` section; ``settings`` is that entry, filled in.

    The runs of an entry that does not say which model it is about may be of several models;
    :func:`policies.metrics.grouping.by_model` parts them. ``older`` are the runs of older commits of the pull request,
    newest first; nobody needs them where there is a candidate. ``recent`` are runs of the last commits of the base
    branch, oldest first, to be drawn.
    """

    name: str
    settings: Model
    candidate: Group | Absent | Unavailable
    baseline: BaselineRuns
    also: BaselineRuns | None = None
    older: tuple[Group, ...] | Unavailable = ()
    recent: tuple[Group, ...] = ()
    training: Training = Training()
    primary: PrimaryMetric | None = None
    requirements: Mapping[str, tuple[str, ...]] | Absent | Unavailable = NO_FILE
    """Lines of the files that ``settings.environment`` names, at the head commit, by path."""
    url: str = ""
    """The page of the experiment."""

    def __hash__(self) -> int:
        """Hash what tells findings apart; the mappings inside have no hash. Equality compares everything."""
        group = self.candidate
        return hash((self.name, tuple(run.id for run in group.runs) if isinstance(group, Group) else None))
