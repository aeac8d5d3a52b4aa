"""What all pages share: the world they show, the templates, and the words that templates may use."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sandbox.github.model import Account, Repository
from sandbox.github.world import World
from sandbox.pages import addresses
from sandbox.pages.diagrams import Diagrams
from sandbox.pages.journal import Journal
from sandbox.pages.markdown import References, render
from sandbox.pages.text import inert, inert_lines, plain


class Site:
    """The pages of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = Journal(world)
        self.diagrams = Diagrams()
        self._references: dict[int, tuple[int, References]] = {}
        self._templates = Environment(
            loader=PackageLoader("sandbox.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "home": addresses.home,
            "inert": inert,
            "inert_lines": inert_lines,
            "initials": _initials,
            "key": _key,
            "markdown": self.markdown,
            "plain": plain,
            "pull_page": addresses.pull_page,
            "removeprefix": str.removeprefix,
            "turn": lambda login: crc32(login.lower().encode("utf-8", "replace")) % 8,
        }
        self._templates.globals |= {"root": addresses.ROOT, "static": f"{addresses.ROOT}/static"}

    def render(self, template: str, **values: Any) -> str:
        """Return a page."""
        return self._templates.get_template(template).render(values)

    def markdown(self, text: str | None, repository: Repository) -> Markup:
        """Return what people wrote in a repository, as it is shown."""
        return render(text, self._known(repository), self.diagrams.address)

    def _known(self, repository: Repository) -> References:
        """Return what texts of a repository may refer to; looked up again when something has happened."""
        revision, known = self._references.get(repository.id, (-1, References()))
        if revision != self.journal.revision:
            known = self._refer(repository)
            self._references[repository.id] = self.journal.revision, known
        return known

    def _refer(self, repository: Repository) -> References:
        tips = sorted(
            {*self.world.git(repository).refs.values(), *(pull.head_sha for pull in repository.pulls.values())}
        )
        shas = self.world.git(repository).git.run("rev-list", "--ignore-missing", *tips).split() if tips else []
        page = addresses.home(repository)
        return References(frozenset(repository.pulls), sorted(shas), f"{page}/pull/", f"{page}/commit/")


def _key(name: str) -> str:
    """Return something that may stand in an id and is another one for another name."""
    return name.encode("utf-8", "surrogateescape").hex()


def _initials(account: Account) -> str:
    """Return one or two letters that stand for somebody."""
    words = [word for word in (account.name or account.login).removesuffix("[bot]").replace("-", " ").split() if word]
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"
