"""Where a link or a redirect may point that we must not follow."""

from __future__ import annotations

from tests.bot.github.stub import Stub

HOSTILE = [
    "{other}/steal",
    "//{other_host}/steal",
    "https://evil.example/steal",
    "http://me@127.0.0.1:{port}{prefix}/steal",
    "http://127.0.0.1:{port}{prefix}/../../steal",
    "http://[bad/",
    "file:///etc/passwd",
]


def filled(target: str, stub: Stub, elsewhere: Stub) -> str:
    """Return a target with the addresses of the two servers put in; where nothing is above the API, elsewhere."""
    if ".." in target and not stub.prefix:
        target = "{other}/steal"
    host = f"127.0.0.1:{elsewhere.port}"
    return target.format(other=f"http://{host}", other_host=host, port=stub.port, prefix=stub.prefix)
