"""Check runs and comments as GitHub keeps them: enough of its behaviour to be wrong in front of, held in memory.

Every body is held against GitHub's own OpenAPI, by the models that githubkit generates from it.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from githubkit_schemas.latest import models
from pydantic import BaseModel

from bot.github.errors import Forbidden, NotFound, Refused
from bot.github.port import Pages
from policies.facts import Sha

APP = 77
OTHER_APP = 78
ROOT = "/repos/acme/forecast"

CREATE = (models.ReposOwnerRepoCheckRunsPostBodyOneof0, models.ReposOwnerRepoCheckRunsPostBodyOneof1)
UPDATE = (
    models.ReposOwnerRepoCheckRunsCheckRunIdPatchBodyAnyof0,
    models.ReposOwnerRepoCheckRunsCheckRunIdPatchBodyAnyof1,
)
COMMENT = (models.ReposOwnerRepoIssuesIssueNumberCommentsPostBody,)


class Killed(BaseException):
    """The process is gone; nothing that follows is done."""


Hook = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """Happen."""


@dataclass
class Hub:
    """What is on GitHub. ``before`` and ``after`` are awaited around each write, and may raise."""

    commits: set[Sha]
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    next_comment: int = 1_000
    locked: bool = False
    lagging: list[dict[str, Any]] | None = None
    """What a list of runs still shows; GitHub's lists may lag behind its writes."""
    before: Hook = _nothing
    after: Hook = _nothing

    def api(self, app: int = APP) -> HubApi:
        return HubApi(self, app)

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("GET")]

    def newest(self, sha: Sha, name: str = "headgate") -> dict[str, Any]:
        """Return the run that counts for a commit."""
        return max((run for run in self.runs.values() if (run["head_sha"], run["name"]) == (sha, name)), key=_id)

    def post_comment(self, number: int, body: str, app: int | None) -> dict[str, Any]:
        author = {"id": app} if app else None
        made = {"id": self.next_comment, "issue": number, "body": body, "performed_via_github_app": author}
        self.comments[self.next_comment] = made
        self.next_comment += 1
        return made


def _id(run: Mapping[str, Any]) -> int:
    return int(run["id"])


class HubApi:
    """A :class:`bot.github.port.Api` of one App's installation."""

    def __init__(self, hub: Hub, app: int) -> None:
        self._hub, self._app = hub, app

    async def get(self, path: str, **query: str | int) -> Any:
        raise AssertionError(f"GET {path} {query} is not served here")

    async def pages(self, path: str, *, most: int, key: str | None = None, **query: str | int) -> Pages:
        self._hub.calls.append(f"GET {path}")
        if path.endswith("/check-runs"):
            sha = path.removeprefix(f"{ROOT}/commits/").removesuffix("/check-runs")
            assert (key, query.pop("filter")) == ("check_runs", "all")
            name, app = query.pop("check_name"), query.pop("app_id")
            listed = self._hub.runs.values() if self._hub.lagging is None else self._hub.lagging
            found = [run for run in listed if (run["head_sha"], run["name"]) == (sha, name)]
            items = [run for run in found if run["app"]["id"] == app]
        else:
            number = int(path.removeprefix(f"{ROOT}/issues/").removesuffix("/comments"))
            assert key is None
            items = [comment for comment in self._hub.comments.values() if comment["issue"] == number]
        assert not query
        return Pages(tuple(copy.deepcopy(items[:most])), complete=len(items) <= most)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        await self._hub.before()
        self._hub.calls.append(f"POST {path}")
        given = copy.deepcopy(dict(body or {}))
        answer = self._begin(given) if path == f"{ROOT}/check-runs" else self._comment(path, given)
        await self._hub.after()
        return copy.deepcopy(answer)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        await self._hub.before()
        self._hub.calls.append(f"PATCH {path}")
        folder, _, number = path.rpartition("/")
        given = copy.deepcopy(dict(body))
        if folder == f"{ROOT}/check-runs":
            answer = self._change(int(number), given)
        else:
            assert folder == f"{ROOT}/issues/comments"
            answer = self._edit(int(number), given)
        await self._hub.after()
        return copy.deepcopy(answer)

    async def delete(self, path: str) -> None:
        raise AssertionError(f"DELETE {path} is not served here")

    def _begin(self, body: dict[str, Any]) -> dict[str, Any]:
        _hold(body, CREATE)
        if body["head_sha"] not in self._hub.commits:
            raise Refused("POST", "check-runs", 422, f"No commit found for SHA: {body['head_sha']}")
        run = {
            "id": 1 + len(self._hub.runs),
            "name": body["name"],
            "head_sha": body["head_sha"],
            "app": {"id": self._app},
            "status": "queued",
            "conclusion": None,
            "external_id": "",
            "annotations": [],
            "output": {},
        }
        self._hub.runs[_id(run)] = run
        return self._say(run, body)

    def _change(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        _hold(body, UPDATE)
        run = self._hub.runs.get(number)
        if run is None:
            raise NotFound("PATCH", f"check-runs/{number}", 404, "Not Found")
        if run["app"]["id"] != self._app:
            raise Forbidden("PATCH", f"check-runs/{number}", 403, "Invalid app_id - check run can only be modified by")
        return self._say(run, body)

    def _say(self, run: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """A completed run stays completed, and annotations are added to those that it has."""
        output = body["output"]
        run["annotations"] += output.pop("annotations", [])
        if run["status"] != "completed":
            run["status"] = body["status"]
        run["conclusion"] = body.get("conclusion", run["conclusion"])
        run["external_id"] = body.get("external_id", run["external_id"])
        run["output"] |= {**output, "annotations_count": len(run["annotations"])}
        return run

    def _comment(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        _hold(body, COMMENT)
        if self._hub.locked:
            raise Forbidden("POST", path, 403, "Unable to create comment because issue is locked.")
        number = int(path.removeprefix(f"{ROOT}/issues/").removesuffix("/comments"))
        return self._hub.post_comment(number, body["body"], self._app)

    def _edit(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        _hold(body, COMMENT)
        comment = self._hub.comments.get(number)
        if comment is None:
            raise NotFound("PATCH", f"issues/comments/{number}", 404, "Not Found")
        if (comment["performed_via_github_app"] or {}).get("id") != self._app:
            raise Forbidden("PATCH", f"issues/comments/{number}", 403, "Resource not accessible by integration")
        comment["body"] = body["body"]
        return comment


def _hold(body: dict[str, Any], kinds: tuple[type[BaseModel], ...]) -> None:
    """Hold a body against the schema that its status chooses: the first is for what is completed."""
    kind = kinds[0] if body.get("status") == "completed" else kinds[-1]
    kind.model_validate(body)
    assert set(body) <= set(kind.model_fields)
