"""The examples, and for each a change of its parameters that makes the model better and one that makes it worse."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def texts(folder: Path) -> dict[str, str]:
    """Return the text of every file that Git would take, by path."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=folder, check=True, capture_output=True, text=True)
    return {path: (folder / path).read_text("utf-8") for path in done.stdout.split("\0") if path}


@dataclass(frozen=True, slots=True)
class Example:
    """An example; ``better`` and ``worse`` are what stands in ``params.yml`` and what to write for it.

    ``runs`` is how many runs one training makes.
    """

    name: str
    package: str
    experiment: str
    better: tuple[str, str]
    worse: tuple[str, str]
    runs: int

    @property
    def folder(self) -> Path:
        return ROOT / "examples" / self.name

    def files(self) -> dict[str, str]:
        return texts(self.folder)

    def params(self, change: tuple[str, str]) -> str:
        """Return ``params.yml`` with a change."""
        text = self.files()["params.yml"]
        assert text.count(change[0]) == 1
        return text.replace(*change)


EXAMPLES = (
    Example(
        "scikit-learn",
        "diabetes",
        "diabetes",
        better=("degree: 2", "degree: 1"),
        worse=("alpha: 1.0", "alpha: 0.01"),
        runs=3,
    ),
    Example(
        "forecasting",
        "sales",
        "sales-forecast",
        better=("changepoint_prior_scale: 0.01", "changepoint_prior_scale: 0.002"),
        worse=("seasonality_mode: multiplicative", "seasonality_mode: additive"),
        runs=1,
    ),
)
