"""Asks the sandbox over HTTP, as a program does."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL


class Answer:
    """An answer, read to its end."""

    def __init__(self, response: aiohttp.ClientResponse, data: bytes, body: Any) -> None:
        self.status = response.status
        self.headers = response.headers
        self.links = {name: str(link["url"]) for name, link in response.links.items()}
        self.data = data
        self.json = body


class Client:
    """Sends requests with a token (or a JWT); paths are sent as they are, percent-encoded by the caller."""

    def __init__(self, base_url: str, token: str | None) -> None:
        self._base_url = base_url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = aiohttp.ClientSession(headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, follow: bool = True
    ) -> Answer:
        url = URL(path if "://" in path else self._base_url + path, encoded=True)
        async with self._session.request(method, url, json=body, headers=headers, allow_redirects=follow) as response:
            data = await response.read()
            is_json = data and response.content_type == "application/json"
            return Answer(response, data, await response.json() if is_json else None)

    async def get(self, path: str, **headers: str) -> Any:
        """Return the JSON of an answer that must be 200; header names are written with underscores."""
        answer = await self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        assert answer.status == 200, (path, answer.status, answer.json)
        return answer.json

    async def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return await self._send("POST", path, body, status)

    async def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return await self._send("PATCH", path, body, status)

    async def put(self, path: str, body: Any, status: int = 200) -> Any:
        return await self._send("PUT", path, body, status)

    async def delete(self, path: str, status: int = 204) -> Any:
        return await self._send("DELETE", path, None, status)

    async def _send(self, method: str, path: str, body: Any, status: int) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status == status, (method, path, answer.status, answer.json)
        return answer.json
