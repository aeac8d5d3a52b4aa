"""What the server says of itself: short event names with keys, one line each, that foreign text cannot forge.

JSON for machines, colours for a person at a terminal. Everything foreign (branch names, GitHub's messages, headers) is
a value whose control and invisible characters are written as escapes. Secrets are masked in the finished line, also
where a library or a traceback brought them.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from policies.phrase import visible

LONGEST_VALUE = 2_000
"""Characters of one value that a terminal shows."""

SHORTEST_SECRET = 4
"""Shorter ones cannot be told from ordinary text."""

MASK = "[secret]"

_TOKENS = re.compile(
    r"\bgh[a-z]_\w{16,}|\bgithub_pat_\w{16,}|\bv1\.[0-9a-f]{40}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}", re.ASCII
)
"""Tokens of GitHub (the third form on older GitHub Enterprise Servers) and JSON Web Tokens: they come and go.

https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
"""

log = structlog.get_logger()


def configure(stream: TextIO, *, level: str, secrets: Iterable[str]) -> None:
    """Send all logs to ``stream``: our own events from ``level`` up, those of libraries from ``warning`` up."""
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # a plain traceback: the values of variables are nobody's business
    ]
    rendered: list[Processor] = [*_renderers(stream), _Mask(secrets)]
    structlog.configure(
        processors=[*common, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(stream),
        cache_logger_on_first_use=False,
    )
    _route_libraries(stream, common, rendered, number)


def _renderers(stream: TextIO) -> list[Processor]:
    if not stream.isatty():
        return [structlog.processors.JSONRenderer()]
    return [_inert, structlog.dev.ConsoleRenderer(colors=True, exception_formatter=structlog.dev.plain_traceback)]


def _route_libraries(stream: TextIO, common: list[Processor], rendered: list[Processor], level: int) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))  # from "info" down SQLAlchemy would print every statement
    logging.captureWarnings(capture=True)


class _Lines:
    """Writes finished lines. A full disk or a closed pipe costs lines and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


class _Mask:
    """Replaces known secrets, and what looks like a token, in a finished line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        lines = {line.strip() for secret in secrets for line in secret.splitlines()}  # a key is told by its lines
        told = {line for line in lines if len(line) >= SHORTEST_SECRET and not line.startswith("-----")}
        forms = {form for secret in told for form in (secret, *_written(secret))}
        self._known = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: Any, _method: str, line: Any) -> str:
        text = str(line)
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, MASK)
        return _TOKENS.sub(MASK, text)


def _written(secret: str) -> tuple[str, ...]:
    """Return the other ways in which a secret gets into a line: as JSON, on a terminal, and quoted in either."""
    quoted = repr(secret)[1:-1]
    return (json.dumps(secret)[1:-1], visible(secret, len(secret)), quoted, json.dumps(quoted)[1:-1])


def _inert(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Make values harmless for a terminal; a traceback keeps its lines, none of which can pass for an event."""
    exception = event.pop("exception", None)
    for key, value in event.items():
        if not isinstance(value, int | float):
            event[key] = visible(value if isinstance(value, str) else repr(value), LONGEST_VALUE)
    if exception is not None:
        event["exception"] = "\n".join(f"  | {visible(line, LONGEST_VALUE)}" for line in str(exception).split("\n"))
    return event
