"""Makes commits in a bare repository: from files, and by merging, squashing and rebasing as GitHub's buttons do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.github.git.bare import EMPTY_TREE, Bare
from sandbox.github.git.objects import Person

Files = Mapping[str, str | bytes | None]
"""Path → contents; None deletes."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit that is to be made."""

    message: str
    files: Files
    author: Person
    committer: Person


def commit(bare: Bare, ref: str, drafts: Sequence[Draft], start: str | None) -> str:
    """Make commits one after the other, on top of ``start``, and move ``ref`` to the last, in one process."""
    parts: list[bytes] = []
    for number, draft in enumerate(drafts):
        parts.append(f"commit {ref}\nmark :1\n".encode("utf-8", "surrogateescape"))
        parts.append(f"author {_signature(draft.author)}\ncommitter {_signature(draft.committer)}\n".encode())
        parts.append(_data(draft.message.encode("utf-8", "surrogateescape")))
        if number == 0 and start:
            parts.append(f"from {start}\n".encode())
        parts += [_change(path, contents) for path, contents in draft.files.items()]
    parts.append(b"get-mark :1\n")
    if not start:
        parts.insert(0, f"reset {ref}\n".encode("utf-8", "surrogateescape"))
    sha = bare.git.run("fast-import", "--quiet", "--force", stdin=b"".join(parts)).split()[-1]
    bare.refs[ref] = sha
    return sha


def _change(path: str, contents: str | bytes | None) -> bytes:
    name = path.encode("utf-8", "surrogateescape")
    quoted = b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    if contents is None:
        return b"D " + quoted + b"\n"
    data = contents.encode("utf-8", "surrogateescape") if isinstance(contents, str) else contents
    return b"M 100644 inline " + quoted + b"\n" + _data(data)


def _data(data: bytes) -> bytes:
    return b"data %d\n" % len(data) + data + b"\n"


def _signature(person: Person) -> str:
    safe = str.maketrans("", "", "<>\n\0")
    return f"{person.name.translate(safe)} <{person.email.translate(safe)}> {int(person.when.timestamp())} +0000"


def merge_tree(bare: Bare, base: str, head: str) -> str | None:
    """Return the tree of the merge of two commits, or None where they conflict or have nothing in common."""
    if bare.merge_base(base, head) is None:
        return None
    code, out = bare.git.answer("merge-tree", "--write-tree", "--no-messages", base, head)
    return None if code else out.split(b"\n", 1)[0].decode("ascii")


def write_commit(bare: Bare, tree: str, parents: Sequence[str], draft: Draft) -> str:
    """Make a commit of a tree that is there already."""
    env = {
        f"GIT_{role}_{key}": value
        for role, person in (("AUTHOR", draft.author), ("COMMITTER", draft.committer))
        for key, value in (
            ("NAME", person.name or "nobody"),
            ("EMAIL", person.email),
            ("DATE", f"{int(person.when.timestamp())} +0000"),
        )
    }
    above = [word for parent in parents for word in ("-p", parent)]
    message = draft.message.encode("utf-8", "surrogateescape")
    return bare.git.run("commit-tree", tree, *above, stdin=message, env=env).strip()


def rebase(bare: Bare, base: str, head: str, committer: Person) -> str | None:
    """Return the tip after the commits of ``head`` were put onto ``base`` one by one, None at the first conflict."""
    tip = base
    for sha in bare.between(base, head):
        original = bare.objects.commit(sha)
        if len(original.parents) > 1:
            continue  # as git rebase does: merges are left out
        tree = _pick(bare, sha, tip, committer)
        if tree is None:
            return None
        if tree == bare.objects.commit(tip).tree:
            continue  # the base has the change already
        tip = write_commit(bare, tree, [tip], Draft(original.message, {}, original.author, committer))
    return tip


def _pick(bare: Bare, sha: str, onto: str, committer: Person) -> str | None:
    """Return the tree of ``sha`` cherry-picked onto a commit.

    That is a three-way merge whose base is the parent. ``git merge-tree`` looks for the base itself before Git 2.40, so
    it gets two commits that share just that one.
    """
    parent = bare.parent_tree(sha)
    note = Draft("for a cherry-pick", {}, committer, committer)
    below = bare.objects.commit(parent).tree if parent != EMPTY_TREE else parent
    shared = write_commit(bare, below, [], note)
    ours = write_commit(bare, bare.objects.commit(onto).tree, [shared], note)
    theirs = write_commit(bare, bare.objects.commit(sha).tree, [shared], note)
    return merge_tree(bare, ours, theirs)
