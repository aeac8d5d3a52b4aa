"""Starts and stops the servers that are measured: Headgate as it is deployed, Probot as its documentation starts it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.served import world

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STARTS_WITHIN = 60.0


@dataclass
class Server:
    """A process that listens. ``ready`` is the path that answers 200 when it does."""

    name: str
    port: int
    command: list[str]
    environment: dict[str, str]
    folder: Path
    ready: str
    process: subprocess.Popen[bytes] | None = None
    cold_start: float = 0.0

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook"

    def start(self) -> None:
        """Start it and wait until it is ready; ``cold_start`` is how long that took, in seconds."""
        started = time.perf_counter()
        output = (self.folder / f"{self.name}.log".replace(" ", "-")).open("ab")
        self.process = subprocess.Popen(
            self.command, env=self.environment, cwd=self.folder, stdout=output, stderr=output
        )
        while not _answers(f"http://127.0.0.1:{self.port}{self.ready}"):
            if self.process.poll() is not None or time.perf_counter() - started > STARTS_WITHIN:
                raise RuntimeError(f"{self.name} did not start; see {output.name}")
            time.sleep(0.01)
        self.cold_start = time.perf_counter() - started

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def memory(self) -> float:
        """Return the resident memory of the process in megabytes: https://man7.org/linux/man-pages/man5/proc.5.html."""
        pid = self.process.pid if self.process else 0
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  # our own address
            return bool(answer.status < 400)
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@contextmanager
def stub(folder: Path) -> Iterator[str]:
    """Run the stub GitHub; yields its address."""
    port = free_port()
    server = Server(
        "stub", port, [sys.executable, str(HERE / "stub.py"), str(port)], dict(os.environ), folder, "/_state"
    )
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def headgate(github: str, folder: Path, key: str) -> Server:
    """Return Headgate on its embedded database, with its defaults."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")},
        "HEADGATE_APP_ID": str(world.APP_ID),
        "HEADGATE_PRIVATE_KEY": key,
        "HEADGATE_WEBHOOK_SECRET": world.SECRET,
        "HEADGATE_GITHUB_API_URL": github,
        "HEADGATE_DATABASE_URL": f"sqlite:///{folder}/headgate.db",
        "HEADGATE_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    return Server("Headgate", port, [sys.executable, "-m", "bot", "serve"], environment, folder, "/readyz")


def probot(github: str, folder: Path, key: str, *, throttle: bool) -> Server:
    """Return Probot, installed from npm into ``folder``."""
    port = free_port()
    environment = {
        **os.environ,
        "APP_ID": str(world.APP_ID),
        "PRIVATE_KEY": key,
        "WEBHOOK_SECRET": world.SECRET,
        "GITHUB_API_URL": github,
        "PORT": str(port),
        "THROTTLE": "on" if throttle else "off",
    }
    name = "Probot" if throttle else "Probot, throttling off"
    return Server(name, port, ["node", "start.mjs"], environment, folder / "probot", "/ping")


def install_probot(folder: Path) -> bool:
    """Install Probot from npm; False where there is no npm or it fails, and then its columns are left out."""
    if shutil.which("npm") is None:
        return False
    shutil.copytree(HERE / "probot", folder / "probot")
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run(command, cwd=folder / "probot", check=False).returncode == 0
