"""People, organisations and teams come into being."""

from __future__ import annotations

from sandbox.github.errors import invalid_field
from sandbox.github.model import Account, Organisation, Team, User
from sandbox.github.world import World


def create_user(world: World, login: str, name: str | None = None, email: str | None = None) -> User:
    """Sign a person up. Commits with the address (``login@example.com`` unless another is given) are theirs."""
    _refuse_taken(world, login)
    user = User(world.id(), login, world.clock.now(), name=name or login, email=email or f"{login}@example.com")
    world.accounts[login.lower()] = user
    return user


def create_bot(world: World, slug: str) -> User:
    """Make the account that an App acts as."""
    login = f"{slug}[bot]"
    _refuse_taken(world, login)
    bot = User(world.id(), login, world.clock.now(), type="Bot", name=login)
    bot.email = f"{bot.id}+{login}@users.noreply.github.com"
    world.accounts[login.lower()] = bot
    return bot


def create_organisation(world: World, login: str, owner: User) -> Organisation:
    _refuse_taken(world, login)
    organisation = Organisation(world.id(), login, world.clock.now(), name=login)
    organisation.members[owner] = "admin"
    world.accounts[login.lower()] = organisation
    return organisation


def create_team(world: World, organisation: Organisation, slug: str, members: list[User]) -> Team:
    """Make a team; its members become members of the organisation."""
    team = Team(world.id(), slug, slug, organisation, world.clock.now())
    organisation.teams[slug] = team
    for user in members:
        team.members[user] = "member"
        organisation.members.setdefault(user, "member")
    return team


def owner_of(account: Account) -> User:
    """Return who may do everything there: the person, or an owner of the organisation."""
    if isinstance(account, Organisation):
        return next(user for user, role in account.members.items() if role == "admin")
    if isinstance(account, User):
        return account
    raise TypeError(f"{account.login} is neither a person nor an organisation")


def _refuse_taken(world: World, login: str) -> None:
    if login.lower() in world.accounts:
        raise invalid_field("Account", "login", "already_exists")
