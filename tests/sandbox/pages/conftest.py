"""A world with one repository, its people and an App, and its pages on a real server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from sandbox.desk import Desk
from sandbox.github.acts import accounts, apps, checks, pulls, repositories, suites
from sandbox.github.clock import Clock
from sandbox.github.model import App, CheckRun, Manifest, Protection, PullRequest, Repository, RequiredCheck, User
from sandbox.github.world import World
from sandbox.pages import add_pages


@dataclass(slots=True)
class Scene:
    """What a test plays with: ``ada`` owns the organisation, ``ben`` writes; ``main`` requires the App's check."""

    world: World
    repository: Repository
    app: App
    ada: User
    ben: User

    @property
    def page(self) -> str:
        return f"/web/{self.repository.full_name}"

    def open(self, head: str, base: str = "main", title: str = "A change", body: str | None = None) -> PullRequest:
        """Let ben open a pull request."""
        return pulls.open_(self.world, self.repository, pulls.Opening(head, base, title, body), self.ben)

    def start(self, pull: PullRequest) -> CheckRun:
        """Let the App begin to look at the head of a pull request."""
        suite = suites.suite_for(self.world, self.repository, self.app, pull.head_sha)
        return checks.create(self.world, suite, "headgate", checks.Said(status="in_progress"))

    def conclude(self, run: CheckRun, conclusion: str, title: str, summary: str = "") -> None:
        said = checks.Said(conclusion=conclusion, output={"title": title, "summary": summary})
        checks.update(self.world, run, said)

    def tip(self, branch: str) -> str | None:
        return self.world.git(self.repository).branch(branch)


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository: a clean hotfix, one that conflicts with it, and ``dev`` ahead of ``main``. Tests copy it."""
    desk = Desk(tmp_path_factory.mktemp("origin"), "forecast")
    desk.commit("Ada", "Say what this is for", {"model.py": "rmse = 3\nprint(rmse)\n"})
    desk.start("dev", "main")
    desk.commit("Ben", "Begin something", {"unfinished.py": "1\n"})
    desk.start("hotfix/1.0.1", "main")
    desk.commit("Ben", "Round", {"model.py": "rmse = 2\nprint(rmse)\n"})
    desk.start("hotfix/late", "main")
    desk.commit("Ben", "Round differently", {"model.py": "rmse = 4\nprint(rmse)\n"})
    desk.publish()
    return desk.origin


@pytest.fixture
def scene(tmp_path: Path, origin: Path) -> Iterator[Scene]:
    root = tmp_path / "forecast.git"
    shutil.copytree(origin, root)
    scene = found(tmp_path / "world", root)
    yield scene
    scene.world.close()


def found(root: Path, origin: Path) -> Scene:
    """Let people and an App move in."""
    world = World(root, Clock())
    ada = accounts.create_user(world, "ada", "Ada Byron")
    ben = accounts.create_user(world, "ben", "Ben Okri")
    acme = accounts.create_organisation(world, "acme", ada)
    acme.members[ben], acme.base_permission = "member", "write"
    repository = repositories.adopt(world, acme, "forecast", origin)
    app = apps.register(world, Manifest("Headgate", {"checks": "write"}, ["check_run"]), acme, "")
    apps.install(world, app, acme, ada)
    repository.protections.append(Protection(world.id(), "main", [RequiredCheck("headgate", app)]))
    return Scene(world, repository, app, ada, ben)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser would have got, redirects followed."""

    status: int
    text: str
    headers: dict[str, str]
    path: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser but without eyes."""

    session: ClientSession
    url: str

    async def get(self, path: str) -> Answer:
        async with self.session.get(self.url + path) as answer:
            return Answer(answer.status, await answer.text(), dict(answer.headers), answer.url.path)

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Answer:
        async with self.session.post(self.url + path, data=form, headers=headers or {}) as answer:
            return Answer(answer.status, await answer.text(), dict(answer.headers), answer.url.path)


@pytest_asyncio.fixture
async def url(scene: Scene) -> AsyncIterator[str]:
    """Serve the pages, and return where."""
    app = web.Application()
    add_pages(app, scene.world)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest_asyncio.fixture
async def visitor(url: str) -> AsyncIterator[Visitor]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Visitor(session, url)
