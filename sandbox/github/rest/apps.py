"""https://docs.github.com/rest/apps/apps, https://docs.github.com/rest/apps/webhooks"""

from __future__ import annotations

import secrets

from sandbox.github.acts import apps
from sandbox.github.errors import Refused, not_found
from sandbox.github.http.identity import issue
from sandbox.github.keys import new_key
from sandbox.github.model import Installation, Repository
from sandbox.github.payloads.apps import delivery, full_app, full_delivery, installation
from sandbox.github.payloads.basics import moment
from sandbox.github.payloads.repositories import simple_repository
from sandbox.github.rest.ask import Answer, Ask, Json, one_with_id
from sandbox.github.rest.routes import Routes

routes = Routes()
_DELIVERIES = "/app/hook/deliveries"


@routes.app("GET", "/app")
def get_app(ask: Ask) -> Answer:
    return Answer(full_app(ask.world, ask.app))


@routes.app("GET", "/app/installations")
def list_installations(ask: Ask) -> Answer:
    mine = [one for one in ask.world.installations.values() if one.app is ask.app]
    return ask.listed(mine, lambda one: installation(ask.world, one))


def _installation(ask: Ask) -> Installation:
    mine = (one for one in ask.world.installations.values() if one.app is ask.app)
    return one_with_id(mine, ask.number("installation_id"))


@routes.app("GET", "/app/installations/{installation_id}")
def get_installation(ask: Ask) -> Answer:
    return Answer(installation(ask.world, _installation(ask)))


@routes.app("GET", "/repos/{owner}/{repo}/installation")
def get_installation_of_repository(ask: Ask) -> Answer:
    found = [one for one in ask.world.installations_on(ask.repository) if one.app is ask.app]
    if not found:
        raise not_found()
    return Answer(installation(ask.world, found[0]))


@routes.app("POST", "/app/installations/{installation_id}/access_tokens")
def create_token(ask: Ask) -> Answer:
    """Issue a token for all that was granted, or for some repositories and permissions of it."""
    one = _installation(ask)
    if one.suspended_at:
        raise Refused(403, "This installation has been suspended")
    chosen = _chosen(ask, one)
    wanted = ask.body.part("permissions")
    permissions = dict(one.permissions)
    if wanted:  # metadata comes with every token
        permissions = {"metadata": "read"} | {name: str(level) for name, level in wanted.fields.items()}
    if any(not _covers(one.permissions.get(name), level) for name, level in permissions.items()):
        raise Refused(422, "The permissions requested are not granted to this installation.")
    token = issue(ask.world, one, chosen, permissions)
    answer: Json = {
        "token": token.value,
        "expires_at": moment(token.expires_at or ask.world.clock.now()),
        "permissions": token.permissions,
        "repository_selection": "selected" if chosen is not None else one.repository_selection,
    }
    if chosen is not None:
        answer["repositories"] = [simple_repository(ask.world, repository) for repository in chosen]
    return Answer(answer, 201)


def _covers(granted: str | None, wanted: str) -> bool:
    order = ("read", "write", "admin")
    return granted in order and wanted in order and order.index(granted) >= order.index(wanted)


def _chosen(ask: Ask, one: Installation) -> list[Repository] | None:
    names, ids = ask.body.texts("repositories"), ask.body.numbers("repository_ids")
    if names is None and ids is None:
        return None
    mine = ask.world.repositories_of(one)
    found = [repository for repository in mine if repository.name in (names or ()) or repository.id in (ids or ())]
    if len(found) < len({*(names or ()), *(ids or ())}):
        raise Refused(422, "There is at least one repository that does not exist or is not accessible.")
    return found


@routes.get("/installation/repositories", metadata="read")
def list_repositories(ask: Ask) -> Answer:
    token = ask.caller.token
    found = token.repositories if token and token.repositories is not None else None
    mine = found if found is not None else ask.world.repositories_of(ask.installation)
    answer = ask.wrapped("repositories", mine, lambda one: simple_repository(ask.world, one))
    selection = "selected" if found is not None else ask.installation.repository_selection
    return Answer(answer.body | {"repository_selection": selection}, headers=answer.headers)


@routes.app("GET", "/app/hook/config")
def get_hook_config(ask: Ask) -> Answer:
    """Tell where webhooks go; the secret is masked, as GitHub does."""
    given = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": ask.app.webhook_url}
    return Answer({name: value for name, value in given.items() if value is not None})


@routes.app("GET", _DELIVERIES)
def list_deliveries(ask: Ask) -> Answer:
    """List deliveries, newest first; pages follow one another by a cursor, not by number."""
    wanted = {"success": (True,), "failure": (False,)}.get(ask.query.get("status", ""), (True, False))
    cursor = ask.query.get("cursor", "").removeprefix("v1_")
    first = int(cursor) if cursor.isdecimal() else None
    mine = [
        one
        for one in reversed(ask.world.deliveries)
        if one.app is ask.app and (first is None or one.id <= first) and (200 <= one.status_code < 300) in wanted
    ]
    shown, rest = mine[: ask.page.size], mine[ask.page.size :]
    links = {"Link": f'<{ask.request.url.update_query(cursor=f"v1_{rest[0].id}")}>; rel="next"'} if rest else {}
    return Answer([delivery(one) for one in shown], headers=links)


@routes.app("GET", _DELIVERIES + "/{delivery_id}")
def get_delivery(ask: Ask) -> Answer:
    mine = (one for one in ask.world.deliveries if one.app is ask.app)
    return Answer(full_delivery(one_with_id(mine, ask.number("delivery_id"))))


@routes.app("POST", _DELIVERIES + "/{delivery_id}/attempts")
def redeliver(ask: Ask) -> Answer:
    mine = (one for one in ask.world.deliveries if one.app is ask.app)
    ask.post.again(one_with_id(mine, ask.number("delivery_id")))
    return Answer({}, 202)


@routes.post("/app-manifests/{code}/conversions")
def convert_manifest(ask: Ask) -> Answer:
    """Turn what somebody has said yes to in the browser into an App; the code works once."""
    proposed = ask.world.proposed.pop(ask.path["code"], None)
    if proposed is None:
        raise not_found()
    manifest, owner = proposed
    key = new_key()
    app = apps.register(ask.world, manifest, owner, key.public)
    app.webhook_secret = manifest.webhook_secret or secrets.token_hex(20)
    answer = full_app(ask.world, app) | {
        "client_secret": secrets.token_hex(20),
        "webhook_secret": app.webhook_secret,
        "pem": key.private,
    }
    return Answer(answer, 201)
