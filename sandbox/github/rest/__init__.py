"""The REST API, one module a resource, under GitHub's own names for routes and parameters."""

from sandbox.github.rest import accounts, actions, apps, checks, commits, contents, git, issues, pulls, repos, reviews
from sandbox.github.rest.routes import Route

ROUTES: tuple[Route, ...] = tuple(
    route
    for module in (accounts, actions, apps, checks, pulls, reviews, issues, contents, git, commits, repos)
    for route in module.routes.routes
)
"""Every route; of two that match the first is taken."""
