"""https://docs.github.com/rest/users/users, https://docs.github.com/rest/orgs/orgs, https://docs.github.com/rest/teams"""

from __future__ import annotations

from sandbox.github.errors import Refused, not_found
from sandbox.github.model import Team
from sandbox.github.payloads.accounts import full_organisation, full_team, public_user, simple_user, team
from sandbox.github.rest.ask import Answer, Ask
from sandbox.github.rest.routes import Routes

routes = Routes()
_TEAM = "/orgs/{org}/teams/{team_slug}"


@routes.get("/users/{username}")
def get_user(ask: Ask) -> Answer:
    return Answer(public_user(ask.world, ask.world.account(ask.path["username"])))


@routes.get("/user")
def get_authenticated_user(ask: Ask) -> Answer:
    if ask.caller.installation:
        raise Refused(403, "Resource not accessible by integration")
    return Answer(public_user(ask.world, ask.actor))


@routes.get("/orgs/{org}")
def get_organisation(ask: Ask) -> Answer:
    return Answer(full_organisation(ask.world, ask.world.organisation(ask.path["org"])))


@routes.secret("/orgs/{org}/teams", members="read")
def list_teams(ask: Ask) -> Answer:
    teams = list(ask.world.organisation(ask.path["org"]).teams.values())
    return ask.listed(teams, lambda one: team(ask.world, one))


def _team(ask: Ask) -> Team:
    found = ask.world.organisation(ask.path["org"]).teams.get(ask.path["team_slug"])
    if found is None:
        raise not_found()
    return found


@routes.secret(_TEAM, members="read")
def get_team(ask: Ask) -> Answer:
    return Answer(full_team(ask.world, _team(ask)))


@routes.secret(_TEAM + "/members", members="read")
def list_members(ask: Ask) -> Answer:
    wanted = ask.query.get("role", "all")
    members = [user for user, role in _team(ask).members.items() if wanted in ("all", role)]
    return ask.listed(members, lambda one: simple_user(ask.world, one))


@routes.secret(_TEAM + "/memberships/{username}", members="read")
def get_membership(ask: Ask) -> Answer:
    one = _team(ask)
    role = next((role for user, role in one.members.items() if user.login == ask.path["username"]), None)
    if role is None:
        raise not_found()
    url = f"{ask.world.api}/organizations/{one.organisation.id}/team/{one.id}/memberships/{ask.path['username']}"
    return Answer({"url": url, "role": role, "state": "active"})


@routes.get("/rate_limit")
def get_rate_limit(ask: Ask) -> Answer:
    budget = ask.limits.budget(ask.caller.key)
    shown = {"limit": budget.limit, "used": budget.used, "remaining": budget.remaining, "reset": budget.reset}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": budget.reset}
    return Answer({"resources": {"core": shown, "search": search}, "rate": shown})
