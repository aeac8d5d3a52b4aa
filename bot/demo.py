"""The chapter's story in the terminal: a real repository is built, and each branch is judged as ``check`` would."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.check import Judged, Question, judge
from bot.errors import UsageProblem
from bot.report.terminal import styled, subject_of
from policies.phrase import command as shell
from policies.verdict import Outcome, Verdict
from sandbox.story import Scene, Story, build

WIDTH_OF_A_PIPE = 120
"""Columns where nobody's terminal says how many there are."""

_LOOKS = {
    Outcome.PASS: Text("✓ pass", "bold green"),
    Outcome.FAIL: Text("✗ fail", "bold red"),
    Outcome.UNKNOWN: Text("? unknown", "bold yellow"),
    Outcome.ERROR: Text("! error", "bold yellow"),
}


@dataclass(frozen=True, slots=True)
class Played:
    """A scene of the story, and what Headgate said of it."""

    scene: Scene
    judged: Judged

    @property
    def as_told(self) -> bool:
        """True if verdict and rules are those that the story expects."""
        report, scene = self.judged.report, self.scene
        said = (report.outcome.value, _names(report.blocking), _names(report.warnings))
        return said == (scene.verdict, set(scene.rules), set(scene.warnings))

    @property
    def offences(self) -> tuple[Verdict, ...]:
        return (*self.judged.report.blocking, *self.judged.report.warnings)


@click.command()
@click.option("--once", is_flag=True, help="Print one table; exit 0 only if each verdict is the one the story expects.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Build the story here and leave it there."
)
def demo(*, once: bool, keep: Path | None) -> int:
    """Build the story of three engineers as a real repository, and say what `check` says of each branch."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_OF_A_PIPE
    with _stage(keep) as root:
        story = build(root)
        played = play(story)
        if once:
            console.print(_table(played))
        else:
            _tell(played, console)
    return _conclude(played, console, story if keep else None)


@contextmanager
def _stage(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="headgate-demo-") as directory:
            yield Path(directory)
    elif keep.exists() and any(keep.iterdir()):
        raise UsageProblem(f"{keep} is not empty; name a directory that does not exist yet.")
    else:
        yield keep


def play(story: Story) -> tuple[Played, ...]:
    """Judge each scene in the story's clone."""
    return tuple(
        Played(scene, judge(Question(repo=story.clone, head=scene.head, base=scene.base))[0]) for scene in story.scenes
    )


def _names(verdicts: Sequence[Verdict]) -> set[str]:
    return {verdict.rule for verdict in verdicts}


def _table(played: Sequence[Played]) -> Table:
    table = Table("", "branch → base", "verdict", "rule", "remedy", header_style="bold", box=None, pad_edge=False)
    for number, each in enumerate(played, 1):
        rows = [(_rule(verdict), _remedy(verdict)) for verdict in each.offences] or [(Text(), Text())]
        for index, (rule, remedy) in enumerate(rows):
            first = (
                (str(number), subject_of(each.judged), _LOOKS[each.judged.report.outcome])
                if not index
                else ("", "", "")
            )
            table.add_row(*first, rule, remedy)
    return table


def _rule(verdict: Verdict) -> Text:
    return Text(verdict.rule, "red" if verdict.blocks else "yellow")


def _remedy(verdict: Verdict) -> Text:
    """Return the sentence that mends the first thing the rule says."""
    remedy = verdict.findings[0].remedy
    return styled(remedy.text) if remedy else Text()


def _tell(played: Sequence[Played], console: Console) -> None:
    """Print the story as people would tell it: who does what, what is said of it, and what mends it."""
    console.print("Three engineers forecast sales. Production is `main`, staging is `dev`; version 1.0.0 is out.")
    for number, each in enumerate(played, 1):
        scene = each.scene
        console.print()
        _line(console, 0, (f"{number:2}  {scene.who} ", "bold"), scene.told)
        console.print(Text(f"    $ {shell('headgate', 'check', '--head', scene.head, '--base', scene.base)}", "cyan"))
        console.print(Text.assemble("    ", _LOOKS[each.judged.report.outcome], "  ", subject_of(each.judged)))
        for verdict in each.offences:
            _tell_offence(verdict, console)


def _tell_offence(verdict: Verdict, console: Console) -> None:
    finding = verdict.findings[0]
    _line(console, 6, _rule(verdict), "  ", styled(finding.message))
    if finding.remedy is None:
        return
    _line(console, 8, ("→ ", "dim"), styled(finding.remedy.text))
    for line in finding.remedy.commands:
        console.print(Text(f"          $ {line}", "dim"), soft_wrap=True)


def _line(console: Console, indent: int, *parts: Text | str | tuple[str, str]) -> None:
    """Print a line: wrapped under its indent for a person, in one piece for a file or a pipe."""
    text = Text.assemble(*parts)
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)


def _conclude(played: Sequence[Played], console: Console, kept: Story | None) -> int:
    """Say whether each scene came out as told; return the exit code."""
    console.print()
    for each in played:
        if not each.as_told:
            expected = ", ".join((each.scene.verdict, *each.scene.rules, *each.scene.warnings))
            console.print(
                Text.assemble(("not as told: ", "bold red"), subject_of(each.judged), f" (expected: {expected})")
            )
    right = sum(each.as_told for each in played)
    console.print(f"{right} of {len(played)} came out as the story expects.")
    if kept:
        console.print(f"The clone is {kept.clone}; try `headgate check --head hotfix/rounding` in it.", soft_wrap=True)
    return 0 if right == len(played) else 1
