"""Apps are registered, installed, given repositories, suspended and removed. https://docs.github.com/rest/apps/apps"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sandbox.github.acts.accounts import create_bot
from sandbox.github.model import Account, App, Installation, Manifest, Repository, User
from sandbox.github.payloads.apps import installation as shown
from sandbox.github.payloads.repositories import named_repository
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World


def register(world: World, manifest: Manifest, owner: Account, public_key: str) -> App:
    """Register an App; whoever has the private key to ``public_key`` is it."""
    slug = manifest.name.lower().replace(" ", "-")
    app = App(
        id=world.id(),
        slug=slug,
        name=manifest.name,
        owner=owner,
        bot=create_bot(world, slug),
        created_at=world.clock.now(),
        client_id=f"Iv23li{secrets.token_hex(7)}",
        public_key=public_key,
        permissions={"metadata": "read", **manifest.permissions},
        events=list(manifest.events),
        webhook_url=manifest.webhook_url,
        webhook_secret=manifest.webhook_secret,
        description=manifest.description,
        external_url=manifest.external_url or f"{world.web}/apps/{slug}",
    )
    world.apps[app.id] = app
    return app


def propose(world: World, manifest: Manifest, owner: Account) -> str:
    """Say yes to an App in the browser; returns the code that GitHub sends the browser on with."""
    code = secrets.token_hex(20)
    world.proposed[code] = (manifest, owner)
    return code


def ping(world: World, app: App) -> None:
    """Tell an App that its webhook is set up."""
    hook = {
        "type": "App",
        "id": app.id,
        "name": "web",
        "active": True,
        "events": app.events,
        "config": {"url": app.webhook_url, "content_type": "json", "insecure_ssl": "0", "secret": "********"},
        "updated_at": app.created_at.isoformat(),
        "created_at": app.created_at.isoformat(),
        "app_id": app.id,
        "deliveries_url": f"{world.api}/app/hook/deliveries",
    }
    said = {"zen": "Design for failure.", "hook_id": app.id, "hook": hook}
    world.emit(Event("ping", None, app.owner, body=lambda: said, only=app))


def install(
    world: World, app: App, account: Account, by: User, repositories: Sequence[Repository] | None = None
) -> Installation:
    """Install an App on an account: on all repositories, or on those that are given."""
    now = world.clock.now()
    installation = Installation(
        id=world.id(),
        app=app,
        account=account,
        permissions=dict(app.permissions),
        events=list(app.events),
        created_at=now,
        updated_at=now,
        repository_selection="all" if repositories is None else "selected",
        selected=list(repositories or ()),
    )
    world.installations[installation.id] = installation
    _tell(world, installation, "created", by)
    return installation


def uninstall(world: World, installation: Installation, by: User) -> None:
    """Remove an App; its tokens end."""
    _tell(world, installation, "deleted", by)
    world.tokens = {value: token for value, token in world.tokens.items() if token.installation is not installation}
    del world.installations[installation.id]


def suspend(world: World, installation: Installation, by: User) -> None:
    installation.suspended_at, installation.suspended_by = world.clock.now(), by
    _tell(world, installation, "suspend", by)


def unsuspend(world: World, installation: Installation, by: User) -> None:
    installation.suspended_at = installation.suspended_by = None
    _tell(world, installation, "unsuspend", by)


def accept_permissions(world: World, installation: Installation, by: User) -> None:
    """Grant what the App asks for by now."""
    installation.permissions, installation.events = dict(installation.app.permissions), list(installation.app.events)
    _tell(world, installation, "new_permissions_accepted", by)


def add_repositories(world: World, installation: Installation, repositories: Sequence[Repository], by: User) -> None:
    """Give an installation more repositories (one that has all is not asked about)."""
    added = [one for one in repositories if one not in world.repositories_of(installation)]
    installation.selected += added
    tell_repositories(world, installation, (added, []), by)


def remove_repositories(world: World, installation: Installation, repositories: Sequence[Repository], by: User) -> None:
    """Take repositories away; an installation that had all keeps the others by name."""
    mine = world.repositories_of(installation)
    removed = [one for one in repositories if one in mine]
    installation.selected = [one for one in mine if one not in removed]
    installation.repository_selection = "selected"
    tell_repositories(world, installation, ([], removed), by)


def _tell(world: World, installation: Installation, action: str, by: User) -> None:
    body: Payload = {
        "installation": shown(world, installation),
        "repositories": [named_repository(one) for one in world.repositories_of(installation)],
    }
    if action == "created":
        body["requester"] = None
    world.emit(Event("installation", action, by, body=lambda: body, only=installation.app, installation=installation))


def tell_repositories(
    world: World, installation: Installation, changed: tuple[Sequence[Repository], Sequence[Repository]], by: User
) -> None:
    """Tell an App which repositories were added and which were removed."""
    installation.updated_at = world.clock.now()
    added, removed = ([named_repository(one) for one in some] for some in changed)
    body: Payload = {
        "installation": shown(world, installation),
        "repository_selection": installation.repository_selection,
        "repositories_added": added,
        "repositories_removed": removed,
        "requester": None,
    }
    event = Event(
        "installation_repositories",
        "removed" if removed else "added",
        by,
        body=lambda: body,
        only=installation.app,
        installation=installation,
    )
    world.emit(event)
