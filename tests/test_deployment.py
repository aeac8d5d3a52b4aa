"""The image's steps run, without Docker; what they make starts, is healthy and stops; and the compose file fits it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from bot.app import DRAIN_SECONDS
from bot.settings import _Server
from bot.supervise import LAST_SECONDS
from bot.web.server import CLOSE_SECONDS
from tests.bot.web.support import pem
from tests.dockerfile import ROOT, Machine, read

BIN = Path(sys.executable).parent
BUILD, FINAL = read(ROOT / "Dockerfile")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
USER = 65532
SECONDS = 60


@dataclass(frozen=True)
class Image:
    """What the image would hold, in a folder."""

    machine: Machine
    user: int | None
    """Whose processes these are; None: ours."""

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process of the image sees, except that it listens on this machine alone."""
        given = {name: self.machine.here(text) for name, text in FINAL.environment.items()}
        path = given["PATH"].replace("$PATH", "/usr/bin:/bin")
        return {**given, "PATH": path, "HOME": "/", "HEADGATE_HOST": "127.0.0.1"}

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start ``docker run IMAGE ARGUMENTS``."""
        return subprocess.Popen(
            [self.program(FINAL.exec("ENTRYPOINT")[0]), *(arguments or FINAL.exec("CMD"))],
            cwd="/",
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )

    def program(self, name: str) -> str:
        return str(shutil.which(name, path=self.environment["PATH"]))

    def is_healthy(self, **settings: str) -> bool:
        """Run the HEALTHCHECK."""
        kind, *command = re.sub(r"^.*?(?=CMD)", "", FINAL.one("HEALTHCHECK")).split(maxsplit=1)
        assert (kind, len(command)) == ("CMD", 1)
        program, *arguments = FINAL.exec("HEALTHCHECK")
        done = subprocess.run(
            [self.program(program), *arguments], env=self.environment | settings, capture_output=True, check=False
        )
        return done.returncode == 0

    def contents(self) -> dict[Path, int]:
        """Return every file outside the data folder, and when it was written."""
        files = (path for path in self.machine.path("/opt").rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    folder = Path(tempfile.mkdtemp(prefix="headgate-image-"))  # not pytest's own, which other users may not enter
    try:
        folder.chmod(0o755)
        machine = Machine(folder)
        machine.build(BUILD)
        user = USER if may_run_python(USER) else None
        os.chown(machine.path("/data"), user or os.geteuid(), user or os.getegid())
        yield Image(machine, user)
    finally:
        shutil.rmtree(folder)


def may_run_python(user: int) -> bool:
    """Say whether we may start processes of another user, and whether this Python lies where that one may enter."""
    command = [os.path.realpath(sys.executable), "-c", ""]
    try:
        return subprocess.run(command, user=user, group=user, extra_groups=[], check=False).returncode == 0
    except PermissionError:
        return False


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


# --- the Dockerfile ---


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_both_stages_have_the_same_python() -> None:
    assert BUILD.base == FINAL.base, "or the virtual environment finds no interpreter"
    assert re.fullmatch(r"python:\d+\.\d+-slim-\w+", FINAL.base)


def test_the_final_image_is_only_copied_together() -> None:
    assert FINAL.all("RUN") == []
    assert all(rest.startswith("--from=build ") for rest in FINAL.all("COPY"))
    assert FINAL.one("USER") == f"{USER}:{USER}"
    assert FINAL.one("STOPSIGNAL") == "SIGTERM"
    assert "/readyz" in FINAL.one("HEALTHCHECK")


def test_everything_is_installed_by_hash() -> None:
    steps = [step.strip() for rest in BUILD.all("RUN") for step in rest.split("&&")]
    installing = [step for step in steps if re.search(r"\b(install|build)\b", step)]
    assert installing
    assert [step for step in installing if "--require-hashes" not in step] == [
        "uv pip install --python /opt/headgate --no-deps dist/*.whl"
    ], "our own wheel, which was made a moment before, is the only exception"


def test_only_what_is_copied_gets_into_the_build() -> None:
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    copied = [source.rstrip("/") for rest in BUILD.all("COPY") for source in rest.split()[:-1]]
    assert sorted(allowed) == sorted(copied)
    assert "\n*\n" in (ROOT / ".dockerignore").read_text("utf-8"), "everything else stays out"


def test_every_setting_of_the_image_is_one_that_the_server_knows() -> None:
    given = {name for name in FINAL.environment if name.startswith("HEADGATE_")}
    assert given <= {field.validation_alias for field in _Server.model_fields.values()}


# --- what its steps make ---


def test_the_image_has_our_version_and_no_tools_to_build(image: Image) -> None:
    assert ended(image.start("--version")) == (0, f"headgate, version {version('headgate')}\n", "")
    programs = {path.name for path in image.machine.path("/opt/headgate/bin").iterdir()}
    assert not programs & {"pip", "uv", "pytest", "ruff", "hatchling"}


def test_without_settings_it_says_all_that_is_missing(image: Image) -> None:
    code, out, err = ended(image.start())
    assert (code, out) == (2, "")
    assert [name for name in ("APP_ID", "PRIVATE_KEY_FILE", "WEBHOOK_SECRET") if f"HEADGATE_{name} " not in err] == []


@contextmanager
def server(image: Image, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run the server from when it listens."""
    process = image.start(**settings)
    try:
        assert process.stderr is not None
        said = next((line for line in process.stderr if "server.listening" in line), None)
        assert said, process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_is_healthy_writes_only_its_data_and_stops_when_told(image: Image) -> None:
    settings = {
        "HEADGATE_APP_ID": "1",
        "HEADGATE_PRIVATE_KEY": pem(),
        "HEADGATE_WEBHOOK_SECRET": "secret",
        "HEADGATE_PORT": str(free_port()),
        "HEADGATE_GITHUB_API_URL": "http://127.0.0.1:1",  # nobody is there
    }
    before = image.contents()
    assert not image.is_healthy(**settings), "nothing runs yet"
    with server(image, settings) as process:
        assert image.is_healthy(**settings)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert not image.is_healthy(**settings)
    assert image.contents() == before, "a read-only root file system would have been in the way"
    assert (image.machine.path("/data") / "headgate.db").exists()


# --- compose ---


def test_the_compose_file_is_one() -> None:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout


def test_the_compose_file_gives_the_server_settings_that_it_knows() -> None:
    given = COMPOSE["services"]["server"]["environment"]
    aliases = {str(field.validation_alias): field for field in _Server.model_fields.values()}
    assert set(given) <= set(aliases)
    required = {alias for alias, field in aliases.items() if field.is_required()}
    assert required <= set(given)
    assert "HEADGATE_PRIVATE_KEY_FILE" in given


def test_the_compose_file_says_what_has_to_be_in_the_env_file() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    comment, _, _ = text.partition("\nname:")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(re.findall(r"(\w+)=…", comment))


def test_the_services_restart_wait_and_end_in_peace() -> None:
    server, database = COMPOSE["services"]["server"], COMPOSE["services"]["database"]
    assert {service["restart"] for service in (server, database)} == {"unless-stopped"}
    assert server["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"]
    assert server["read_only"] is True
    assert int(server["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS + CLOSE_SECONDS + LAST_SECONDS
