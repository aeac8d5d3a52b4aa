"""Servers that are down, slow or something else: real sockets on this machine that behave badly."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.tracking.client import FEW_RUNS, MOST_RUNS, Tracking
from bot.tracking.found import Experiment
from bot.tracking.rest import Connection, CouldNotLook, Patience
from bot.tracking.words import NotNow
from policies.facts import Unavailable
from tests.bot.tracking.lab import Counted

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HASTE = Patience(connect=1.0, answer=1.0, pause=60.0)
EXPERIMENT = [Experiment("1", "sales")]


def response(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def request_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return head + await reader.readexactly(int(length.partition(b":")[2]))


def saying(answer: bytes) -> Answer:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(answer)
        await writer.drain()

    return serve


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on a free port; every connection is closed in the end."""
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls) as server:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in writers:
            writer.close()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def answered(
    stack: AsyncExitStack, answer: Answer, patience: Patience = HASTE, counted: Counted | None = None
) -> Tracking:
    """Return our client for a server that answers like this."""
    url = await stack.enter_async_context(serving(answer))
    client = Tracking(Connection("main", url, "ada", "a-password"), counted, patience)
    stack.callback(client.close)
    return client


async def why(asked: Awaitable[object]) -> Unavailable:
    with pytest.raises(CouldNotLook) as raised:
        await asked
    return raised.value.unavailable


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()  # returns when the client has gone


async def test_a_server_that_says_nothing(stack: AsyncExitStack) -> None:
    client = await answered(stack, hang)
    said = await why(client.experiment("sales"))
    assert said.why.plain() == "The tracking server `main` did not answer within 1 seconds."
    assert isinstance(said, NotNow)


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_server_that_answers_a_byte_at_a_time(stack: AsyncExitStack, *, chunked: bool) -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        form = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 100000"
        writer.write(b"HTTP/1.1 200 OK\r\n" + form + b"\r\n\r\n")
        while True:
            writer.write(b"1\r\n \r\n" if chunked else b" ")
            await writer.drain()
            await asyncio.sleep(0.1)

    client, began = await answered(stack, dribble), time.monotonic()
    said = await why(client.experiment("sales"))
    assert "did not answer within" in said.why.plain()
    assert time.monotonic() - began < 10


async def test_a_server_that_is_down_is_asked_once_and_then_left_alone(stack: AsyncExitStack) -> None:
    counted = Counted()
    client = await answered(stack, hang, counted=counted)
    await why(client.experiment("sales"))
    began = time.monotonic()
    said = [await why(client.newest(EXPERIMENT)) for _ in range(20)]
    assert time.monotonic() - began < 0.9, "each of them would have taken a second"
    assert len(counted.paths) == 1
    assert {each.why.plain() for each in said} == {"The tracking server `main` did not answer within 1 seconds."}


async def test_a_server_is_asked_again_after_a_pause(stack: AsyncExitStack) -> None:
    silent = True

    async def sometimes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (hang if silent else saying(response("200 OK", b"{}")))(reader, writer)

    client = await answered(stack, sometimes, Patience(1.0, 1.0, pause=0.0))
    await why(client.newest(EXPERIMENT))
    silent = False
    assert (await client.newest(EXPERIMENT)).runs == ()


async def test_a_port_on_which_nobody_listens(stack: AsyncExitStack) -> None:
    async with serving(hang) as url:
        pass
    client = Tracking(Connection("main", url), patience=HASTE)
    stack.callback(client.close)
    said = await why(client.experiment("sales"))
    assert said.why.plain() == "The tracking server `main` cannot be reached."
    assert isinstance(said, NotNow)


async def test_a_connection_that_the_server_closed_while_it_was_idle(stack: AsyncExitStack) -> None:
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await saying(response("200 OK", b"{}"))(reader, writer)  # and closes, without a word of it

    client = await answered(stack, once)
    for _ in range(4):
        assert (await client.newest(EXPERIMENT)).runs == ()
    assert connections == 4


async def test_a_connection_that_breaks_in_the_middle(stack: AsyncExitStack) -> None:
    tried = 0

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tried
        tried += 1
        await request_of(reader)
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"runs": [')
        await writer.drain()

    client = await answered(stack, half)
    assert isinstance(await why(client.newest(EXPERIMENT)), NotNow)
    assert tried == 2, "once more, in case the connection was an old one"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Log in</html>",
        b"",
        b"[]",
        b"null",
        b'{"status": "ok"}',
        b'{"runs": 3}',
        b'{"runs": [{}]}',
        b'{"runs": [{"info": {"run_id": "x", "experiment_id": "1"}, "data": {"metrics": [{"value": "?"}]}}]}',
        b'{"runs": ' + b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_an_answer_that_is_not_mlflows(stack: AsyncExitStack, body: bytes) -> None:
    """Above all none that could be taken for "no runs"."""
    client = await answered(stack, saying(response("200 OK", body)))
    said = await why(client.newest(EXPERIMENT))
    assert said.why.plain() == "What answered in place of the tracking server `main` is not MLflow as we know it."
    assert said.remedy is not None
    assert "correct its URL" in said.remedy.text.plain()


@pytest.mark.parametrize("body", [b"{}", b'{"experiment": {"experiment_id": "7", "name": "another"}}'])
async def test_an_experiment_that_is_not_the_one_that_was_asked_for(stack: AsyncExitStack, body: bytes) -> None:
    client = await answered(stack, saying(response("200 OK", body)))
    assert "not MLflow" in (await why(client.experiment("sales"))).why.plain()


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found", "418 I'm a teapot", "204 No Content"])
async def test_a_status_that_is_not_mlflows(stack: AsyncExitStack, status: str) -> None:
    client = await answered(stack, saying(response(status, b"<html>?</html>" if "204" not in status else b"")))
    assert "not MLflow" in (await why(client.experiment("sales"))).why.plain()


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_server_that_fails(stack: AsyncExitStack, status: int) -> None:
    client = await answered(stack, saying(response(f"{status} Sorry", b"<html>nginx</html>", "Retry-After: 3600")))
    said = await why(client.experiment("sales"))
    assert said.why.plain() == f"The tracking server `main` failed with status {status}."
    assert isinstance(said, NotNow)


async def test_what_mlflow_refuses_for_another_reason_is_repeated_and_inert(stack: AsyncExitStack) -> None:
    body = json.dumps({"error_code": "INVALID_PARAMETER_VALUE", "message": "no `such` @team <b>thing</b>."}).encode()
    client = await answered(stack, saying(response("400 Bad Request", body)))
    said = await why(client.version("sales", "champion"))
    assert said.why.markdown().endswith("the model `sales`: ``no `such` @team <b>thing</b>``.")


async def test_credentials_are_not_taken_to_where_a_server_redirects(stack: AsyncExitStack) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await request_of(reader))
        writer.write(response("200 OK", b"{}"))

    elsewhere = await stack.enter_async_context(serving(listen))
    client = await answered(stack, saying(response("307 Over There", b"", f"Location: {elsewhere}/x")))
    assert "not MLflow" in (await why(client.newest(EXPERIMENT))).why.plain()
    assert heard == []


async def test_we_show_who_we_are_by_password_or_token_and_never_by_netrc(
    stack: AsyncExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login mallory password another\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await request_of(reader))
        writer.write(response("200 OK", b"{}"))

    url = await stack.enter_async_context(serving(listen))
    basic = base64.b64encode(b"ada:a-password").decode()
    for given, expected in [
        (Connection("main", url, "ada", "a-password"), f"Authorization: Basic {basic}"),
        (Connection("main", url, None, None, "a-token"), "Authorization: Bearer a-token"),
        (Connection("main", url), None),
    ]:
        client = Tracking(given, patience=HASTE)
        stack.callback(client.close)
        await client.newest(EXPERIMENT)
        lines = [line for line in heard.pop().decode().split("\r\n") if line.startswith("Authorization")]
        assert lines == ([expected] if expected else [])


async def test_a_huge_answer_is_not_read(stack: AsyncExitStack) -> None:
    body = gzip.compress(b" " * 40_000_000)
    headers = ("Content-Encoding: gzip", "Content-Type: application/json")
    client = await answered(stack, saying(response("200 OK", body, *headers)), Patience(1.0, 30.0, 60.0))
    said = await why(client.newest(EXPERIMENT))
    assert said.why.plain() == "The tracking server `main` answered with more than 33554432 bytes."


async def test_a_certificate_that_nobody_signed(stack: AsyncExitStack, tmp_path: Path) -> None:
    url = await stack.enter_async_context(serving(saying(response("200 OK", b"{}")), tls=own_certificate(tmp_path)))
    client = Tracking(Connection("main", url, "ada", "a-password"), patience=HASTE)
    stack.callback(client.close)
    said = await why(client.newest(EXPERIMENT))
    assert said.why.plain() == "The certificate of the tracking server `main` cannot be trusted."


async def test_several_questions_at_a_time_but_not_many(stack: AsyncExitStack) -> None:
    open_now, most, release = 0, 0, asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        await request_of(reader)
        open_now += 1
        most = max(most, open_now)
        if open_now == 3:
            release.set()
        await release.wait()
        open_now -= 1
        writer.write(response("200 OK", b"{}", "Connection: close"))

    client = await answered(stack, slow, Patience(5.0, 30.0, 60.0))
    pages = await asyncio.gather(*(client.newest(EXPERIMENT) for _ in range(12)))
    assert (len(pages), most) == (12, 3)


def own_certificate(folder: Path) -> ssl.SSLContext:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_more_models_than_are_read_are_not_taken_for_all(stack: AsyncExitStack) -> None:
    client = await answered(stack, saying(response("200 OK", b'{"models": [], "next_page_token": "more"}')))
    with pytest.raises(CouldNotLook, match="logged more than 500 models"):
        await client.models(["1"], ["0" * 32])


async def test_a_page_that_takes_too_long_is_asked_for_again_with_few_runs(stack: AsyncExitStack) -> None:
    sizes: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await request_of(reader)
        sizes.append(json.loads(request.partition(b"\r\n\r\n")[2])["max_results"])
        if sizes[-1] <= FEW_RUNS:
            writer.write(response("200 OK", b"{}"))
            await writer.drain()
        else:
            await reader.read()  # until the client gives up

    client = await answered(stack, serve)
    page = await client.newest(EXPERIMENT)
    assert (page.runs, page.few, sizes) == ((), True, [MOST_RUNS, FEW_RUNS])
    assert (await client.newest(EXPERIMENT, few=True)).few
    assert sizes[2:] == [FEW_RUNS]
