"""https://docs.github.com/rest/git/refs, https://docs.github.com/rest/git/commits, and what else moves refs."""

from __future__ import annotations

from sandbox.github.acts import merging, pushes
from sandbox.github.errors import Refused, not_found
from sandbox.github.payloads.basics import in_path, node_id
from sandbox.github.payloads.commits import commit, git_commit
from sandbox.github.payloads.repositories import api_url
from sandbox.github.rest.ask import NOTHING, Answer, Ask, Json
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}"


def _show(ask: Ask, ref: str, sha: str) -> Json:
    url = f"{api_url(ask.world, ask.repository)}/git"
    found = ask.world.git(ask.repository).objects.get(sha)
    kind = found[0] if found else "commit"
    return {
        "ref": ref,
        "node_id": node_id("REF", ref),
        "url": f"{url}/{in_path(ref)}",
        "object": {"sha": sha, "type": kind, "url": f"{url}/{kind}s/{sha}"},
    }


@routes.get(_BASE + "/git/ref/{ref}", contents="read")
def get_ref(ask: Ask) -> Answer:
    ref = f"refs/{ask.path['ref']}"
    sha = ask.world.git(ask.repository).refs.get(ref)
    if sha is None:
        raise not_found()
    return Answer(_show(ask, ref, sha))


@routes.get(_BASE + "/git/matching-refs/{ref}", contents="read")
def list_matching_refs(ask: Ask) -> Answer:
    prefix = f"refs/{ask.path['ref']}"
    found = ask.world.git(ask.repository).under(prefix)
    return Answer([_show(ask, prefix + rest, sha) for rest, sha in found.items()])


@routes.post(_BASE + "/git/refs", contents="write")
def create_ref(ask: Ask) -> Answer:
    ref, sha, git = ask.body.text("ref"), ask.body.text("sha"), ask.world.git(ask.repository)
    if not ref.startswith(("refs/heads/", "refs/tags/")):
        raise Refused(422, "Reference name must start with 'refs/' and have at least two slashes")
    if ref in git.refs:
        raise Refused(422, "Reference already exists")
    if git.objects.get(sha) is None:
        raise Refused(422, "Object does not exist")
    pushes.push(ask.world, ask.repository, ref, sha, ask.actor)
    return Answer(_show(ask, ref, sha), 201)


@routes.patch(_BASE + "/git/refs/{ref}", contents="write")
def update_ref(ask: Ask) -> Answer:
    ref, sha, git = f"refs/{ask.path['ref']}", ask.body.text("sha"), ask.world.git(ask.repository)
    before = git.refs.get(ref)
    if before is None:
        raise Refused(422, "Reference does not exist")
    if git.objects.get(sha) is None:
        raise Refused(422, "Object does not exist")
    if not ask.body.flag("force") and not git.is_ancestor(before, sha):
        raise Refused(422, "Update is not a fast forward")
    pushes.push(ask.world, ask.repository, ref, sha, ask.actor)
    return Answer(_show(ask, ref, sha))


@routes.delete(_BASE + "/git/refs/{ref}", contents="write")
def delete_ref(ask: Ask) -> Answer:
    ref = f"refs/{ask.path['ref']}"
    if ref not in ask.world.git(ask.repository).refs:
        raise Refused(422, "Reference does not exist")
    pushes.push(ask.world, ask.repository, ref, None, ask.actor)
    return NOTHING


@routes.get(_BASE + "/git/commits/{commit_sha}", contents="read")
def get_git_commit(ask: Ask) -> Answer:
    try:
        return Answer(git_commit(ask.world, ask.repository, ask.path["commit_sha"]))
    except KeyError as error:
        raise not_found() from error


@routes.post(_BASE + "/merges", contents="write")
def merge_branch(ask: Ask) -> Answer:
    base, head = ask.body.text("base"), ask.body.text("head")
    message = ask.body.optional_text("commit_message") or f"Merge {head} into {base}"
    sha = merging.merge_branch(ask.world, ask.repository, (base, head), message, ask.actor)
    return Answer(commit(ask.world, ask.repository, sha), 201) if sha else NOTHING


@routes.get(_BASE + "/tags", contents="read")
def list_tags(ask: Ask) -> Answer:
    git, url = ask.world.git(ask.repository), api_url(ask.world, ask.repository)
    tags = sorted(git.under("refs/tags/").items(), reverse=True)

    def show(tag: tuple[str, str]) -> Json:
        name, sha = tag[0], git.objects.commit(tag[1]).sha
        return {
            "name": name,
            "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
            "zipball_url": f"{url}/zipball/refs/tags/{in_path(name)}",
            "tarball_url": f"{url}/tarball/refs/tags/{in_path(name)}",
            "node_id": f"REF_{name}",
        }

    return ask.listed(tags, show)
