"""A repository to work in, and the command line as a person calls it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from sandbox.desk import Desk


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def outcome(self, rule: str) -> str:
        """Return what one rule said, of a report in JSON."""
        return next(str(entry["outcome"]) for entry in self.json["rules"] if entry["rule"] == rule)

    def findings(self, rule: str) -> list[dict[str, Any]]:
        return next(list(entry["findings"]) for entry in self.json["rules"] if entry["rule"] == rule)

    @property
    def blocking(self) -> set[str]:
        return {entry["rule"] for entry in self.json["rules"] if entry["blocks"]}


Headgate = Callable[..., Answer]


@pytest.fixture
def headgate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Headgate:
    """Run ``headgate`` with arguments and return exit code and output."""

    def run(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["headgate", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Answer(code, out, err)

    return run


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A repository with production ``main`` at tag v1.0.0 and integration ``dev`` two commits ahead."""
    desk = Desk(tmp_path, "repo")
    desk.commit("A", "first", {"model.py": "rmse = 1\n"})
    desk.git("tag", "v1.0.0")
    desk.start("dev", "main")
    desk.commit("A", "unfinished one", {"one.py": "1\n"})
    desk.commit("B", "unfinished two", {"two.py": "2\n"})
    desk.publish()
    return desk
