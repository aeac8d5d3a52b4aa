"""Somebody asks why the App said what it said: one stored webhook, run again on the command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import SECRET, Gate
from tests.stories.people import feature, verdict

ROOT = Path(__file__).resolve().parent.parent.parent


async def replay(github: Sandbox, app: Developer, *arguments: str) -> tuple[int, str, str]:
    """Run the command as a person does; returns exit code, output and complaints."""
    environment = {
        **os.environ,
        "HEADGATE_APP_ID": str(app.id),
        "HEADGATE_PRIVATE_KEY": app.private_key,
        "HEADGATE_WEBHOOK_SECRET": SECRET,
        "HEADGATE_GITHUB_API_URL": github.base_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "bot", "replay", *arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def stored(github: Sandbox, event: str, folder: Path) -> Path:
    """Write the newest delivery of an event to a file, as GitHub gives it out."""
    last = next(each for each in reversed(github.deliveries) if each.event == event)
    given: dict[str, Any] = {"guid": last.guid, "event": event, "request": {"headers": {}, "payload": last.payload}}
    file = folder / "delivery.json"
    file.write_text(json.dumps(given), "utf-8")
    return file


async def test_a_stored_delivery_shows_what_it_would_write(
    gate: Gate, github: Sandbox, app: Developer, installed: Install, repo: Repo, tmp_path: Path
) -> None:
    pull = await feature(repo, base="main")
    await gate.settle()
    github.calls.clear()
    code, out, err = await replay(github, app, str(stored(github, "pull_request", tmp_path)))
    assert (code, err) == (0, "")
    assert gate.writes() == []
    title = verdict(pull)[1]
    assert f"POST /repos/acme/forecast/check-runs\n  failure\n  {title}\n" in out
    assert "gh pr edit 1 --base dev" in out


async def test_a_payload_alone_needs_the_name_of_its_event(
    gate: Gate, github: Sandbox, app: Developer, installed: Install, repo: Repo, tmp_path: Path
) -> None:
    await feature(repo)
    await gate.settle()
    delivery = json.loads(stored(github, "pull_request", tmp_path).read_text("utf-8"))
    bare = tmp_path / "payload.json"
    bare.write_text(json.dumps(delivery["request"]["payload"]), "utf-8")
    code, _, err = await replay(github, app, str(bare))
    assert code == 2
    assert "name the event with --event" in err
    code, out, _ = await replay(github, app, str(bare), "--event", "pull_request", "--format", "json")
    assert code == 0
    assert [write["path"] for write in json.loads(out)["writes"]] == ["/repos/acme/forecast/check-runs"]


async def test_what_is_no_delivery_is_refused(github: Sandbox, app: Developer, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    for text, complaint in (("[]", "must be a JSON object"), ("{", "is not JSON"), ("{}", "is not a stored delivery")):
        file.write_text(text, "utf-8")
        code, _, err = await replay(github, app, str(file))
        assert code == 2
        assert complaint in err
