"""Who we are to GitHub: the JWT's claims, one token for all who wait, a fresh one after a 401, no secret anywhere."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import timedelta

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from bot.github.client import AppGitHub
from bot.github.errors import Forbidden, GitHubError, Unauthorized, Unreachable
from bot.github.tokens import Token
from tests.bot.github.conftest import Bot, make
from tests.bot.github.stub import APP, Clock, Reply, Stub

pytestmark = pytest.mark.asyncio

PULL = "/repos/acme/forecast/pulls/1"
TOKENS = "/app/installations/7/access_tokens"


async def test_the_jwt_is_issued_a_minute_ago_and_ends_within_ten(
    client: Bot, stub: Stub, clock: Clock, key: rsa.RSAPrivateKey
) -> None:
    stub.script("GET", "/app", Reply(json={"slug": "headgate"}))
    assert await client.app.get("/app") == {"slug": "headgate"}
    options = {"verify_exp": False, "verify_iat": False}
    public = key.public_key()
    claims = jwt.decode(stub.jwts[0], public, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # a dict
    now = clock().timestamp()
    assert (claims["iss"], claims["iat"]) == (str(APP), now - 60)
    assert now + 60 < claims["exp"] < now + 600


async def test_a_jwt_is_used_again_and_renewed_before_it_ends(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.script("GET", "/app", Reply(json={}))
    for _ in range(8):
        await client.app.get("/app")
        clock.forward(minutes=2)
    assert len(stub.jwts) == 8
    assert len(set(stub.jwts)) == 2
    assert stub.count("GET", "/app") == 8, "none was refused"


async def test_a_clock_that_was_set_back_makes_a_new_jwt(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.script("GET", "/app", Reply(json={}))
    await client.app.get("/app")
    clock.forward(hours=-2)
    await client.app.get("/app")
    assert len(set(stub.jwts)) == 2
    assert stub.count("GET", "/app") == 2, "none was refused"


async def test_a_token_is_used_again_until_five_minutes_before_its_end(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get(PULL)
    clock.forward(minutes=54)
    await client.api.get(PULL)
    assert len(stub.issued) == 1
    clock.forward(minutes=2)
    await client.api.get(PULL)
    assert len(stub.issued) == 2


async def test_each_installation_has_its_own_token(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.installation(7).get(PULL)
    await client.installation(8).get(PULL)
    assert [asked.installation for asked in stub.asked if asked.path == PULL] == [7, 8]


async def test_who_comes_while_a_token_is_on_its_way_waits_for_it(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await asyncio.gather(*(client.api.get(PULL) for _ in range(30)))
    assert len(stub.issued) == 1
    assert stub.count("GET", PULL) == 30


async def test_a_token_that_cannot_be_had_fails_all_who_wait_with_one_try(client: Bot, stub: Stub) -> None:
    stub.token_replies = [Reply(503)] * 100
    outcomes = await asyncio.gather(*(client.api.get(PULL) for _ in range(30)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unreachable}
    assert stub.count("POST", TOKENS) == 3, "asking for a token may be repeated"


async def test_one_who_gives_up_takes_nobody_along(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={"number": 1}))
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        await answer.wait()
        expires = (stub.clock() + timedelta(hours=1)).isoformat()
        stub.tokens["ghs_slow"] = 7
        return web.json_response({"token": "ghs_slow", "expires_at": expires}, status=201)

    stub.token_replies = [slow]
    first, second = (asyncio.create_task(client.api.get(PULL)) for _ in range(2))
    await asked.wait()
    first.cancel()
    answer.set()
    assert await second == {"number": 1}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_refused_token_is_replaced_and_the_request_repeated(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    stub.script("POST", f"{PULL}/comments", Reply(201, {"id": 1}))
    await client.api.get(PULL)
    stub.revoke()
    await client.api.get(PULL)
    stub.revoke()
    assert await client.api.post(f"{PULL}/comments", {"body": "x"}) == {"id": 1}
    assert len(stub.issued) == 3
    assert [asked.installation for asked in stub.asked if asked.path == f"{PULL}/comments"] == [None, 7]


async def test_many_refused_at_once_ask_for_one_fresh_token(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get(PULL)
    stub.revoke()
    await asyncio.gather(*(client.api.get(PULL) for _ in range(15)))
    assert len(stub.issued) == 2


async def test_a_fresh_token_that_is_refused_too_is_the_end(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(401, {"message": "Bad credentials"}))
    with pytest.raises(Unauthorized, match="Bad credentials"):
        await client.api.get(PULL)
    assert (stub.count("GET", PULL), len(stub.issued)) == (2, 2)


async def test_the_budget_that_a_401_speaks_of_is_not_ours(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get(PULL)
    stub.revoke()
    await client.api.get(PULL)
    await client.api.get(PULL)
    assert stub.count("GET", PULL) == 4


async def test_a_wrong_key_is_told_as_such(stub: Stub, clock: Clock) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bot = make(stub, _pem(other), clock)
    with pytest.raises(Unauthorized) as caught:
        await bot.api.get(PULL)
    assert caught.value.path == TOKENS
    assert stub.count("POST", TOKENS) == 2
    await bot.github.close()


async def test_an_app_that_is_not_installed_is_not_a_missing_file(client: Bot, stub: Stub) -> None:
    stub.token_replies = [Reply(404, {"message": "Not Found"})]
    with pytest.raises(Forbidden, match="not installed: Not Found"):
        await client.api.get(PULL)


async def test_a_suspended_installation_is_forbidden(client: Bot, stub: Stub) -> None:
    stub.token_replies = [Reply(403, {"message": "This installation has been suspended"})]
    with pytest.raises(Forbidden, match="suspended"):
        await client.api.get(PULL)


@pytest.mark.parametrize("answer", [None, [], {}, {"token": "x"}, {"token": "x", "expires_at": "soon"}])
async def test_an_answer_that_is_no_token_is_no_answer(client: Bot, stub: Stub, answer: object) -> None:
    stub.token_replies = [Reply(201, answer)]
    with pytest.raises(Unreachable, match="the answer is not a token"):
        await client.api.get(PULL)


async def test_a_clock_that_is_wrong_by_hours_does_not_ask_for_a_token_each_time(
    stub: Stub, pem: str, clock: Clock
) -> None:
    ahead = Clock()
    ahead.forward(hours=2)
    stub.token_replies = [Reply(201, {"token": "ghs_x", "expires_at": (clock() + timedelta(hours=1)).isoformat()})]
    stub.tokens["ghs_x"] = 7
    stub.script("GET", PULL, Reply(json={}))
    stub.clock = ahead
    bot = make(stub, pem, ahead)
    for _ in range(5):
        await bot.api.get(PULL)
    assert stub.count("POST", TOKENS) == 1
    await bot.github.close()


async def test_closing_does_not_wait_for_a_token(stub: Stub, pem: str, clock: Clock) -> None:
    bot = make(stub, pem, clock)
    asked = asyncio.Event()

    async def silence(request: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        return await stub.silence(request)

    stub.token_replies = [silence]
    waiting = asyncio.create_task(bot.api.get(PULL))
    await asked.wait()
    await bot.github.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_only_rsa_keys_are_taken(pem: str) -> None:
    with pytest.raises(ValueError, match="not an RSA key"):
        AppGitHub(APP, _pem(ec.generate_private_key(ec.SECP256R1())), "https://api.github.com")
    with pytest.raises(ValueError, match="PEM"):
        AppGitHub(APP, pem[:300], "https://api.github.com")


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def test_no_secret_is_in_a_log_an_exception_or_a_repr(
    client: Bot, stub: Stub, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Reply | object] = [
        Reply(401, {"message": "Bad credentials"}),
        Reply(403, {"message": "You have exceeded a secondary rate limit"}),
        Reply(404),
        Reply(502, raw=b"<html>"),
        Reply(200, raw=b"{", headers={"content-type": "application/json"}),
        stub.half,
        stub.reset,
    ]
    told: list[str] = [repr(client.github), repr(client.api), repr(Token("ghs_x", stub.clock(), stub.clock()))]
    with caplog.at_level(logging.DEBUG), capture_logs() as events:
        for number, failure in enumerate(failures):
            stub.script("GET", PULL, failure)  # type: ignore[arg-type]  # a handler or a reply
            with pytest.raises(GitHubError) as caught:
                await client.installation(number).get(PULL)
            told += [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)]
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None, "aiohttp's exceptions hold the request"
    told += [repr(events), repr(client.observed), caplog.text]
    secrets = [*stub.issued, *stub.jwts, "ghs_x", *pem.splitlines()[1:-1]]
    assert len(stub.issued) == len(failures) + 1
    assert any("github.repeated" in text for text in told)
    assert [secret for secret in secrets if any(secret in text for text in told)] == []
