"""The walks in memory give Git's own answers, on random histories."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from bot.git.command import Git
from bot.git.history import History
from policies.facts import Sha
from sandbox.desk import Desk


def random_history(where: Path, seed: int, size: int = 60) -> Git:
    """Build a history of ``size`` commits whose parents are drawn by chance."""
    desk = Desk(where, "random")
    draw = random.Random(seed)
    stream = []
    for n in range(1, size + 1):
        earlier = draw.sample(range(1, n), k=min(n - 1, draw.choice([1, 1, 1, 2, 2, 3])))
        parents = [f"from :{p}" if i == 0 else f"merge :{p}" for i, p in enumerate(earlier)]
        when = 1_700_000_000 + draw.randrange(-5_000, 5_000)  # clocks of committers differ
        head = f"commit refs/heads/b{n}\nmark :{n}\ncommitter A <a@example.com> {when} +0000\ndata 1\nx\n"
        stream.append(head + "\n".join(parents) + "\n")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=desk.clone, input="".join(stream).encode(), check=True)
    return Git(desk.clone)


@pytest.mark.parametrize("seed", range(5))
def test_between_is_rev_list(tmp_path: Path, seed: int) -> None:
    git = random_history(tmp_path, seed)
    tips = [Sha(line) for line in git.lines("for-each-ref", "--format=%(objectname)", "refs/heads")]
    history = History(git, tips)
    draw = random.Random(seed)
    for _ in range(25):
        exclude, include = draw.choice(tips), draw.choice(tips)
        assert {c.sha for c in history.between(exclude, include)} == git.shas(include, "--not", exclude)


@pytest.mark.parametrize("seed", range(3))
def test_a_line_knows_what_came_with_which_commit(tmp_path: Path, seed: int) -> None:
    git = random_history(tmp_path, seed)
    tip = git.sha("b60")
    assert tip is not None
    history = History(git, [tip])
    line = history.line("b60", tip)
    assert list(reversed(line.commits)) == git.lines("rev-list", "--first-parent", tip)
    for place, step in enumerate(line.commits):
        older = git.shas(line.commits[place - 1]) if place else frozenset()
        came = {sha for sha, when in line.arrival.items() if when == place}
        assert came == git.shas(step) - older
