"""The story in the terminal: one table, or scene after scene."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.demo.play import Played, Said

_LOOKS = {"pass": Text("✓ pass", "bold green"), "fail": Text("✗ fail", "bold red")}


def table(played: Sequence[Played]) -> Table:
    """Return one row for each thing that a check says."""
    rows = Table("pull request", "verdict", "rule", "remedy", header_style="bold", box=None, pad_edge=False)
    for each in played:
        said = [*((one, "red") for one in each.blocking), *((one, "yellow") for one in each.warnings)]
        for index, (one, colour) in enumerate(said or [(Said("", ""), "")]):
            first = (_subject(each), _LOOKS[each.verdict]) if not index else ("", "")
            rows.add_row(*first, Text(one.rule, colour), Text(one.remedy))
    return rows


def tell(played: Played, console: Console, page: str) -> None:
    """Print who did what, what the check says in one line, and where to look."""
    scene = played.scene
    console.print()
    console.print(Text.assemble((f"{scene.who} ", "bold"), scene.told), soft_wrap=True)
    console.print(Text.assemble("  ", _LOOKS[played.verdict], "  ", _subject(played)), soft_wrap=True)
    console.print(Text(f"    {played.title}"), soft_wrap=True)
    console.print(Text(f"    {page}", "dim"), soft_wrap=True)


def conclude(played: Sequence[Played], console: Console) -> int:
    """Say whether each scene came out as told; return the exit code."""
    console.print()
    for each in played:
        if not each.as_told:
            expected = ", ".join((each.scene.verdict, *each.scene.rules, *each.scene.warnings))
            console.print(Text.assemble(("not as told: ", "bold red"), _subject(each), f" (expected: {expected})"))
    right = sum(each.as_told for each in played)
    console.print(f"{right} of {len(played)} came out as the story tells.")
    return 0 if right == len(played) else 1


def _subject(played: Played) -> Text:
    return Text(f"#{played.number} {played.scene.head} → {played.scene.base}")
