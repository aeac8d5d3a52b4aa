"""https://docs.github.com/rest/repos/contents, https://docs.github.com/rest/releases/releases"""

from __future__ import annotations

import base64
import binascii

from sandbox.github.acts import commits, releases
from sandbox.github.errors import Refused, invalid_field, not_found
from sandbox.github.git.objects import Entry
from sandbox.github.payloads.basics import in_path
from sandbox.github.payloads.commits import git_commit
from sandbox.github.payloads.releases import release
from sandbox.github.payloads.repositories import api_url, html_url
from sandbox.github.rest.ask import Answer, Ask, Json
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}"
LARGEST = 1024 * 1024
"""Bytes of a file that is given as JSON; larger ones are given raw only."""


@routes.get(_BASE + "/contents/{path}", contents="read")
def get_contents(ask: Ask) -> Answer:
    git = ask.world.git(ask.repository)
    ref = ask.query.get("ref") or ask.repository.default_branch
    commit = git.resolve(ref)
    if commit is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    path = ask.path["path"].strip("/")
    entry = git.objects.find(commit, path)
    if entry is None:
        raise not_found()
    if entry.kind == "tree":
        inside = git.objects.tree(entry.sha)
        return Answer([_item(ask, one, f"{path}/{one.name}".lstrip("/"), ref) for one in inside])
    return _file(ask, entry, path, ref)


def _file(ask: Ask, entry: Entry, path: str, ref: str) -> Answer:
    data = _data(ask, entry)
    if "raw" in ask.accept:
        return Answer(text=data, media_type="application/vnd.github.raw+json; charset=utf-8")
    item = _item(ask, entry, path, ref)
    if item["type"] == "symlink":
        return Answer(item | {"target": data.decode("utf-8", "replace")})
    if len(data) > LARGEST:
        error = {"resource": "Blob", "field": "data", "code": "too_large"}
        raise Refused(403, "This API returns blobs up to 1 MB in size. The requested blob is too large.", [error])
    encoded = base64.b64encode(data).decode("ascii")
    content = "".join(f"{encoded[start : start + 60]}\n" for start in range(0, len(encoded), 60))
    return Answer(item | {"content": content, "encoding": "base64"})


def _data(ask: Ask, entry: Entry) -> bytes:
    found = ask.world.git(ask.repository).objects.get(entry.sha)
    return found[1] if found else b""


def _item(ask: Ask, entry: Entry, path: str, ref: str) -> Json:
    """Return a file, folder, link or submodule as a folder lists it."""
    kind = {"tree": "dir", "commit": "submodule"}.get(entry.kind, "symlink" if entry.mode == "120000" else "file")
    url, html = api_url(ask.world, ask.repository), html_url(ask.world, ask.repository)
    here = f"{url}/contents/{in_path(path)}?ref={in_path(ref)}"
    git = f"{url}/git/{'trees' if kind == 'dir' else 'blobs'}/{entry.sha}"
    page = f"{html}/{'tree' if kind == 'dir' else 'blob'}/{in_path(ref)}/{in_path(path)}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": len(_data(ask, entry)) if entry.kind == "blob" else 0,
        "url": here,
        "html_url": page,
        "git_url": git,
        "download_url": f"{html}/raw/{in_path(ref)}/{in_path(path)}" if kind == "file" else None,
        "type": kind,
        "_links": {"self": here, "git": git, "html": page},
    }


@routes.put(_BASE + "/contents/{path}", contents="write")
def put_contents(ask: Ask) -> Answer:
    """Write one file with a commit of its own; to replace one, its present blob must be named."""
    body, git, path = ask.body, ask.world.git(ask.repository), ask.path["path"].strip("/")
    message, branch = body.text("message"), body.optional_text("branch") or ask.repository.default_branch
    try:
        data = base64.b64decode(body.text("content"))
    except binascii.Error as error:
        raise Refused(422, "content is not valid Base64") from error
    tip = git.branch(branch)
    if tip is None and git.under("refs/heads/"):
        raise Refused(404, f"Branch {branch} not found")
    present = git.objects.find(tip, path) if tip else None
    _demand_sha(present, body.optional_text("sha"), path)
    draft = commits.draft(ask.world, message, {path: data}, ask.actor)
    sha = commits.push_commits(ask.world, ask.repository, branch, [draft], ask.actor)
    written = git.objects.find(sha, path)
    if written is None:
        raise AssertionError("it was written just now")
    made = {"content": _item(ask, written, path, branch), "commit": git_commit(ask.world, ask.repository, sha)}
    return Answer(made, 200 if present else 201)


def _demand_sha(present: Entry | None, given: str | None, path: str) -> None:
    if present and given is None:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given is not None and (present is None or given != present.sha):
        raise Refused(409, f"{path} does not match {given}")


@routes.get(_BASE + "/releases", contents="read")
def list_releases(ask: Ask) -> Answer:
    return ask.listed(ask.repository.releases[::-1], lambda one: release(ask.world, ask.repository, one))


@routes.get(_BASE + "/releases/latest", contents="read")
def get_latest_release(ask: Ask) -> Answer:
    found = [one for one in ask.repository.releases if not one.draft and not one.prerelease]
    if not found:
        raise not_found()
    return Answer(release(ask.world, ask.repository, found[-1]))


@routes.get(_BASE + "/releases/tags/{tag}", contents="read")
def get_release_by_tag(ask: Ask) -> Answer:
    found = [one for one in ask.repository.releases if one.tag_name == ask.path["tag"] and not one.draft]
    if not found:
        raise not_found()
    return Answer(release(ask.world, ask.repository, found[0]))


@routes.post(_BASE + "/releases", contents="write")
def create_release(ask: Ask) -> Answer:
    body = ask.body
    wish = releases.Wish(
        tag=body.text("tag_name"),
        target=body.optional_text("target_commitish"),
        name=body.optional_text("name"),
        body=body.optional_text("body"),
        draft=body.flag("draft"),
        prerelease=body.flag("prerelease"),
    )
    if not wish.tag.strip():
        raise invalid_field("Release", "tag_name", "missing_field")
    made = releases.publish(ask.world, ask.repository, wish, ask.actor)
    return Answer(release(ask.world, ask.repository, made), 201)
