"""The App as GitHub knows it: who it is, what it may do, where it is installed, and whether its webhooks arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from bot.doctor.sign import Sign, State
from bot.github.client import AppGitHub
from bot.github.errors import GitHubError, Unauthorized
from bot.github.manifest import EVENTS, NOT_FOR_ALL, PERMISSIONS
from bot.github.port import Api
from bot.settings import Settings

LAST_DELIVERIES = 30
MOST_INSTALLATIONS = 1_000

ANSWERS: Mapping[int, str] = {
    401: "The webhook secret on the settings page is not HEADGATE_WEBHOOK_SECRET, or a proxy changes the body.",
    413: "A proxy does not let 25 MB through.",
    503: "The database could not store; the log says why.",
}
"""What helps, by what GitHub was answered. It notes 0 and 5xx of proxies for whoever it could not reach."""


async def look_at_github(settings: Settings) -> AsyncIterator[Sign]:
    """Ask GitHub about the App; what it does not answer is the last thing that is said."""
    github = AppGitHub(settings.app_id, settings.private_key.get_secret_value(), settings.github_api_url)
    try:
        async for sign in _app(github.app()):
            yield sign
    except Unauthorized as error:
        remedy = "HEADGATE_APP_ID and the private key must be of one App, and the clock right to a minute."
        yield Sign("GitHub", State.WRONG, str(error), remedy)
    except GitHubError as error:
        remedy = f"{settings.github_api_url} must be reached from here: HEADGATE_GITHUB_API_URL, HTTPS_PROXY."
        yield Sign("GitHub", State.WRONG, str(error), remedy)
    finally:
        await github.close()


async def _app(api: Api) -> AsyncIterator[Sign]:
    """https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app"""
    app = await api.get("/app")
    yield Sign("App", State.FINE, f"{app['name']}, of {(app.get('owner') or {}).get('login', 'nobody')}")
    yield _granted("permissions", app["permissions"], "Add them on the App's settings page, Permissions & events.")
    yield _lacks("events", (event for event in EVENTS if event not in app["events"]), "Tick them on the same page.")
    pages = await api.pages("/app/installations", most=MOST_INSTALLATIONS)
    if not pages.items:
        yield Sign("installations", State.WARNING, "none", "Install App, on the App's settings page.")
    for given in pages.items:
        yield _installation(given)
    yield _hook(await api.get("/app/hook/config"))
    last = await api.pages("/app/hook/deliveries", most=LAST_DELIVERIES)
    yield _deliveries(int(given["status_code"]) for given in last.items)


def _granted(about: str, granted: Mapping[str, str], remedy: str) -> Sign:
    enough = {"read": ("read", "write"), "write": ("write",)}
    lacking = (name for name, level in PERMISSIONS.items() if granted.get(name) not in enough[level])
    return _lacks(about, (f"{name}: {PERMISSIONS[name]}" for name in lacking), remedy)


def _lacks(about: str, lacking: Iterable[str], remedy: str) -> Sign:
    """Say what is lacking; only a warning where not everybody needs it."""
    names = sorted(lacking)
    if not names:
        return Sign(about, State.FINE, "as in app.yml")
    reasons = [NOT_FOR_ALL.get(name.partition(":")[0]) for name in names]
    said = ", ".join(f"{name} ({why})" if why else name for name, why in zip(names, reasons, strict=True))
    return Sign(about, State.WARNING if all(reasons) else State.WRONG, f"lacks {said}", remedy)


def _installation(given: Mapping[str, Any]) -> Sign:
    """Say whether an installation has accepted what the App asks for.

    https://docs.github.com/en/apps/using-github-apps/approving-updated-permissions-for-a-github-app
    """
    about = f"installation on {(given.get('account') or {}).get('login', given['id'])}"
    if given.get("suspended_at"):
        return Sign(about, State.WARNING, "suspended", "Its owner can let it work again.")
    return _granted(about, given["permissions"], f"An owner accepts them at {given['html_url']}.")


def _hook(config: Mapping[str, Any]) -> Sign:
    """https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app"""
    url = str(config.get("url") or "")
    if not url:
        return Sign("webhook", State.WRONG, "has no address", "Write https://YOUR-HOST/webhook on the settings page.")
    if config.get("content_type") != "json":
        return Sign("webhook", State.WRONG, f"sends {config.get('content_type')}", "Choose application/json.")
    if not url.endswith("/webhook"):
        remedy = "Headgate listens at /webhook; does a proxy see to that?"
        return Sign("webhook", State.WARNING, f"goes to {url}", remedy)
    return Sign("webhook", State.FINE, f"goes to {url}")


def _deliveries(codes: Iterable[int]) -> Sign:
    """https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries"""
    counts = Counter(codes)
    refused = {code: count for code, count in sorted(counts.items()) if not 200 <= code < 300}
    total = counts.total()
    if not refused:
        return Sign("deliveries", State.FINE, f"the last {total} arrived" if total else "none yet")
    said = ", ".join(f"{count} with {code or 'no answer'}" for code, count in refused.items())
    worst = max(refused, key=lambda code: refused[code])
    remedy = ANSWERS.get(worst, "GitHub must reach the address: the server, the proxy, the firewall.")
    state = State.WRONG if len(refused) == len(counts) else State.WARNING
    return Sign("deliveries", state, f"of the last {total} not accepted: {said}", remedy)
