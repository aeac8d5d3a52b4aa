"""What the sandbox does with plumbing, held against what the git commands do in a clone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.desk import Desk, GitFailed
from sandbox.github.git.bare import EMPTY_TREE, Bare
from sandbox.github.git.hunks import hunk_of
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, commit, merge_tree, rebase, write_commit

ANN = Person("Ann Ä", "ann@example.com", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, "repo")
    desk.commit("A", "first", {"a.txt": "".join(f"{n}\n" for n in range(30)), "b.txt": "b\n"})
    desk.start("feature/x", "main")
    desk.commit("B", "one", {"x.txt": "x\n"})
    desk.commit("B", "two", {"a.txt": "".join(f"{n}\n" for n in range(30)) + "end\n"})
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "second", {"b.txt": "bb\n"})
    desk.publish()
    return desk


@pytest.fixture
def bare(desk: Desk) -> Iterator[Bare]:
    one = Bare(desk.origin)
    yield one
    one.close()


def test_refs_and_graph_are_gits(desk: Desk, bare: Bare) -> None:
    main, head = desk.git("rev-parse", "main"), desk.git("rev-parse", "feature/x")
    assert bare.under("refs/heads/") == {"feature/x": head, "main": main}
    assert bare.merge_base(main, head) == desk.git("merge-base", "main", "feature/x")
    assert bare.count(main, head) == (1, 2)
    assert list(bare.between(main, head)) == desk.git("rev-list", "--reverse", "main..feature/x").split()
    assert bare.log(main) == desk.git("rev-list", "main").split()
    assert bare.log(head, "x.txt") == desk.git("rev-list", "feature/x", "--", "x.txt").split()
    assert bare.is_ancestor(str(bare.merge_base(main, head)), main)
    assert not bare.is_ancestor(head, main)
    assert bare.merge_base(main, head) == bare.merge_base(head, main)


def test_names_are_read_as_github_reads_them(desk: Desk, bare: Bare) -> None:
    main = desk.git("rev-parse", "main")
    desk.git("tag", "--annotate", "--message", "one", "v1", "main")
    desk.git("tag", "light", "main~1")
    desk.publish()
    bare.reread()
    for name in ("main", "refs/heads/main", "heads/main", "v1", "tags/v1", main, main[:8], main.upper()[:9]):
        assert bare.resolve(name) == main, name
    assert bare.resolve("light") == desk.git("rev-parse", "main~1")
    for name in ("nowhere", "0" * 40, "", "main~1", "--help", bare.objects.commit(main).tree):
        assert bare.resolve(name) is None, name


def test_commits_trees_and_blobs_are_read(desk: Desk, bare: Bare) -> None:
    found = bare.objects.commit(desk.git("rev-parse", "feature/x"))
    assert (found.message, found.author.name, found.author.email) == ("two", "B", "b@example.com")
    assert found.author.when.isoformat() == desk.git("log", "-1", "--format=%aI", "feature/x")
    assert found.parents == (desk.git("rev-parse", "feature/x~1"),)
    entry = bare.objects.find(found.sha, "x.txt")
    assert entry
    assert bare.objects.get(entry.sha) == ("blob", b"x\n")
    assert [one.name for one in bare.objects.tree(found.tree)] == ["a.txt", "b.txt", "x.txt"]
    assert bare.objects.find(found.sha, "x.txt/deeper") is None
    assert bare.objects.get("f" * 40) is None
    with pytest.raises(KeyError):
        bare.objects.commit(entry.sha)


def test_commits_are_made_as_git_makes_them(desk: Desk, bare: Bare) -> None:
    start = bare.branch("main")
    names = {'odd "name"\\ \n ä.txt': "1\n", "deep/er/file": b"\0\xff", "b.txt": None, "a.txt": ""}
    tip = commit(
        bare, "refs/heads/new", [Draft("sübject\n\nbody", names, ANN, ANN), Draft("next", {}, ANN, ANN)], start
    )
    desk.git("fetch", "--quiet", "origin")
    assert desk.git("rev-parse", "origin/new") == bare.branch("new") == tip
    shown = desk.git("show", "--name-status", "-z", "--no-renames", "--format=%an %ae %aI%n%B", "origin/new~1")
    assert shown.startswith("Ann Ä ann@example.com 2026-01-02T03:04:05+00:00\nsübject\n\nbody\0")
    changed = shown.split("\0")
    assert set(changed) >= {'odd "name"\\ \n ä.txt', "deep/er/file", "b.txt"}
    assert desk.git("cat-file", "-s", "origin/new:deep/er/file") == "2"
    assert desk.git("fsck", "--strict", "--no-dangling") == ""
    assert bare.touched([f"{tip}"]) == {tip: {"added": [], "removed": [], "modified": []}}


def test_a_first_commit_has_no_parent(tmp_path: Path) -> None:
    bare = Bare.create(tmp_path / "new.git")
    tip = commit(bare, "refs/heads/main", [Draft("first", {"a": "1\n"}, ANN, ANN)], None)
    assert bare.objects.commit(tip).parents == ()
    assert [change.path for change in bare.changes(bare.parent_tree(tip), tip)] == ["a"]
    assert bare.parent_tree(tip) == EMPTY_TREE
    bare.close()


def test_changes_are_gits(desk: Desk, bare: Bare) -> None:
    base, head = str(bare.branch("main")), str(bare.branch("feature/x"))
    moved = {"a.txt": None, "moved.txt": "".join(f"{n}\n" for n in range(30)), "bin": b"\0\1\2", "b.txt": None}
    tip = commit(bare, "refs/heads/more", [Draft("more", moved, ANN, ANN)], base)
    found = {one.path: one for one in bare.changes(base, tip)}
    assert {path: one.status for path, one in found.items()} == {
        "b.txt": "removed",
        "bin": "added",
        "moved.txt": "renamed",
    }
    assert found["moved.txt"].previous == "a.txt"
    assert (found["b.txt"].additions, found["b.txt"].deletions) == (0, 1)
    assert found["b.txt"].sha == desk.git("rev-parse", "main:b.txt")
    patches = bare.patches(base, tip)
    assert patches == {"b.txt": "@@ -1 +0,0 @@\n-bb"}
    desk.git("fetch", "--quiet", "origin")
    patch = desk.git("diff", "main", "feature/x", "--", "a.txt")
    assert bare.patches(base, head)["a.txt"] == patch[patch.index("@@") :]


def test_a_merge_is_gits(desk: Desk, bare: Bare) -> None:
    base, head = str(bare.branch("main")), str(bare.branch("feature/x"))
    desk.git("merge", "--quiet", "--no-ff", "--message", "m", "feature/x", who="A")
    assert merge_tree(bare, base, head) == desk.git("rev-parse", "HEAD^{tree}")
    clash = commit(bare, "refs/heads/clash", [Draft("clash", {"x.txt": "other\n"}, ANN, ANN)], base)
    assert merge_tree(bare, clash, head) is None
    root = write_commit(bare, bare.objects.commit(base).tree, [], Draft("root", {}, ANN, ANN))
    assert merge_tree(bare, root, head) is None


def test_a_rebase_is_gits(desk: Desk, bare: Bare) -> None:
    base, head = str(bare.branch("main")), str(bare.branch("feature/x"))
    tip = rebase(bare, base, head, ANN)
    assert tip
    desk.git("switch", "--quiet", "feature/x")
    desk.git("rebase", "--quiet", "main", who="C")
    ours = [bare.objects.commit(sha) for sha in bare.between(base, tip)]
    theirs = desk.git("log", "--reverse", "--format=%T %s %an %aI", "main..feature/x").splitlines()
    assert [f"{one.tree} {one.message} {one.author.name} {one.author.when.isoformat()}" for one in ours] == theirs
    assert {one.committer.name for one in ours} == {"Ann Ä"}


def test_a_rebase_leaves_out_merges_and_what_the_base_has(bare: Bare) -> None:
    base, head = str(bare.branch("main")), str(bare.branch("feature/x"))
    tree = merge_tree(bare, head, base)
    assert tree
    plain = write_commit(bare, tree, [head, base], Draft("merge", {}, ANN, ANN))
    evil = commit(bare, "refs/heads/evil", [Draft("more than a merge", {"evil.txt": "1\n"}, ANN, ANN)], plain)
    merged = write_commit(bare, bare.objects.commit(evil).tree, [head, base], Draft("merge", {}, ANN, ANN))
    same = commit(bare, "refs/heads/same", [Draft("same as one", {"x.txt": "x\n"}, ANN, ANN)], base)
    tip = rebase(bare, same, merged, ANN)
    assert tip
    assert [bare.objects.commit(sha).message for sha in bare.between(same, tip)] == ["two"]
    clash = commit(bare, "refs/heads/clash", [Draft("clash", {"x.txt": "other\n"}, ANN, ANN)], base)
    assert rebase(bare, clash, head, ANN) is None


def test_refs_move_together_or_not_at_all(bare: Bare) -> None:
    base = str(bare.branch("main"))
    before = dict(bare.refs)
    with pytest.raises(GitFailed):
        bare.update({"refs/heads/good": base, "refs/heads/main/below": base})
    assert bare.refs == before == (bare.reread() and bare.refs)
    bare.update({"refs/heads/good": base, "refs/heads/feature/x": None})
    after = dict(bare.refs)
    bare.reread()
    assert bare.refs == after


PATCH = "@@ -1,3 +1,4 @@ head\n one\n-two\n+2\n+2.5\n three\n@@ -10 +11 @@\n-ten\n+10\n\\ No newline at end of file"


@pytest.mark.parametrize(
    ("side", "line", "ends"),
    [
        ("RIGHT", 1, " one"),
        ("RIGHT", 2, "+2"),
        ("RIGHT", 3, "+2.5"),
        ("RIGHT", 4, " three"),
        ("RIGHT", 11, "+10"),
        ("LEFT", 2, "-two"),
        ("LEFT", 10, "-ten"),
        ("RIGHT", 5, None),
        ("LEFT", 4, None),
        ("RIGHT", 10, None),
    ],
)
def test_a_line_is_found_in_a_patch(side: str, line: int, ends: str | None) -> None:
    found = hunk_of(PATCH, "LEFT" if side == "LEFT" else "RIGHT", line)
    assert (found.rpartition("\n")[2] if found else None) == ends
