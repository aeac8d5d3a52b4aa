"""What a platform team sets in the environment: a proxy, and certificates of its own."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.client import AppGitHub
from bot.github.errors import Unreachable
from bot.github.repository import InstallationId
from tests.bot.github.conftest import QUICK
from tests.bot.github.stub import APP

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Proxy:
    """Answers for every host, and writes down what it was asked for."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    credentials: list[str | None] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path))
        self.credentials.append(request.headers.get("proxy-authorization"))
        if request.method == "CONNECT":
            return web.Response(status=407)
        if request.raw_path.endswith("/access_tokens"):
            expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            return web.json_response({"token": "ghs_x", "expires_at": expires}, status=201)
        return web.json_response({"number": 1})


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    runner = web.ServerRunner(web.Server(proxy.answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy.port = int(runner.addresses[0][1])
    yield proxy
    await runner.cleanup()


async def test_the_proxy_of_the_environment_is_used_with_its_user(
    proxy: Proxy, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
    github = AppGitHub(APP, pem, "http://github.test/api/v3", timeouts=QUICK)
    assert await github.installation(InstallationId(7)).get("/repos/a/b") == {"number": 1}
    assert proxy.asked == [
        ("POST", "http://github.test/api/v3/app/installations/7/access_tokens"),
        ("GET", "http://github.test/api/v3/repos/a/b"),
    ]
    assert proxy.credentials[-1] == "Basic " + base64.b64encode(b"me:p@ss").decode()
    await github.close()


async def test_a_proxy_that_refuses_is_told_without_its_password(
    proxy: Proxy, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:verysecret@127.0.0.1:{proxy.port}")
    github = AppGitHub(APP, pem, "https://github.test", timeouts=QUICK)
    with pytest.raises(Unreachable, match="the proxy refused to connect: 407") as caught:
        await github.app().get("/app")
    assert "verysecret" not in repr(caught.value) + str(caught.value)
    assert caught.value.__context__ is None
    await github.close()


async def test_no_proxy_is_obeyed(proxy: Proxy, pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "github.invalid")
    github = AppGitHub(APP, pem, "http://github.invalid", timeouts=QUICK)
    with pytest.raises(Unreachable, match="could not connect"):
        await github.app().get("/app")
    assert proxy.asked == []
    await github.close()


async def test_a_password_in_netrc_is_left_alone(
    proxy: Proxy, pem: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine github.test login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    github = AppGitHub(APP, pem, "http://github.test", timeouts=QUICK)
    assert await github.installation(InstallationId(7)).get("/repos/a/b") == {"number": 1}
    await github.close()


@pytest.fixture
def certificate(key: RSAPrivateKey, tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that only its owner trusts, with its key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ghe.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path / "ghe.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return path


@pytest_asyncio.fixture
async def ghes(certificate: Path) -> AsyncIterator[str]:
    """A GitHub Enterprise Server with a certificate of the company's own."""

    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"slug": "headgate"})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}/api/v3"
    await runner.cleanup()


async def test_a_certificate_of_the_companys_own_is_trusted_when_it_is_named(
    ghes: str, pem: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    github = AppGitHub(APP, pem, ghes, timeouts=QUICK)
    assert await github.app().get("/app") == {"slug": "headgate"}
    await github.close()


async def test_an_unknown_certificate_is_told_and_nothing_is_sent(ghes: str, pem: str) -> None:
    github = AppGitHub(APP, pem, ghes, timeouts=QUICK)
    with pytest.raises(Unreachable, match=r"certificate is not trusted: .*self-signed"):
        await github.app().get("/app")
    await github.close()
