"""Measures the server as its users meet it: acknowledgement, event to check, load, bursts, kill -9, GitHub calls.

Prints one column for Headgate and, where npm is there, two for Probot, in the same run against the same stub. Fails if
a delivery that was accepted is lost or ends in a wrong check; times depend on the machine, so they stand beside their
limits. ARGS: --quick for a short run, --no-probot.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a file, too

from benchmarks.served import peers  # noqa: E402  # after the path is set
from benchmarks.served.load import Load, Outcome, Sent, middle, quantile  # noqa: E402

ROWS = {
    "acknowledged, one at a time, p50 / p99": "≤ 5 / 20 ms",
    "event → check, idle, p50": "≤ 30 ms",
    "sustained, 16 open": "≥ 600/s, none lost",
    "burst of 500": "500 of 500 right",
    "the same, GitHub takes 50 ms a call": "500 of 500 right",
    "kill -9 in the middle of 2,000": "0 lost, 0 wrong, 0 unfinished",
    "GitHub calls, a feature's event, warm": "≤ 2 unchanged, 0 writes",
    "GitHub calls, a new feature": "",
    "memory idle / cold start": "≤ 90 MB / ≤ 1.5 s",
}

Column = dict[str, str]


class Failed(Exception):
    """Something that must never happen has happened."""


async def measure(server: peers.Server, stub: str, *, quick: bool, strict: bool) -> Column:
    """Start a server, put it through everything, and return its column."""
    server.start()
    timeout = aiohttp.ClientTimeout(total=120)
    try:
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            load = Load(session, server.webhook, stub)
            return await _rows(server, load, quick=quick, strict=strict)
    finally:
        server.stop()


async def _rows(server: peers.Server, load: Load, *, quick: bool, strict: bool) -> Column:
    few, many = (60, 400) if quick else (200, 2_000)
    names = iter(ROWS)
    column: Column = {}
    memory = f"{server.memory():.0f} MB / {server.cold_start:.1f} s"
    sent, outcome = await _one_at_a_time(load, few)
    column[next(names)] = f"{_ms(quantile(sent.answer_times, 0.5))} / {_ms(quantile(sent.answer_times, 0.99))}"
    column[next(names)] = _ms(middle(outcome.event_to_check))
    slow = middle(outcome.event_to_check) > 0.5
    column[next(names)] = await _sustained(load, 100 if slow else many, strict=strict)
    for delay in (0.0, 0.05):
        column[next(names)] = await _burst(load, 20 if slow else 500, delay, strict=strict)
    column[next(names)] = await _killed(server, load, 20 if slow else many, strict=strict)
    column[next(names)] = await _calls(load, 3, fresh=False)
    column[next(names)] = await _calls(load, 90_000, fresh=True)
    column[next(names)] = memory
    return column


async def _one_at_a_time(load: Load, count: int) -> tuple[Sent, Outcome]:
    await load.reset()
    sent = Sent()
    for number in range(1_000, 1_000 + count):
        await load.send(number, sent)
        await load.settled(Sent({number: sent.at[number]}, {number: sent.acknowledged[number]}))
    return sent, await load.settled(sent)


async def _sustained(load: Load, count: int, *, strict: bool) -> str:
    await load.reset()
    sent = Sent()
    seconds = await load.send_all(range(10_000, 10_000 + count), sent, 16)
    return f"{len(sent.accepted) / seconds:.0f}/s, {_said(count, sent, await load.settled(sent), strict=strict)}"


async def _burst(load: Load, count: int, delay: float, *, strict: bool) -> str:
    await load.reset(delay)
    sent = Sent()
    first = 20_000 if delay == 0 else 30_000
    await load.send_all(range(first, first + count), sent, count)
    outcome = await load.settled(sent)
    last = max(outcome.event_to_check, default=float("nan"))
    await load.reset()
    return f"{_said(count, sent, outcome, strict=strict)}, last after {last:.1f} s"


async def _killed(server: peers.Server, load: Load, count: int, *, strict: bool) -> str:
    await load.reset()
    sent = Sent()
    sending = asyncio.create_task(load.send_all(range(40_000, 40_000 + count), sent, 16))
    while len(sent.acknowledged) < count // 2:  # noqa: ASYNC110  # nobody tells when another process is half-way
        await asyncio.sleep(0.005)
    await asyncio.to_thread(server.kill)
    await sending
    await asyncio.to_thread(server.start)
    outcome = await load.settled(sent)
    if strict and (outcome.lost or outcome.wrong or outcome.unfinished):
        raise Failed(f"after kill -9: {outcome.lost} lost, {outcome.wrong} wrong, {outcome.unfinished} unfinished")
    return f"{outcome.lost} lost, {outcome.wrong} wrong, {outcome.unfinished} unfinished of {len(sent.accepted)}"


async def _calls(load: Load, number: int, *, fresh: bool) -> str:
    """Count what one event costs: of a pull request that is new, or of one that was judged and has not changed."""
    sent = Sent()
    if not fresh:
        for _ in range(2):
            await load.send(number, sent, "edited")
            await load.settled(sent)
            await _quiet(load)
    before = Counter((await load.state())["calls"])
    await load.send(number, sent, "opened" if fresh else "edited")
    await load.settled(sent)
    await _quiet(load)
    spent = Counter((await load.state())["calls"]) - before
    return ", ".join(f"{count} {call}" for call, count in sorted(spent.items())) or "none"


async def _quiet(load: Load) -> None:
    """Wait until the stub has not been asked anything for a while."""
    last: Any = None
    while last != (now := (await load.state())["calls"]):
        last = now
        await asyncio.sleep(0.5)


def _said(count: int, sent: Sent, outcome: Outcome, *, strict: bool) -> str:
    bad = outcome.lost + outcome.wrong + outcome.unfinished
    if strict and (bad or len(sent.accepted) != count):
        raise Failed(f"{count} sent, {len(sent.accepted)} accepted, {outcome}")
    return f"{outcome.right} of {count} right"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def show(columns: dict[str, Column]) -> None:
    """Print the table as Markdown."""
    print("| | " + " | ".join(columns) + " | limit |")
    print("|---" * (len(columns) + 2) + "|")
    for row, limit in ROWS.items():
        print("| " + " | ".join([row, *(column[row] for column in columns.values()), limit]) + " |")


async def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    columns: dict[str, Column] = {}
    with tempfile.TemporaryDirectory(prefix="headgate-benchmark-") as place:
        folder, key = Path(place), peers.private_key()
        with peers.stub(folder) as stub:
            try:
                columns["Headgate"] = await measure(peers.headgate(stub, folder, key), stub, quick=quick, strict=True)
            except Failed as error:
                print(f"Headgate: {error}")
                return 1
            if "--no-probot" not in arguments and peers.install_probot(folder):
                for throttle in (True, False):
                    server = peers.probot(stub, folder, key, throttle=throttle)
                    columns[server.name] = await measure(server, stub, quick=True, strict=False)
    show(columns)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
