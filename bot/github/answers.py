"""What an answer of GitHub means: JSON and the next page, or one of our errors with what GitHub said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from gidgethub import HTTPException, sansio

from bot.github.errors import Forbidden, GitHubError, NotFound, Refused, Unauthorized, Unreachable
from bot.github.transport import Answer, Failure, NoAnswer

MOST_SAID = 500
"""Characters of GitHub's message that are kept: it may repeat what a user wrote."""


class NotSent(Unreachable):
    """No connection came about, so nothing was done; any request may be repeated."""


class Silent(Unreachable):
    """No answer in time. Not repeated here: it would hold a worker for another half minute."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its JSON (None without a body), and the URL of the next page of the list."""

    data: Any
    next: str | None


def read(method: str, path: str, answer: Answer | NoAnswer) -> Page:
    """Return what GitHub answered; raises GitHubError. Limits are told apart before: this takes them for Forbidden."""
    if isinstance(answer, NoAnswer):
        raise _KINDS[answer.failure](method, path, None, answer.why)
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _error(answer.status)(method, path, answer.status, said(answer))
    page = _page(answer)
    if page is None or isinstance(page.data, str):
        raise Unreachable(method, path, answer.status, "the answer is not JSON, or not all of it")
    return page


def _page(answer: Answer) -> Page | None:
    try:
        data, _, following = sansio.decipher_response(answer.status, answer.headers, answer.body)
    except (HTTPException, ValueError, LookupError):  # bad JSON and bad numbers are ValueErrors, a bad charset the last
        return None
    return Page(data, following)


_KINDS: dict[Failure, type[Unreachable]] = {
    Failure.NOT_SENT: NotSent,
    Failure.BROKEN: Unreachable,
    Failure.SILENT: Silent,
}


def _error(status: int) -> type[GitHubError]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable
    return {401: Unauthorized, 403: Forbidden, 404: NotFound, 410: NotFound}.get(status, Refused)


def said(answer: Answer) -> str:
    """Return GitHub's own message with its details, on one line; the name of the status where there is none.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    parts = _parts(told) if isinstance(told, dict) else iter(())
    text = "; ".join(part for part in parts if part) or _phrase(answer.status)
    return "".join(character for character in " ".join(text.split()) if character.isprintable())[:MOST_SAID]


def _parts(told: dict[str, Any]) -> Iterator[str]:
    yield str(told.get("message") or "")
    errors = told.get("errors")
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, dict):
            place = ".".join(str(error[key]) for key in ("resource", "field") if error.get(key))
            yield ": ".join(str(part) for part in (place, error.get("message") or error.get("code")) if part)
        else:
            yield str(error or "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # 520 and its like are a proxy's own
        return "an answer without a message"
