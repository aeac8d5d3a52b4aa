"""Users, organisations and teams as GitHub shows them."""

from __future__ import annotations

from sandbox.github.model import Account, Organisation, Repository, Team
from sandbox.github.payloads.basics import Json, in_path, moment, node_id
from sandbox.github.world import World


def simple_user(world: World, account: Account) -> Json:
    """Return an account as it stands inside other objects."""
    url = f"{world.api}/users/{in_path(account.login)}"
    html = f"{world.web}/apps/{account.login[:-5]}" if account.type == "Bot" else f"{world.web}/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id({"User": "U", "Bot": "BOT", "Organization": "O"}[account.type], account.id),
        "avatar_url": f"{world.web}/avatars/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": html,
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": account.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(world: World, account: Account) -> Json:
    """Return an account as ``GET /users/{login}`` shows it."""
    return simple_user(world, account) | {
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": _repositories(world, account, private=False),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": moment(account.created_at),
        "updated_at": moment(account.created_at),
    }


def _repositories(world: World, account: Account, *, private: bool) -> int:
    return sum(one.owner is account and one.private is private for one in world.repositories.values())


def simple_organisation(world: World, organisation: Organisation) -> Json:
    """Return an organisation as webhooks carry it."""
    url = f"{world.api}/orgs/{organisation.login}"
    return {
        "login": organisation.login,
        "id": organisation.id,
        "node_id": node_id("O", organisation.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.web}/avatars/{organisation.id}",
        "description": None,
    }


def full_organisation(world: World, organisation: Organisation) -> Json:
    """Return an organisation as ``GET /orgs/{org}`` shows it."""
    return simple_organisation(world, organisation) | {
        "name": organisation.name or organisation.login,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": _repositories(world, organisation, private=False),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{world.web}/{organisation.login}",
        "type": "Organization",
        "created_at": moment(organisation.created_at),
        "updated_at": moment(organisation.created_at),
        "archived_at": None,
    }


def team(world: World, one: Team) -> Json:
    """Return a team as it stands in lists."""
    url = f"{world.api}/organizations/{one.organisation.id}/team/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("T", one.id),
        "name": one.name,
        "slug": one.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": url,
        "html_url": f"{world.web}/orgs/{one.organisation.login}/teams/{one.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": one.organisation.id,
        "parent": None,
    }


def full_team(world: World, one: Team) -> Json:
    """Return a team as ``GET /orgs/{org}/teams/{slug}`` shows it."""
    return team(world, one) | {
        "members_count": len(one.members),
        "repos_count": len(one.repositories),
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
        "organization": full_organisation(world, one.organisation),
    }


def role_on(repository: Repository, account: Account) -> str:
    """Return the ``author_association`` of somebody who writes in a repository."""
    if account is repository.owner:
        return "OWNER"
    if isinstance(repository.owner, Organisation) and account in repository.owner.members:
        return "MEMBER"
    if account in repository.collaborators:
        return "COLLABORATOR"
    merged = any(pull.author is account and pull.merged_at for pull in repository.pulls.values())
    return "CONTRIBUTOR" if merged else "NONE"
