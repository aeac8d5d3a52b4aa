"""Apps, installations and deliveries as GitHub shows them."""

from __future__ import annotations

from sandbox.github.model import App, Delivery, Installation
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import Json, moment, moment_or_none, node_id
from sandbox.github.world import World


def app(world: World, one: App) -> Json:
    """Return an App as check runs and comments carry it."""
    return {
        "id": one.id,
        "client_id": one.client_id,
        "slug": one.slug,
        "node_id": node_id("A", one.id),
        "owner": simple_user(world, one.owner),
        "name": one.name,
        "description": one.description,
        "external_url": one.external_url,
        "html_url": f"{world.web}/apps/{one.slug}",
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
        "permissions": one.permissions,
        "events": one.events,
    }


def full_app(world: World, one: App) -> Json:
    """Return an App as it sees itself: ``GET /app``."""
    count = sum(installation.app is one for installation in world.installations.values())
    return app(world, one) | {"installations_count": count}


def installation(world: World, one: Installation) -> Json:
    return {
        "id": one.id,
        "client_id": one.app.client_id,
        "account": simple_user(world, one.account),
        "repository_selection": one.repository_selection,
        "access_tokens_url": f"{world.api}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{world.api}/installation/repositories",
        "html_url": f"{world.web}/organizations/{one.account.login}/settings/installations/{one.id}",
        "app_id": one.app.id,
        "app_slug": one.app.slug,
        "target_id": one.account.id,
        "target_type": one.account.type,
        "permissions": one.permissions,
        "events": one.events,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": simple_user(world, one.suspended_by) if one.suspended_by else None,
        "suspended_at": moment_or_none(one.suspended_at),
    }


def delivery(one: Delivery) -> Json:
    """Return a delivery as the list of deliveries carries it."""
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": moment(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": round(one.duration, 3),
        "status": one.status,
        "status_code": one.status_code,
        "event": one.event,
        "action": one.action,
        "installation_id": one.installation_id,
        "repository_id": one.repository_id,
        "throttled_at": None,
    }


def full_delivery(one: Delivery) -> Json:
    """Return a delivery with what was sent and what came back."""
    return delivery(one) | {
        "url": one.url,
        "request": {"headers": one.request_headers, "payload": one.payload},
        "response": {"headers": one.response_headers, "payload": one.response_body},
    }
