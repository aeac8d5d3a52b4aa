"""One question to one tracking server, over MLflow's own REST utilities. They block, so a question has a thread.

MLflow's client reads its credentials from the environment, which is one for all servers, and waits two minutes, five
times; its utilities take both as arguments.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.tracking import words
from policies.facts import Unavailable
from policies.phrase import Phrase

THREADS = 3
"""Questions to one server at a time: more than 2 to 4 only wait for each other there."""

LARGEST = 32 * 1024 * 1024
"""Bytes of an answer; 1,000 runs are about 5 MB."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a server may take.

    ``answer`` is from the first byte asked to the last byte answered; a page of 1,000 runs takes up to four. A server
    that did not answer is left alone for ``pause``: whoever asks meanwhile is told at once.
    """

    connect: float = 5.0
    answer: float = 20.0
    pause: float = 20.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Connection:
    """A tracking server: the operator's name for it, its URL, and how we show who we are, if at all."""

    name: str
    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


Answer = TypeVar("Answer")

MISREAD = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading an answer raises that is not as documented."""


class CouldNotLook(Exception):
    """The server did not tell. Never to be taken for "there is none"."""

    def __init__(self, unavailable: Unavailable) -> None:
        super().__init__(unavailable.why.plain())
        self.unavailable = unavailable


class TooMuch(CouldNotLook):
    """The answer is larger, or takes longer, than the question wants; for less the server may have an answer."""


class Rejected(CouldNotLook):
    """MLflow itself said that there is no such thing, or that the question is wrong; ``code`` is its word."""

    def __init__(self, unavailable: Unavailable, code: str, said: str) -> None:
        super().__init__(unavailable)
        self.code, self.said = code, said


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: GET with ``query``, or POST with ``body``; ``about`` completes "does not let Headgate see".

    ``largest`` and ``longest`` are the bytes and the seconds from which on the answer is not worth it (TooMuch).
    """

    path: str
    about: Phrase
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    largest: int = LARGEST
    longest: float | None = None


Observer = Callable[[str, str, float], None]
"""Told of every request: the server's name, the path, and the seconds it took."""


class Rest:
    """Asks one server. What it knows to be down is not asked for a while."""

    def __init__(self, connection: Connection, observer: Observer | None = None, patience: Patience = PATIENCE) -> None:
        self.connection, self._observer, self._patience = connection, observer, patience
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"mlflow-{connection.name}")
        self._down: tuple[float, Unavailable] | None = None

    async def ask(self, question: Question, read: Callable[[bytes], Answer]) -> Answer:
        """Return what the server answered with 200, as ``read`` understands it (in a thread). Raises CouldNotLook.

        ``read`` may raise whatever :data:`MISREAD` names where the answer is not MLflow's.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, question, read)

    def close(self) -> None:
        """Let go of the threads; questions that wait are given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _read(self, question: Question, read: Callable[[bytes], Answer]) -> Answer:
        answer = self._asked(question)
        try:
            return read(answer)
        except MISREAD as error:
            raise CouldNotLook(words.not_mlflow(self.connection.name)) from error

    def _asked(self, question: Question) -> bytes:
        if self._down is not None and time.monotonic() < self._down[0]:
            raise CouldNotLook(self._down[1])
        began = time.monotonic()
        try:
            status, answer = self._exchange(question, began + self._seconds(question))
        except _Silent as silent:
            self._down = (time.monotonic() + self._patience.pause, silent.unavailable)
            raise CouldNotLook(silent.unavailable) from silent
        finally:
            if self._observer is not None:
                self._observer(self.connection.name, question.path, time.monotonic() - began)
        self._down = None
        if status != 200:
            raise self._refusal(question, status, answer)
        return answer

    def _exchange(self, question: Question, deadline: float) -> tuple[int, bytes]:
        """Ask once, and once more where the server closed a connection that had been idle."""
        import requests  # noqa: PLC0415  # see _http_request

        name = self.connection.name
        for attempt in (1, 2):
            try:
                response = self._send(question, deadline)
                with response:
                    return response.status_code, _body(response, deadline, question.largest)
            except (requests.exceptions.Timeout, TimeoutError):
                break
            except requests.exceptions.SSLError as error:
                raise _Silent(words.bad_certificate(name)) from error
            except _TooLarge as error:
                raise TooMuch(words.too_large(name, question.largest)) from error
            except (requests.exceptions.RequestException, OSError) as error:
                if time.monotonic() >= deadline:
                    break
                if attempt == 2:
                    raise _Silent(words.unreachable(name)) from error
        late = words.timed_out(name, self._seconds(question))
        raise TooMuch(late) if question.longest else _Silent(late)

    def _seconds(self, question: Question) -> float:
        return min(question.longest or self._patience.answer, self._patience.answer)

    def _send(self, question: Question, deadline: float) -> Any:
        """Return the response, its body still to come; raises what the library ``requests`` raises."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415  # see _http_request

        left = max(deadline - time.monotonic(), 0.1)
        try:
            return _http_request()(
                _credentials(self.connection),
                question.path,
                "GET" if question.body is None else "POST",
                max_retries=0,
                timeout=(min(self._patience.connect, left), left),
                raise_on_status=False,
                allow_redirects=False,  # credentials are for this server
                auth=_as_it_is,
                stream=True,
                params=question.query,
                json=question.body,
            )
        except MlflowException as error:  # its message repeats the address; what it wraps says what went wrong
            reason = error.__cause__ or error.__context__
            raise (reason if isinstance(reason, OSError) else OSError()) from error

    def _refusal(self, question: Question, status: int, answer: bytes) -> CouldNotLook:
        name = self.connection.name
        if status == 401:
            return CouldNotLook(words.wrong_password(name))
        if status == 403:
            return CouldNotLook(words.forbidden(name, question.about))
        if status in {408, 429} or status >= 500:
            return CouldNotLook(words.failed(name, status))
        code, said = _error(answer)
        if code is None:
            return CouldNotLook(words.not_mlflow(name))
        return Rejected(words.refused(name, question.about, said.rstrip(".")), code, said)


class _Silent(Exception):
    """No answer came."""

    def __init__(self, unavailable: Unavailable) -> None:
        super().__init__(unavailable.why.plain())
        self.unavailable = unavailable


def _http_request() -> Any:  # MLflow's own function, which it does not annotate
    """Load MLflow, which takes a second or more, when the first question is asked.

    It is told to leave our log alone, and to report to nobody that we use it: this server is somebody else's.
    https://mlflow.org/docs/latest/community/usage-tracking.html
    """
    os.environ.setdefault("MLFLOW_CONFIGURE_LOGGING", "false")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.utils.rest_utils import http_request  # noqa: PLC0415  # as said

    return http_request


def _credentials(connection: Connection) -> Any:
    from mlflow.utils.rest_utils import MlflowHostCreds  # noqa: PLC0415  # see _http_request

    creds: Any = MlflowHostCreds  # not annotated either
    return creds(connection.url, username=connection.username, password=connection.password, token=connection.token)


def _as_it_is(request: Any) -> Any:
    """Keep ``requests`` from replacing our credentials by those of a .netrc file.

    https://requests.readthedocs.io/en/latest/user/authentication/#netrc-authentication
    """
    return request


class _TooLarge(Exception):
    """The answer has more bytes than we read."""


def _body(response: Any, deadline: float, largest: int) -> bytes:
    """Read the answer to its end, which a server could put off by a byte now and then.

    Raises TimeoutError, OSError and _TooLarge.
    """
    from urllib3.exceptions import HTTPError, ReadTimeoutError  # noqa: PLC0415  # see _http_request

    parts, size = [], 0
    try:
        while part := response.raw.read1(64 * 1024, decode_content=True):
            size += len(part)
            if size > largest:
                raise _TooLarge
            if time.monotonic() > deadline:
                raise TimeoutError
            parts.append(part)
    except ReadTimeoutError as error:
        raise TimeoutError from error
    except HTTPError as error:
        raise OSError(str(error)) from error
    return b"".join(parts)


def _error(answer: bytes) -> tuple[str | None, str]:
    """Read an error as MLflow words it; (None, "") for what is none."""
    try:
        given = json.loads(answer)
        return str(given["error_code"]), str(given.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, ""
