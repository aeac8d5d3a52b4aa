"""Webhooks that did not reach us, while we were down or cut off. GitHub does not send them again by itself.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.github.errors import NotFound, Refused, Unreachable
from bot.github.port import Api, Pages

PATH = "/app/hook/deliveries"

MOST_READ = 6_400
"""Deliveries that are looked through; 64 requests."""

MOST_REDELIVERED = 500
"""In one go; the newest. What they leave open is found by the sweep over open pull requests."""

MOST_ATTEMPTS = 5
"""A delivery that failed so often is not helped by one more."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a webhook; a redelivery has the same ``guid`` and an ``id`` of its own."""

    id: int
    guid: str
    delivered_at: datetime
    delivered: bool


def missed(deliveries: Iterable[Delivery], since: datetime) -> tuple[Delivery, ...]:
    """Return the last attempt of each webhook since then that never arrived, oldest first, as many as may be sent."""
    attempts: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.delivered_at >= since:
            attempts.setdefault(delivery.guid, []).append(delivery)
    lost = [
        max(each, key=lambda delivery: delivery.delivered_at)
        for each in attempts.values()
        if len(each) < MOST_ATTEMPTS and not any(delivery.delivered for delivery in each)
    ]
    return tuple(sorted(lost, key=lambda delivery: delivery.delivered_at)[-MOST_REDELIVERED:])


async def redeliver_missed(api: Api, since: datetime) -> int:
    """Have GitHub send again what was missed since then; return how many. ``api`` is the App itself.

    Raises GitHubError if it cannot be found out. What GitHub does not send again (after three days) is passed over.
    """
    redelivered = 0
    for delivery in missed(await _listed(api, since), since):
        try:
            await api.post(f"{PATH}/{delivery.id}/attempts")
        except (NotFound, Refused) as error:
            log.warning("delivery.not_redelivered", guid=delivery.guid, error=str(error))
        else:
            redelivered += 1
    return redelivered


async def _listed(api: Api, since: datetime) -> tuple[Delivery, ...]:
    """Read the log, newest first, back to a moment: a page, then four times as much, and so on.

    https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
    """
    most = 100
    while True:
        pages = await api.pages(PATH, most=most)
        deliveries = _read(pages)
        if pages.complete or most >= MOST_READ or not deliveries or deliveries[-1].delivered_at < since:
            return deliveries
        most *= 4


def _read(pages: Pages) -> tuple[Delivery, ...]:
    try:
        return tuple(_delivery(item) for item in pages.items)
    except (TypeError, KeyError, ValueError):
        raise Unreachable("GET", PATH, 200, "the answer is no list of deliveries") from None


def _delivery(item: Mapping[str, Any]) -> Delivery:
    arrived = 200 <= int(item["status_code"]) < 300
    return Delivery(int(item["id"]), str(item["guid"]), datetime.fromisoformat(item["delivered_at"]), arrived)
