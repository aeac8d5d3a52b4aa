"""A GitHub that fails: what is asked again, what is never asked twice, and what the failure is called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.github.caller import Exchange
from bot.github.errors import Forbidden, GitHubError, NotFound, Refused, Unreachable
from bot.github.transport import Timeouts
from tests.bot.github.conftest import IMPATIENT, Bot, make
from tests.bot.github.stub import Clock, Handler, Reply, Stub

pytestmark = pytest.mark.asyncio

PULL = "/repos/acme/forecast/pulls/1"
COMMENTS = "/repos/acme/forecast/issues/1/comments"
COMMENT = "/repos/acme/forecast/issues/comments/5"
FINE = Reply(json={"number": 1})
JSON = {"content-type": "application/json; charset=utf-8"}

Fault = Callable[[Stub], Reply | Handler]
FAULTS: dict[str, Fault] = {
    "500": lambda _: Reply(500, {"message": "Server Error"}),
    "502 of a proxy": lambda _: Reply(502, raw=b"<html>Bad Gateway</html>", headers={"content-type": "text/html"}),
    "503": lambda _: Reply(503),
    "520, which no standard knows": lambda _: Reply(520),
    "half an answer": lambda stub: stub.half,
    "half of its JSON": lambda _: Reply(raw=b'{"number": 1, "title": "x', headers=JSON),
    "bytes that are no text": lambda _: Reply(raw=b'{"number": "\xff\xfe"}', headers=JSON),
    "an unknown charset": lambda _: Reply(raw=b"{}", headers={"content-type": "application/json; charset=wat"}),
    "a page of the network's": lambda _: Reply(raw=b"<html>Log in</html>", headers={"content-type": "text/html"}),
    "a reset connection": lambda stub: stub.reset,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_is_repeated(client: Bot, stub: Stub, fault: str) -> None:
    stub.script("GET", PULL, FAULTS[fault](stub), FAULTS[fault](stub), FINE)
    assert await client.api.get(PULL) == {"number": 1}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_is_not_repeated_for_ever(client: Bot, stub: Stub, fault: str) -> None:
    stub.script("GET", PULL, FAULTS[fault](stub))
    with pytest.raises(Unreachable):
        await client.api.get(PULL)
    asked = stub.count("GET", PULL)
    assert asked == 3 + 3 * (fault == "a reset connection"), "aiohttp itself asks again on a reused connection"


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_that_may_have_been_done_is_never_repeated(client: Bot, stub: Stub, fault: str) -> None:
    stub.script("POST", COMMENTS, FAULTS[fault](stub))
    stub.script("PATCH", COMMENT, FAULTS[fault](stub))
    with pytest.raises(Unreachable):
        await client.api.post(COMMENTS, {"body": "x"})
    with pytest.raises(Unreachable):
        await client.api.patch(COMMENT, {"body": "x"})
    assert (stub.count("POST", COMMENTS), stub.count("PATCH", COMMENT)) == (1, 1)


@pytest.mark.parametrize("method", ["get", "post"])
async def test_silence_ends_after_the_time_given_and_is_not_repeated(
    stub: Stub, pem: str, clock: Clock, method: str
) -> None:
    bot = make(stub, pem, clock, timeouts=IMPATIENT)
    stub.script(method.upper(), PULL, stub.silence)
    with pytest.raises(Unreachable, match="no answer in time"):
        await getattr(bot.api, method)(PULL)
    assert stub.count(method.upper(), PULL) == 1
    assert bot.observed[-1].status is None
    await bot.github.close()


async def test_a_write_is_repeated_where_no_connection_came_about(stub: Stub, pem: str, clock: Clock) -> None:
    failed = asyncio.Event()

    def watch(exchange: Exchange) -> None:
        if exchange.status is None:
            failed.set()

    bot = make(stub, pem, clock, observer=watch, timeouts=Timeouts(pauses=(0.2,) * 20))
    stub.script("POST", COMMENTS, Reply(201, {"id": 1}))
    stub.script("GET", PULL, FINE)
    await bot.api.get(PULL)
    await stub.stop()
    writing = asyncio.create_task(bot.api.post(COMMENTS, {"body": "x"}))
    await failed.wait()
    await stub.start()
    assert await writing == {"id": 1}
    assert stub.count("POST", COMMENTS) == 1
    await bot.github.close()


async def test_nobody_there_is_told_with_the_reason(stub: Stub, pem: str, clock: Clock) -> None:
    bot = make(stub, pem, clock)
    await stub.stop()
    with pytest.raises(Unreachable, match="could not connect: ") as caught:
        await bot.api.get(PULL)
    assert caught.value.status is None
    assert len(bot.observed) == 3
    await bot.github.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (403, Forbidden),
        (404, NotFound),
        (405, Refused),
        (409, Refused),
        (410, NotFound),
        (422, Refused),
        (451, Refused),
    ],
)
async def test_an_error_is_called_by_what_to_do_about_it(
    client: Bot, stub: Stub, status: int, error: type[GitHubError]
) -> None:
    stub.script("GET", PULL, Reply(status, {"message": "It is\nso"}))
    with pytest.raises(GitHubError) as caught:
        await client.api.get(PULL)
    assert type(caught.value) is error
    assert (caught.value.method, caught.value.path, caught.value.status) == ("GET", PULL, status)
    assert str(caught.value) == f"GET {PULL}: {status} It is so"
    assert stub.count("GET", PULL) == 1


ERROR = {"resource": "CheckRun", "field": "head_sha", "code": "invalid"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"message": "Validation Failed", "errors": [ERROR]}, "Validation Failed; CheckRun.head_sha: invalid"),
        (
            {"message": "Validation Failed", "errors": [{**ERROR, "code": "custom", "message": "No commit found"}]},
            "Validation Failed; CheckRun.head_sha: No commit found",
        ),
        (
            {"message": "Validation Failed", "errors": ["Only open", "and mine"]},
            "Validation Failed; Only open; and mine",
        ),
        ({"message": "Validation Failed", "errors": "as a string"}, "Validation Failed; as a string"),
        ({"message": "No", "errors": {"message": "as an object"}}, "No; as an object"),
        ({"message": "No", "errors": None}, "No"),
        ({"message": None}, "Unprocessable"),
        ({}, "Unprocessable"),
        ([], "Unprocessable"),
        ("text", "Unprocessable"),
        ({"message": "red \x1b[31m\u202eevil\x00"}, "red [31mevil"),
        ({"message": "x" * 9_000}, "x" * 500),
    ],
)
async def test_what_github_said_is_kept_with_its_details_on_one_short_line(
    client: Bot, stub: Stub, answer: Any, said: str
) -> None:
    stub.script("POST", COMMENTS, Reply(422, answer))
    with pytest.raises(Refused) as caught:
        await client.api.post(COMMENTS, {"body": "x"})
    assert caught.value.said.removesuffix(" Entity").removesuffix(" Content") == said


async def test_a_status_without_a_name_is_told_too(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(499, raw=b"<html>"))
    with pytest.raises(Refused, match="499 an answer without a message"):
        await client.api.get(PULL)
