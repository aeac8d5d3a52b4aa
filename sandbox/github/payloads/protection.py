"""Branch protection and rules as GitHub shows them."""

from __future__ import annotations

from sandbox.github.model import Protection, Repository
from sandbox.github.payloads.basics import Json, in_path
from sandbox.github.payloads.repositories import api_url
from sandbox.github.world import World


def required_checks(world: World, repository: Repository, branch: str, one: Protection) -> Json:
    url = f"{api_url(world, repository)}/branches/{in_path(branch)}/protection/required_status_checks"
    return {
        "url": url,
        "strict": one.strict,
        "contexts": [check.context for check in one.checks],
        "contexts_url": f"{url}/contexts",
        "checks": [{"context": check.context, "app_id": check.app.id if check.app else None} for check in one.checks],
    }


def protection(world: World, repository: Repository, branch: str, one: Protection) -> Json:
    """Return ``GET /branches/{branch}/protection``; what is not required is left out."""
    url = f"{api_url(world, repository)}/branches/{in_path(branch)}/protection"
    answer: Json = {
        "url": url,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": one.enforce_admins},
        "required_linear_history": {"enabled": False},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
        "block_creations": {"enabled": False},
        "required_conversation_resolution": {"enabled": False},
        "lock_branch": {"enabled": False},
        "allow_fork_syncing": {"enabled": False},
        "required_signatures": {"url": f"{url}/required_signatures", "enabled": False},
    }
    if one.checks:
        answer["required_status_checks"] = required_checks(world, repository, branch, one)
    if one.approvals is not None:
        answer["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": one.dismiss_stale,
            "require_code_owner_reviews": False,
            "require_last_push_approval": False,
            "required_approving_review_count": one.approvals,
        }
    return answer


def summary(one: Protection | None) -> Json:
    """Return the little that lists of branches say of protection."""
    checks = one.checks if one else []
    return {
        "enabled": one is not None,
        "required_status_checks": {
            "enforcement_level": "everyone" if checks else "off",
            "contexts": [check.context for check in checks],
            "checks": [{"context": check.context, "app_id": check.app.id if check.app else None} for check in checks],
        },
    }


def rules(repository: Repository, one: Protection) -> list[Json]:
    """Return what one ruleset asks of a branch: https://docs.github.com/rest/repos/rules#get-rules-for-a-branch"""
    source = {"ruleset_source_type": "Repository", "ruleset_source": repository.full_name, "ruleset_id": one.id}
    found: list[Json] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
    if one.checks:
        checks = [
            {"context": check.context} | ({"integration_id": check.app.id} if check.app else {}) for check in one.checks
        ]
        parameters = {"strict_required_status_checks_policy": one.strict, "required_status_checks": checks}
        found.append({"type": "required_status_checks", "parameters": parameters | {"do_not_enforce_on_create": False}})
    if one.approvals is not None:
        found.append({"type": "pull_request", "parameters": _pull_request_rule(one)})
    if one.merge_queue:
        found.append({"type": "merge_queue", "parameters": _MERGE_QUEUE})
    return [rule | source for rule in found]


_MERGE_QUEUE = {
    "check_response_timeout_minutes": 60,
    "grouping_strategy": "ALLGREEN",
    "max_entries_to_build": 5,
    "max_entries_to_merge": 5,
    "merge_method": "MERGE",
    "min_entries_to_merge": 1,
    "min_entries_to_merge_wait_minutes": 5,
}


def _pull_request_rule(one: Protection) -> Json:
    return {
        "dismiss_stale_reviews_on_push": one.dismiss_stale,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_approving_review_count": one.approvals,
        "required_review_thread_resolution": False,
        "allowed_merge_methods": ["merge", "squash", "rebase"],
    }
