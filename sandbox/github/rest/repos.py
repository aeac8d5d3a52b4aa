"""https://docs.github.com/rest/repos/repos, https://docs.github.com/rest/branches/branches"""

from __future__ import annotations

from sandbox.github.access import LEVELS, permission
from sandbox.github.acts import repositories
from sandbox.github.errors import Refused
from sandbox.github.model import Protection
from sandbox.github.payloads import protection as shown
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import in_path
from sandbox.github.payloads.commits import commit
from sandbox.github.payloads.repositories import api_url, full_repository, html_url
from sandbox.github.protections import protecting
from sandbox.github.rest.ask import Answer, Ask, Json
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}"


@routes.get(_BASE, metadata="read")
def get_repository(ask: Ask) -> Answer:
    return Answer(full_repository(ask.world, ask.repository))


@routes.patch(_BASE, administration="write")
def update_repository(ask: Ask) -> Answer:
    name, branch = ask.body.optional_text("name"), ask.body.optional_text("default_branch")
    if name is not None:
        repositories.rename(ask.world, ask.repository, name, ask.actor)
    if branch is not None:
        repositories.set_default_branch(ask.world, ask.repository, branch, ask.actor)
    return Answer(full_repository(ask.world, ask.repository))


def _tip(ask: Ask) -> tuple[str, str]:
    """Return the branch that is asked for and its tip."""
    name = ask.path["branch"]
    tip = ask.world.git(ask.repository).branch(name)
    if tip is None:
        raise Refused(404, "Branch not found")
    return name, tip


@routes.get(_BASE + "/branches", contents="read")
def list_branches(ask: Ask) -> Answer:
    tips = ask.world.git(ask.repository).under("refs/heads/").items()
    wanted = {"true": True, "false": False}.get(ask.query.get("protected", ""))
    found = [one for one in tips if wanted in (None, bool(protecting(ask.repository, one[0])))]
    return ask.listed(found, lambda one: _short_branch(ask, *one))


def _short_branch(ask: Ask, name: str, tip: str) -> Json:
    url = api_url(ask.world, ask.repository)
    protected = _protection(ask, name)
    return {
        "name": name,
        "commit": {"sha": tip, "url": f"{url}/commits/{tip}"},
        "protected": bool(protecting(ask.repository, name)),
        "protection": shown.summary(protected),
        "protection_url": f"{url}/branches/{in_path(name)}/protection",
    }


def _protection(ask: Ask, branch: str) -> Protection | None:
    """Return the branch protection; rulesets are shown elsewhere."""
    return next((one for one in protecting(ask.repository, branch) if not one.ruleset), None)


@routes.secret(_BASE + "/branches/{branch}/protection/required_status_checks", administration="read")
def get_required_checks(ask: Ask) -> Answer:
    name, _ = _tip(ask)
    found = _protection(ask, name)
    if found is None:
        raise Refused(404, "Branch not protected")
    if not found.checks:
        raise Refused(404, "Required status checks not enabled")
    return Answer(shown.required_checks(ask.world, ask.repository, name, found))


@routes.secret(_BASE + "/branches/{branch}/protection", administration="read")
def get_protection(ask: Ask) -> Answer:
    name, _ = _tip(ask)
    found = _protection(ask, name)
    if found is None:
        raise Refused(404, "Branch not protected")
    return Answer(shown.protection(ask.world, ask.repository, name, found))


@routes.post(_BASE + "/branches/{branch}/rename", administration="write", contents="write")
def rename_branch(ask: Ask) -> Answer:
    name, _ = _tip(ask)
    new = ask.body.text("new_name")
    repositories.rename_branch(ask.world, ask.repository, name, new, ask.actor)
    return Answer(_full_branch(ask, new), 201)


@routes.get(_BASE + "/branches/{branch}", contents="read")
def get_branch(ask: Ask) -> Answer:
    return Answer(_full_branch(ask, _tip(ask)[0]))


def _full_branch(ask: Ask, name: str) -> Json:
    url, html = api_url(ask.world, ask.repository), html_url(ask.world, ask.repository)
    tip = ask.world.git(ask.repository).branch(name) or ""
    return _short_branch(ask, name, tip) | {
        "commit": commit(ask.world, ask.repository, tip),
        "_links": {"self": f"{url}/branches/{in_path(name)}", "html": f"{html}/tree/{in_path(name)}"},
    }


@routes.get(_BASE + "/rules/branches/{branch}", metadata="read")
def get_rules(ask: Ask) -> Answer:
    found = [one for one in protecting(ask.repository, ask.path["branch"]) if one.ruleset]
    return ask.listed([rule for one in found for rule in shown.rules(ask.repository, one)], lambda rule: rule)


@routes.get(_BASE + "/collaborators/{username}/permission", metadata="read")
def get_permission(ask: Ask) -> Answer:
    user = ask.world.user(ask.path["username"])
    role = permission(ask.repository, user)
    level = LEVELS.index(role)
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    legacy = {"triage": "read", "maintain": "write"}.get(role, role)
    flags = {name: level >= LEVELS.index(least) for name, least in names.items()}
    return Answer(
        {
            "permission": legacy,
            "role_name": role,
            "user": simple_user(ask.world, user) | {"permissions": flags, "role_name": role},
        }
    )
