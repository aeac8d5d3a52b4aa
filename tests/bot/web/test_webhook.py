"""``POST /webhook``: what is believed, what is stored, and what everybody is told."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.jobs.target import PullRequestTarget, from_json
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.readiness import Readiness
from bot.web.server import application
from bot.web.webhook import Limits, Webhook
from tests.bot.web.conftest import Served
from tests.bot.web.support import APP_ID, OLD_SECRET, SECRET, Answer, headers, opened, pem, signed

pytestmark = pytest.mark.asyncio

BODY = json.dumps(opened()).encode()
LARGEST = 25 * 1024 * 1024


def padded(size: int) -> bytes:
    """Return a delivery of exactly so many bytes."""
    empty = len(json.dumps(opened(filler="")))
    return json.dumps(opened(filler="x" * (size - empty))).encode()


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Send a body without saying before how long it is."""
    for start in range(0, len(body), 1 << 20):
        yield body[start : start + (1 << 20)]


async def raw(served: Served, *pieces: bytes) -> Answer:
    """Say something to the server's port, as no HTTP library would, and return its answer to that."""
    where = urlsplit(served.sender.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(20):
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    told = dict(line.split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(told["Content-Length"]))
    writer.close()
    await writer.wait_closed()
    return Answer(int(status.split()[1]), told, body.decode())


def head(body: bytes, length: int | None = None, *more: str) -> bytes:
    """Return the head of a signed HTTP request, as bytes for :func:`raw`."""
    given = {**headers(body), "Host": "x", "Content-Length": str(len(body) if length is None else length)}
    lines = ["POST /webhook HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# --- accepted ---


async def test_a_delivery_is_committed_before_the_answer(served: Served) -> None:
    answer = await served.sender.deliver(opened())
    assert (answer.status, answer.json) == (202, {"result": "accepted"})
    assert served.rows("SELECT guid FROM deliveries") == [("guid-1",)]
    ((stored,),) = served.rows("SELECT target FROM jobs")
    target = from_json(json.loads(stored))
    assert isinstance(target, PullRequestTarget)
    assert (target.number, target.repository.full_name, target.repository.installation) == (7, "acme/forecast", 5)


async def test_the_same_delivery_again_changes_nothing(served: Served) -> None:
    await served.sender.deliver(opened())
    before = served.rows("SELECT * FROM jobs")
    again = await served.sender.deliver(opened())
    assert (again.status, again.json) == (202, {"result": "seen"})
    assert served.rows("SELECT * FROM jobs") == before
    other = await served.sender.deliver(opened(), guid="guid-2")
    assert other.json == {"result": "accepted"}
    assert served.stored == ["guid-2"]  # the newest hint of one waiting job


@pytest.mark.parametrize("event", ["ping", "star", "pull_request", "x" * 60])
async def test_what_does_not_matter_is_counted_and_not_stored(served: Served, event: str) -> None:
    answer = await served.sender.deliver({"action": "labeled", "zen": "Keep it logically awesome."}, event)
    assert (answer.status, answer.json) == (202, {"result": "ignored"})
    assert served.rows("SELECT * FROM deliveries") == []
    counted = await served.counted("headgate_deliveries_total")
    label = "pull_request" if event == "pull_request" else "other"
    assert counted == [f'headgate_deliveries_total{{event="{label}",result="ignored"}} 1.0']


async def test_many_at_once(served: Served) -> None:
    answers = await asyncio.gather(
        *(served.sender.deliver(opened(number), guid=f"guid-{number}") for number in range(1, 200 + 1))
    )
    assert {answer.status for answer in answers} == {202}
    assert len(served.stored) == 200


# --- the signature ---

WRONG = {
    "missing": None,
    "empty": "",
    "of another secret": signed(BODY, "another secret"),
    "of no secret": signed(BODY, ""),
    "of another body": signed(BODY + b" "),
    "SHA-1": signed(BODY, hash_name="sha1"),
    "SHA-512": signed(BODY, hash_name="sha512"),
    "SHA-1 that calls itself SHA-256": f"sha256={hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()}",
    "truncated": signed(BODY)[:-1],
    "one character": "sha256=a",
    "too long": signed(BODY) + "0",
    "no name": signed(BODY).removeprefix("sha256="),
    "upper case": signed(BODY).upper(),
    "not hexadecimal": "sha256=" + "g" * 64,
    "unicode": "sha256=" + "é" * 64,
    "unicode digits": "sha256=" + "٣" * 64,
    "two in one": f"{signed(BODY)}, {signed(BODY)}",
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_signature_is_401_and_stores_nothing(served: Served, name: str) -> None:
    given = headers(BODY)
    del given["X-Hub-Signature-256"]
    if (signature := WRONG[name]) is not None:
        given["X-Hub-Signature-256"] = signature
    answer = await served.sender.post(BODY, given)
    assert answer.status == 401
    assert "X-Hub-Signature-256" in answer.json["error"]
    assert served.rows("SELECT * FROM deliveries") == served.rows("SELECT * FROM jobs") == []


async def test_the_older_header_counts_for_nothing(served: Served) -> None:
    given = headers(BODY) | {"X-Hub-Signature": signed(BODY, hash_name="sha1")}
    del given["X-Hub-Signature-256"]
    assert (await served.sender.post(BODY, given)).status == 401
    assert (await served.sender.post(BODY, headers(BODY) | {"X-Hub-Signature": "sha1=wrong"})).status == 202


async def test_bytes_that_are_no_text_in_the_signature(served: Served) -> None:
    request = head(BODY).replace(signed(BODY).encode(), b"sha256=\xff\xfe\x80" + b"0" * 61) + BODY
    answer = await raw(served, request)
    assert answer.status == 401


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_each_secret_is_good_during_rotation(served: Served, secret: str) -> None:
    answer = await served.sender.post(BODY, headers(BODY) | {"X-Hub-Signature-256": signed(BODY, secret)})
    assert answer.status == 202


async def test_the_signature_is_over_the_bytes_that_were_sent(served: Served) -> None:
    body = b' \n{"zen":"\\u00e9 \xc3\xa9",  "action" :"x"}\r\n'
    assert (await served.sender.post(body, headers(body))).status == 202
    assert (await served.sender.post(json.dumps(json.loads(body)).encode(), headers(body))).status == 401


async def test_a_compressed_body_is_not_unpacked(served: Served) -> None:
    body = gzip.compress(b" " * 50_000_000)
    answer = await served.sender.post(body, headers(body) | {"Content-Encoding": "gzip"})
    assert (answer.status, answer.json["error"]) == (400, "The body is not JSON.")


async def test_nothing_is_read_of_what_is_not_signed(served: Served) -> None:
    """The answer does not tell whether the rest would have been right."""
    answers = [
        await served.sender.post(body, headers(body) | {"X-Hub-Signature-256": signed(b"other")} | more)
        for body, more in [(BODY, {}), (b"no JSON", {}), (BODY, {"X-GitHub-Event": ""}), (b"payload=", {})]
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(401, answers[0].text)}


@pytest.mark.parametrize("secrets", [[], [b""], [SECRET.encode(), b""]])
async def test_there_is_no_webhook_without_a_secret(served: Served, secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        Webhook(served.queue, APP_ID, secrets, Metrics(), Readiness(served.queue))


# --- size and time ---


async def test_the_largest_body_is_accepted_and_one_byte_more_is_not(served: Served) -> None:
    largest, larger = padded(LARGEST), padded(LARGEST + 1)
    assert (len(largest), len(larger)) == (LARGEST, LARGEST + 1)
    assert (await served.sender.post(largest, headers(largest))).status == 202
    for how in (io.BytesIO(larger), in_pieces(larger)):
        answer = await served.sender.ask("POST", "/webhook", data=how, headers=headers(larger, guid="guid-2"))
        assert (answer.status, answer.json["error"]) == (413, f"The body has more than {LARGEST} bytes.")
    assert served.stored == ["guid-1"]


async def test_a_body_that_says_it_is_too_large_is_refused_unread(served: Served) -> None:
    answer = await raw(served, head(BODY, LARGEST + 1))
    assert answer.status == 413


async def test_who_does_not_sign_is_refused_unread(served: Served) -> None:
    unsigned = head(BODY, LARGEST).replace(b"X-Hub-Signature-256", b"X-Something-Else")
    answer = await raw(served, unsigned)
    assert answer.status == 401


@pytest.mark.parametrize("limits", [Limits(body_seconds=0.2)])
async def test_a_slow_sender_is_told_so(served: Served) -> None:
    answer = await raw(served, head(BODY), BODY[:10])
    assert answer.status == 408
    assert answer.json == {"error": "The body took more than 0.2 seconds."}
    assert served.stored == []
    assert (await served.sender.deliver(opened())).status == 202


async def test_a_sender_who_leaves_in_the_middle_is_no_fault_of_ours(served: Served) -> None:
    where = urlsplit(served.sender.url)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(head(BODY) + BODY[:10])
    await writer.drain()
    writer.transport.abort()
    async with asyncio.timeout(10):
        while not served.events:
            await served.sender.get("/livez")  # the server gets its turn to notice
    assert (await served.sender.deliver(opened())).status == 202
    assert [event["event"] for event in served.events if event["level"] == "error"] == []


async def test_a_body_in_broken_pieces_is_400(served: Served) -> None:
    request = head(BODY).replace(b"Content-Length: " + str(len(BODY)).encode(), b"Transfer-Encoding: chunked")
    answer = await raw(served, request, b"5\r\n{}{}{", b"\r\nzz\r\n")
    assert answer.status == 400
    assert served.stored == []


# --- malformed ---

JSON_WITHOUT = {
    "installation": (opened(installation=None), "belongs to a repository or an organisation"),
    "repository": (opened(repository=None), "repository.full_name is missing"),
    "a number": (opened(pull_request={"number": "7"}), "pull_request.number is not of type int"),
    "a name": (opened(repository={"id": 9, "full_name": "../../etc"}), "repository.full_name"),
}


@pytest.mark.parametrize("name", JSON_WITHOUT)
async def test_a_payload_of_another_form_is_400_and_says_what_is_wrong(served: Served, name: str) -> None:
    payload, said = JSON_WITHOUT[name]
    answer = await served.sender.deliver(payload)
    assert answer.status == 400
    assert said in answer.json["error"]
    assert served.rows("SELECT * FROM deliveries") == []


NOT_JSON = {
    "empty": b"",
    "text": b"Hello",
    "half": BODY[:-1],
    "not UTF-8": b'{"action": "\xff"}',
    "half a character": b'\xff\xfe{\x00"\x00',
    "too deep": b"[" * 200_000,
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5_000 + b"}",
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in NOT_JSON.items()])
async def test_what_is_not_json_is_400(served: Served, body: bytes) -> None:
    answer = await served.sender.post(body, headers(body))
    assert (answer.status, answer.json["error"]) == (400, "The body is not JSON.")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"NaN"])
async def test_what_is_no_object_is_400(served: Served, body: bytes) -> None:
    answer = await served.sender.post(body, headers(body))
    assert (answer.status, answer.json["error"]) == (400, "The body is not a JSON object.")


@pytest.mark.parametrize("name", ["X-GitHub-Event", "X-GitHub-Delivery"])
@pytest.mark.parametrize("value", [None, "", "a b", "x" * 101, "é", "<script>"])
async def test_a_header_that_is_missing_or_no_name_is_400(served: Served, name: str, value: str | None) -> None:
    given = headers(BODY)
    del given[name]
    if value is not None:
        given[name] = value
    answer = await served.sender.post(BODY, given)
    assert answer.status == 400
    assert name in answer.json["error"]
    assert served.rows("SELECT * FROM deliveries") == []


async def test_a_form_is_told_which_setting_to_choose(served: Served) -> None:
    body = urlencode({"payload": BODY}).encode()
    answer = await served.sender.post(body, headers(body) | {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 415
    assert "Choose application/json as the content type of the webhook" in answer.json["error"]


# --- the database does not take it ---


async def test_what_cannot_be_stored_is_503_and_comes_again(served: Served) -> None:
    with closing(sqlite3.connect(served.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await served.sender.deliver(opened())
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert (await served.sender.get("/readyz")).json == {"status": "the database cannot store"}
    assert (await served.sender.deliver(opened())).json == {"result": "accepted"}
    assert (await served.sender.get("/readyz")).status == 200
    assert sorted(await served.counted("headgate_deliveries_total")) == [
        'headgate_deliveries_total{event="pull_request",result="accepted"} 1.0',
        'headgate_deliveries_total{event="pull_request",result="not_stored"} 1.0',
    ]


@pytest.mark.parametrize("limits", [Limits(store_seconds=0.1)])
async def test_a_database_that_takes_too_long_is_503_too(served: Served) -> None:
    with closing(sqlite3.connect(served.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await served.sender.deliver(opened())).status == 503
    assert [event["error"] for event in served.events if event["level"] == "error"] == ["the database took too long"]
    assert (await served.sender.deliver(opened())).status == 202  # whether it was stored after all or not


async def test_a_fault_of_ours_is_500_and_tells_nothing(served: Served) -> None:
    async def fail(_: web.Request) -> web.Response:
        raise RuntimeError(SECRET)

    metrics = Metrics()
    webhook = Webhook(served.queue, APP_ID, [SECRET.encode()], metrics, served.readiness)
    app = application(webhook, Health(served.queue, metrics, served.readiness))
    app.router.add_get("/fault", fail)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/fault")
        assert (answer.status, await answer.json()) == (500, {"error": "Internal Server Error"})
    (fault,) = [event for event in served.events if event["event"] == "request.failed"]
    assert "RuntimeError" in fault["exception"]
    assert SECRET not in fault["exception"]


# --- the log ---


async def test_the_log_has_the_delivery_and_no_secret(served: Served) -> None:
    await served.sender.deliver(opened())
    await served.sender.deliver(opened(secret=SECRET, action=f"{SECRET} ghs_{'a' * 36}"))
    await served.sender.deliver(opened(repository=None), guid="guid-3")
    await served.sender.post(BODY, headers(BODY) | {"X-Hub-Signature-256": signed(BODY, "wrong-but-secret")})
    await served.sender.post(BODY, headers(BODY) | {"X-GitHub-Delivery": pem().splitlines()[4]})
    answered = [event for event in served.events if event["event"].startswith("delivery.")]
    assert [(event["event"], event.get("delivery"), event.get("github_event")) for event in answered] == [
        ("delivery.answered", "guid-1", "pull_request"),
        ("delivery.answered", "guid-1", "pull_request"),
        ("delivery.refused", "guid-3", "pull_request"),
        ("delivery.refused", None, None),
        ("delivery.refused", None, None),
    ]
    hidden = [SECRET, OLD_SECRET, "ghs_aaaa", signed(BODY), "wrong-but-secret", *pem().splitlines()[1:-1]]
    assert [secret for secret in hidden if secret in served.log.getvalue()] == []


async def test_strangers_write_no_lines_of_the_log(served: Served) -> None:
    forged = 'x\n{"event": "server.stopped", "level": "info"}\r\x1b[2J\u202e'
    await served.sender.deliver(opened(action=forged))
    await served.sender.ask("GET", "/no%0a%7B%22event%22%3A%22server.stopped%22%7D%1b[2J")
    await raw(served, head(BODY).replace(b"pull_request", b"p\x1b[2J\xff\xc3\xa9") + BODY)
    assert served.log.getvalue().replace("\n", "").isprintable()
    assert "server.stopped" not in [event["event"] for event in served.events]
    assert served.events[0]["action"] == forged
