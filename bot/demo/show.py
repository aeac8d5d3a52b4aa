"""The story in the terminal: one table, or scene after scene."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.demo.read import Played, Said

_LOOKS = {"pass": Text("✓ pass", "bold green"), "fail": Text("✗ fail", "bold red")}


def table(played: Sequence[Played]) -> Table:
    """Return one row for each thing that a check says, by repository."""
    rows = Table("pull request", "verdict", "rule", "remedy", header_style="bold", box=None, pad_edge=False)
    for repository, scenes in groupby(played, lambda each: each.repository):
        rows.add_row(Text(repository, "bold"))
        for each in scenes:
            said = [*((one, "red") for one in each.blocking), *((one, "yellow") for one in each.warnings)]
            for index, (one, colour) in enumerate(said or [(Said("", ""), "")]):
                first = (_subject(each), _LOOKS[each.verdict]) if not index else ("", "")
                rows.add_row(*first, Text(one.rule, colour), Text(one.remedy))
    return rows


def tell(played: Played, console: Console, pages: str) -> None:
    """Print who did what, what the check says in one line, and where to look."""
    scene = played.scene
    console.print()
    console.print(Text.assemble((f"{scene.who} ", "bold"), scene.told), soft_wrap=True)
    if played.waited:
        console.print(Text(f"  … {played.waited}", "dim"), soft_wrap=True)
    console.print(Text.assemble("  ", _LOOKS[played.verdict], "  ", _subject(played)), soft_wrap=True)
    console.print(Text(f"    {played.title}"), soft_wrap=True)
    console.print(Text(f"    {pages}/{played.repository}/pull/{played.number}", "dim"), soft_wrap=True)


def conclude(played: Sequence[Played], console: Console) -> int:
    """Say whether each scene came out as told; return the exit code."""
    console.print()
    for each in played:
        if not each.as_told:
            expected = ", ".join((each.scene.verdict, *each.scene.rules, *each.scene.warnings))
            wait = "" if each.waited is not None else ", after a wait for its training"
            said = f" (expected: {expected}{wait})"
            console.print(Text.assemble(("not as told: ", "bold red"), each.repository, " ", _subject(each), said))
    right = sum(each.as_told for each in played)
    console.print(f"{right} of {len(played)} came out as the story tells.")
    return 0 if right == len(played) else 1


def _subject(played: Played) -> Text:
    return Text(f"#{played.number} {played.scene.head} → {played.scene.base}")
