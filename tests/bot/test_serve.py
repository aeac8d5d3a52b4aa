"""The server as a process: how it starts, how it refuses to, how it ends; and the command that looks at its jobs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from bot.app import Staff, run, serve
from bot.commands.serve import jobs
from bot.commands.serve import serve as serve_command
from bot.errors import UsageProblem
from bot.github.repository import InstallationId, Repository
from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.port import MOST_ATTEMPTS, Job, Queue
from bot.jobs.target import PullRequestTarget, PushTarget
from bot.settings import Settings
from bot.state.address import Address
from bot.state.schema import migrate
from bot.supervise import Crashed
from bot.web.metrics import Metrics
from tests.bot.web.support import APP_ID, SECRET, Sender, opened, pem, settings_for

ROOT = Path(__file__).resolve().parents[2]
HEADGATE = [sys.executable, "-m", "bot"]
SECONDS = 30
"""After which something that should have happened counts as missing."""


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines()]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")} | dict(given)


@asynccontextmanager
async def running(*command: str, **given: str) -> AsyncIterator[Process]:
    """Start a process that is killed at the end of the test, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, env=environment(given)
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def end_of(process: Process) -> Ended:
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def headgate(*arguments: str, **given: str) -> Ended:
    """Run the command line as a process."""
    async with running(*HEADGATE, *arguments, **given) as process:
        return await end_of(process)


async def line(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    async with asyncio.timeout(SECONDS):
        return (await stream.readline()).decode().rstrip("\n")


def say(process: Process, text: str = "") -> None:
    assert process.stdin is not None
    process.stdin.write(f"{text}\n".encode())


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchall()


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "headgate.db"
    migrate(Address(path))
    return path


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "headgate.db"))


# --- how it ends ---


@asynccontextmanager
async def serving(database: Path, patience: float = SECONDS) -> AsyncIterator[Busy]:
    """Run tests/bot/web/program.py until it listens."""
    program = (sys.executable, "-m", "tests.bot.web.program", str(database), str(patience))
    async with running(*program) as process, aiohttp.ClientSession() as session:
        url = (await line(process.stdout)).removeprefix("listening ")
        yield Busy(process, Sender(url, session), database)


@dataclass(frozen=True, slots=True)
class Busy:
    """A server process that runs jobs which end when they are told to."""

    process: Process
    sender: Sender
    database: Path

    async def begin(self, number: int = 7) -> None:
        """Deliver something, and wait until its job runs."""
        assert (await self.sender.deliver(opened(number), guid=f"guid-{number}")).status == 202
        assert await line(self.process.stdout) == "begun"

    async def drains(self) -> None:
        async with asyncio.timeout(SECONDS):
            while (await self.sender.get("/readyz")).json != {"status": "draining"}:
                pass


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_running_jobs_end_and_stores_what_comes_meanwhile(
    database: Path, number: signal.Signals
) -> None:
    async with serving(database) as server:
        await server.begin(1)
        server.process.send_signal(number)
        await server.drains()
        assert (await server.sender.deliver(opened(2), guid="guid-2")).status == 202
        say(server.process)
        ended = await end_of(server.process)
    assert (ended.code, ended.out) == (0, "dismissed\n")
    assert rows(database, "SELECT delivery, claimed FROM jobs") == [("guid-2", None)]
    assert [event["event"] for event in ended.events][-1] == "server.stopped"
    assert next(event for event in ended.events if event["event"] == "server.draining")["signal"] == number.name


@pytest.mark.asyncio
async def test_a_job_that_does_not_end_is_cut_off_and_waits_for_the_next_process(database: Path) -> None:
    async with serving(database, patience=0.2) as server:
        await server.begin()
        server.process.terminate()
        ended = await end_of(server.process)
    assert ended.code == 0
    assert "jobs.cut_off" in [event["event"] for event in ended.events]
    assert rows(database, "SELECT delivery, claimed, attempts FROM jobs") == [("guid-7", None, 0)]
    async with serving(database) as server:
        assert await line(server.process.stdout) == "begun"


@pytest.mark.asyncio
async def test_a_second_signal_ends_it_at_once_and_loses_nothing(database: Path) -> None:
    async with serving(database) as server:
        await server.begin()
        server.process.terminate()
        await server.drains()
        server.process.terminate()
        assert (await end_of(server.process)).code == -signal.SIGTERM
    async with serving(database) as server:
        assert await line(server.process.stdout) == "begun"


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["fails", "ends", "the workers end"])
async def test_what_must_go_on_and_ends_takes_the_process_along(database: Path, how: str) -> None:
    dismissed = []

    @asynccontextmanager
    async def hire(_settings: Settings, queue: Queue, _metrics: Metrics) -> AsyncIterator[Staff]:
        async def nobody(*_: object) -> None:
            raise AssertionError

        async def look_around() -> None:
            if how == "fails":
                raise RuntimeError("it fell over")
            if how == "the workers end":
                queue.stop()
                await asyncio.Event().wait()

        try:
            yield Staff(nobody, nobody, [look_around])
        finally:
            dismissed.append(how)

    queue = EmbeddedQueue(database)
    said = {"fails": r"look_around has ended: .*it fell over", "ends": "look_around has", "the workers end": "work has"}
    with pytest.raises(Crashed, match=said[how]):
        await serve(settings_for(database), queue, hire, lambda _url: None)
    assert dismissed
    again = EmbeddedQueue(database)
    await again.open()  # the lock was given back
    await again.close()


# --- how it starts, and how it refuses to ---


@pytest.fixture
def enough(tmp_path: Path) -> dict[str, str]:
    """What has no default, and nothing that would leave this test's folder."""
    key = tmp_path / "app.pem"
    key.write_text(pem())
    return {
        "HEADGATE_APP_ID": str(APP_ID),
        "HEADGATE_PRIVATE_KEY_FILE": str(key),
        "HEADGATE_WEBHOOK_SECRET": SECRET,
        "HEADGATE_DATA": str(tmp_path / "data"),
        "HEADGATE_GITHUB_API_URL": "http://127.0.0.1:9",
        "HEADGATE_PORT": "0",
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("workers", ["0", "16"])
async def test_it_serves_from_nothing_but_settings(enough: Mapping[str, str], tmp_path: Path, workers: str) -> None:
    env_file = tmp_path / "env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in enough.items()))
    command = (*HEADGATE, "serve", "--env-file", str(env_file))
    async with running(*command, HEADGATE_WORKERS=workers, HEADGATE_WORKES="1") as process:
        unknown, listening = [json.loads(await line(process.stderr)) for _ in range(2)]
        assert unknown["note"] == "HEADGATE_WORKES is set but not known: did you mean HEADGATE_WORKERS?"
        assert listening["event"] == "server.listening"
        async with aiohttp.ClientSession() as session:
            sender = Sender(listening["url"], session)
            assert (await sender.deliver({"action": f"{SECRET} {pem()}"}, "ping")).status == 202
            async with asyncio.timeout(SECONDS):
                while (await sender.get("/readyz")).status != 200:
                    pass
        process.terminate()
        ended = await end_of(process)
    assert (ended.code, ended.out) == (0, "")
    assert [secret for secret in (SECRET, *pem().splitlines()[1:-1]) if secret in ended.err] == []
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_it_refuses_to_start_with_all_problems_in_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = {"HEADGATE_APP_ID": "Iv1.client-id", "HEADGATE_PORT": "http", "HEADGATE_WEBHOOKSECRET": "s3cr3t\x1b[2J"}
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(serve_command, env=wrong, standalone_mode=False)
    assert (ended.return_value, ended.stdout) == (2, "")
    first, *problems = ended.stderr.splitlines()
    assert first == "headgate: The server is not set up:"
    assert [problem.split()[0] for problem in problems] == [
        "HEADGATE_APP_ID",
        "HEADGATE_PRIVATE_KEY_FILE",
        "HEADGATE_WEBHOOK_SECRET",
        "HEADGATE_PORT",
        "HEADGATE_WEBHOOKSECRET",
    ]
    assert [value for value in wrong.values() if value in ended.stderr] == []


@pytest.mark.asyncio
async def test_it_refuses_a_second_process_on_the_same_database(database: Path, enough: Mapping[str, str]) -> None:
    queue = EmbeddedQueue(database)
    await queue.open()
    ended = await headgate("serve", **{**enough, "HEADGATE_DATABASE_URL": f"sqlite:///{database}"})
    await queue.close()
    assert ended.code == 2
    assert f"Another process (id {os.getpid()}) works on {database}" in ended.err


def test_it_refuses_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(UsageProblem, match=r"The folder .* cannot be made \(HEADGATE_DATA\): "):
        run(settings_for(tmp_path / "data" / "headgate.db"), lambda _url: None)


@pytest.mark.asyncio
async def test_a_database_that_takes_nothing_is_a_crash_that_the_log_tells_of(
    database: Path, enough: Mapping[str, str]
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = await headgate("serve", **enough, HEADGATE_DATABASE_URL=f"sqlite:///{database}")
    assert (ended.code, ended.out) == (3, "")
    event = ended.events[-1]
    assert (event["event"], event["level"]) == ("server.crashed", "error")
    assert "CannotStore" in event["exception"]


@pytest.mark.asyncio
async def test_a_person_at_a_terminal_reads_a_sentence(database: Path, enough: Mapping[str, str]) -> None:
    ours, theirs = os.openpty()
    given = {**enough, "HEADGATE_DATABASE_URL": f"sqlite:///{database}", "HEADGATE_WORKERS": "0"}
    process = await asyncio.create_subprocess_exec(*HEADGATE, "serve", stderr=theirs, cwd=ROOT, env=environment(given))
    os.close(theirs)
    said = await asyncio.to_thread(os.read, ours, 1_000)
    process.terminate()
    assert await process.wait() == 0
    os.close(ours)
    assert said.decode().startswith("Headgate listens on http://127.0.0.1:")
    assert "Ctrl-C" in said.decode()


# --- the jobs ---

HOSTILE = 'refs/heads/\x1b[2J[red]x[/]\n{"forged": 1}'


async def look(database: Path, *arguments: str) -> Ended:
    """Run ``headgate jobs`` in a thread: it has an event loop of its own."""
    given = {"HEADGATE_DATABASE_URL": f"sqlite:///{database}"}
    result = await asyncio.to_thread(CliRunner().invoke, jobs, arguments, env=given, standalone_mode=False)
    if isinstance(result.exception, UsageProblem):
        return Ended(2, result.stdout, str(result.exception))
    assert result.exception is None
    return Ended(result.return_value, result.stdout, result.stderr)


@asynccontextmanager
async def with_dead_jobs(database: Path) -> AsyncIterator[EmbeddedQueue]:
    """Yield a queue at work, as the server has it, after two jobs have died."""
    queue = EmbeddedQueue(database, delay=lambda _attempt: 0.0)
    mourned = asyncio.Semaphore(0)

    async def fail(_job: Job) -> None:
        raise RuntimeError(f"no luck with {HOSTILE}")

    async def mourn(_job: Job, _error: BaseException) -> None:
        mourned.release()

    repository = Repository(InstallationId(5), 9, "acme/forecast")
    await queue.open()
    await queue.accept("guid-1", [PullRequestTarget(repository, 7), PushTarget(repository, HOSTILE, None, "a" * 40)])
    work = asyncio.create_task(queue.work(fail, mourn, 1))
    for _ in range(2):
        await mourned.acquire()
    await queue.settle()
    yield queue
    queue.stop()
    await work
    await queue.close()


@pytest.mark.asyncio
async def test_jobs_are_listed_while_the_server_has_the_database(database: Path) -> None:
    async with with_dead_jobs(database):
        text = await look(database)
        machine = await look(database, "--format", "json")
        process = await headgate("jobs", HEADGATE_DATABASE_URL=f"sqlite:///{database}")
    assert (process.code, process.out) == (0, text.out)
    assert (text.code, text.err) == (0, "")
    assert "0 waiting, 0 later, 0 running, 2 dead" in text.out
    assert "acme/forecast pull_request/7" in text.out
    assert "headgate jobs --redo JOB" in text.out
    assert text.out.replace("\n", "").isprintable()
    assert "[red]x" in text.out
    told = json.loads(machine.out)
    assert told["counts"] == {"waiting": 0, "later": 0, "running": 0, "dead": 2}
    first, second = told["dead"]
    assert (first["delivery"], first["attempts"], first["target"]["number"]) == ("guid-1", MOST_ATTEMPTS, 7)
    assert first["error"].startswith("RuntimeError: no luck")
    assert second["target"]["ref"] == HOSTILE


@pytest.mark.asyncio
async def test_a_dead_job_waits_again_when_asked(database: Path) -> None:
    async with with_dead_jobs(database) as queue:
        first, second = [job.id for job in await queue.dead()]
        queue.stop()  # so that they wait, and do not die again
        one = await look(database, "--redo", first)
        assert (one.code, one.out.splitlines()[:2]) == (
            0,
            [f"Job {first} waits again.", "1 waiting, 0 later, 0 running, 1 dead"],
        )
        again = await look(database, "--redo", first)
        assert again.code == 2
        assert f"There is no dead job {first}" in again.err
        rest = await look(database, "--redo-all", "--format", "json")
        assert json.loads(rest.out)["redone"] == [second]
        assert await queue.dead() == []
        none = await look(database, "--redo-all")
        assert (none.code, none.out) == (0, "2 waiting, 0 later, 0 running, 0 dead\n")


@pytest.mark.asyncio
@pytest.mark.parametrize("id_", ["x", "-1", "1; DROP TABLE jobs", "٣", "99999999999999999999"])
async def test_a_job_that_cannot_be(database: Path, id_: str) -> None:
    ended = await look(database, f"--redo={id_}")
    assert ended.code == 2
    assert "There is no dead job" in ended.err


@pytest.mark.asyncio
async def test_there_is_nothing_to_list_before_the_server_has_run(tmp_path: Path) -> None:
    ended = await look(tmp_path / "data" / "headgate.db")
    assert ended.code == 2
    assert "There is no database" in ended.err
    assert not (tmp_path / "data").exists()


@pytest.mark.asyncio
async def test_a_database_that_cannot_be_read_is_no_usage_problem(tmp_path: Path) -> None:
    (tmp_path / "headgate.db").write_text("not a database at all" * 100)
    ended = await look(tmp_path / "headgate.db")
    assert ended.code == 3
    assert "cannot be read" in ended.err
