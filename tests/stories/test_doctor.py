"""Somebody has set the server up and wonders whether all is well."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from sandbox.github.model import Organisation
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import SECRET, Gate
from tests.stories.people import feature

ROOT = Path(__file__).resolve().parent.parent.parent


async def doctor(github: Sandbox, app: Developer, folder: Path, **changes: str) -> tuple[int, list[str]]:
    """Run the command as a person does; returns exit code and lines."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")} | {
        "HEADGATE_APP_ID": str(app.id),
        "HEADGATE_PRIVATE_KEY": app.private_key,
        "HEADGATE_WEBHOOK_SECRET": SECRET,
        "HEADGATE_GITHUB_API_URL": github.base_url,
        "HEADGATE_DATABASE_URL": f"sqlite:///{folder}/headgate.db",
        "PYTHONPATH": str(ROOT),
        **changes,
    }
    command = [sys.executable, "-m", "bot", "doctor"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=folder, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, [line.rstrip() for line in (out + err).decode().splitlines()]


async def test_all_is_well(
    gate: Gate, github: Sandbox, app: Developer, installed: Install, repo: Repo, tmp_path: Path
) -> None:
    await feature(repo)
    await gate.settle()
    github.calls.clear()
    code, lines = await doctor(github, app, tmp_path)
    assert (code, {line[0] for line in lines}) == (0, {"✓"})
    assert [line.split("  ")[0] for line in lines] == [
        "✓ settings",
        "✓ database",
        "✓ App",
        "✓ permissions",
        "✓ events",
        "✓ installation on acme",
        "✓ webhook",
        "✓ deliveries",
    ]
    assert gate.writes() == []


async def test_what_is_missing_is_named_with_what_mends_it(github: Sandbox, acme: Organisation, tmp_path: Path) -> None:
    permissions = {"checks": "write", "contents": "read", "pull_requests": "read"}
    app = await github.register_app("half", acme, permissions, ("pull_request",), ("http://127.0.0.1:9/hook", SECRET))
    await app.install(acme)
    await github.delivered()
    code, lines = await doctor(github, app, tmp_path)
    said = "\n".join(lines)
    assert code == 1
    assert "! database  " in said
    assert "✗ permissions  lacks actions: read (to wait for training in GitHub Actions), members: read" in said
    assert "pull_requests: write\n    Add them on the App's settings page" in said
    assert "✗ events  lacks check_run, check_suite, merge_group (for merge queues), pull_request_review" in said
    assert "✗ installation on acme  lacks" in said
    assert "! webhook  goes to http://127.0.0.1:9/hook\n    Headgate listens at /webhook" in said
    assert "✗ deliveries  of the last" in said


async def test_a_key_of_another_app(github: Sandbox, app: Developer, acme: Organisation, tmp_path: Path) -> None:
    other = await github.register_app("other", acme, {}, (), ("http://127.0.0.1:9/webhook", SECRET))
    code, lines = await doctor(github, app, tmp_path, HEADGATE_PRIVATE_KEY=other.private_key)
    assert code == 1
    assert lines[-2].startswith("✗ GitHub  GET /app: 401")
    assert "must be of one App" in lines[-1]


async def test_github_and_a_tracking_server_that_nobody_reaches(
    github: Sandbox, app: Developer, tmp_path: Path
) -> None:
    (tmp_path / "headgate-server.yml").write_text("mlflow:\n  main: {url: 'http://127.0.0.1:9', repositories: '**'}\n")
    code, lines = await doctor(github, app, tmp_path, HEADGATE_GITHUB_API_URL="http://127.0.0.1:9")
    assert code == 1
    assert [line for line in lines if line.startswith("✗")] == [
        next(line for line in lines if line.startswith("✗ GitHub  GET /app: no answer")),
        next(line for line in lines if line.startswith("✗ tracking server main  ")),
    ]


async def test_not_set_up_at_all(github: Sandbox, app: Developer, tmp_path: Path) -> None:
    code, lines = await doctor(github, app, tmp_path, HEADGATE_APP_ID="")
    assert (code, len(lines)) == (2, 1)
    assert "HEADGATE_APP_ID is not set" in lines[0]
