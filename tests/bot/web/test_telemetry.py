"""Logs: one line an event, whatever strangers put into it, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from bot.telemetry import configure
from tests.bot.web.support import pem

FORGED = 'x\n{"event": "forged"}\r\n2030-01-01 [info] forged\x1b[2J\x1b]0;title\x07\u202e\u2028\x9b31m\ud800'
TOKENS = (
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "v1.0123456789abcdef0123456789abcdef01234567",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


def configured(stream: io.StringIO, *secrets: str, level: str = "info") -> Any:
    configure(stream, level=level, secrets=secrets)
    return structlog.get_logger()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_machine_gets_one_object_a_line() -> None:
    stream = io.StringIO()
    configured(stream).info("job.done", number=3, seconds=0.5)
    (line,) = lines(stream)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo == UTC
    assert line == {"event": "job.done", "level": "info", "number": 3, "seconds": 0.5}


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_foreign_text_makes_no_line_of_its_own_and_no_control_character(stream: type[io.StringIO]) -> None:
    out = stream()
    log = configured(out)
    log.info("ref.seen", ref=FORGED, refs=[FORGED], why={FORGED: FORGED})
    logging.getLogger("aiohttp.server").error("from %s", FORGED)
    assert out.getvalue().count("\n") == 2
    plain = out.getvalue().replace("\n", "")
    for colour in (
        "\x1b[0m",
        "\x1b[1m",
        "\x1b[2m",
        "\x1b[22m",
        "\x1b[31m",
        "\x1b[32m",
        "\x1b[34m",
        "\x1b[35m",
        "\x1b[36m",
    ):
        plain = plain.replace(colour, "")
    assert plain.isprintable()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_traceback_cannot_forge_an_event(stream: type[io.StringIO]) -> None:
    out = stream()
    log = configured(out)

    def fail(_token: str) -> None:
        raise RuntimeError(FORGED)

    try:
        fail(TOKENS[0])
    except RuntimeError:
        log.exception("job.failed")
    events = [line for line in out.getvalue().splitlines() if not line.startswith("  | ")]
    assert len(events) == 1
    assert "RuntimeError" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
    assert TOKENS[0] not in out.getvalue()  # a traceback that shows variables would have it


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_secrets_are_masked_wherever_they_come_from(stream: type[io.StringIO]) -> None:
    out = stream()
    secrets = ("plain-secret", 'quo"ted\\sécret', "x")
    log = configured(out, *secrets, pem())
    log.info("a", value="it is plain-secret!", header={"Authorization": f"token {TOKENS[0]}"})
    log.info("b", tokens=" ".join(TOKENS), nested=[secrets[1]], text=secrets[1])
    log.info("c", key=pem(), keys=[pem()], lines=pem().splitlines())
    logging.getLogger("somewhere").error("the key is %s and the secret %r", pem(), secrets[1])
    log.error("d", exc_info=ValueError(f"{secrets[0]} {pem()}"))
    written = out.getvalue()
    hidden = [*secrets[:2], json.dumps(secrets[1])[1:-1], *TOKENS, *pem().splitlines()[1:-1]]
    assert [secret for secret in hidden if secret in written] == []
    assert written.count("[secret]") > 20
    assert "x" in written.replace("[secret]", "")  # too short to be told from ordinary text


def test_levels() -> None:
    stream = io.StringIO()
    log = configured(stream, level="info")
    log.debug("no")
    log.info("yes")
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")  # it asks for its level before it says so
    assert not logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO)
    logging.getLogger("alembic.runtime.migration").info("Context impl SQLiteImpl.")
    logging.getLogger("asyncio").warning("slow")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert [(line["event"], line.get("logger")) for line in lines(stream)][:2] == [
        ("yes", None),
        ("slow", "asyncio"),
    ]
    assert lines(stream)[2]["logger"] == "py.warnings"


def test_a_log_that_cannot_be_written_costs_lines_and_nothing_else() -> None:
    class FullDisk(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    log = configured(FullDisk())
    log.info("lost")
    logging.getLogger("aiohttp").error("lost too")
    closed = io.StringIO()
    log = configured(closed)
    closed.close()
    log.info("lost")
