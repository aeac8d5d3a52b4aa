"""The picture of the branches: every commit once, in the row of its branch, and no name on top of another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from sandbox.github.git.bare import Bare
from sandbox.pages.graph import Graph, History, Ref, draw, read_history
from sandbox.story import Story


def history(bare: Bare, most: int = 90) -> History:
    refs = [Ref(name, sha, f"/{name}") for name, sha in bare.under("refs/heads/").items()]
    return read_history(bare, refs, most)


@pytest.fixture(scope="module")
def bare(story: Story) -> Iterator[Bare]:
    bare = Bare(story.origin)
    yield bare
    bare.close()


@pytest.fixture(scope="module")
def picture(bare: Bare) -> Graph:
    return draw(history(bare))


def test_every_commit_is_drawn_once(bare: Bare, picture: Graph) -> None:
    everything = bare.git.run("rev-list", "--branches").split()
    assert sorted(dot.sha for dot in picture.dots) == sorted(everything)
    assert len({(dot.x, dot.y) for dot in picture.dots}) == len(everything)


def test_a_commit_stands_right_of_its_parents(bare: Bare, picture: Graph) -> None:
    across = {dot.sha: dot.x for dot in picture.dots}
    for sha, x in across.items():
        assert all(across[parent] < x for parent in bare.objects.commit(sha).parents)


def test_production_and_integration_have_a_row_each(picture: Graph) -> None:
    main, dev = (next(label for label in picture.labels if label.full == name) for name in ("main", "dev"))
    assert (main.y, dev.y) == (picture.labels[0].y, picture.labels[1].y)
    others = {label.y for label in picture.labels} - {main.y, dev.y}
    assert main.y < dev.y < min(others)
    assert {dot.colour for dot in picture.dots if dot.y == main.y} == {"0"}
    assert {dot.colour for dot in picture.dots if dot.y == dev.y} == {"1"}


def test_names_and_dots_do_not_lie_on_top_of_each_other(picture: Graph) -> None:
    for one, other in combinations(picture.labels, 2):
        if one.y == other.y:
            assert one.x + one.width <= other.x or other.x + other.width <= one.x
    for label in picture.labels:
        assert not [dot for dot in picture.dots if dot.y == label.y and label.x <= dot.x <= label.x + label.width]


def test_everything_is_inside_the_picture(picture: Graph) -> None:
    assert all(label.x + label.width <= picture.width and label.y < picture.height for label in picture.labels)
    assert all(0 < dot.x < picture.width and 0 < dot.y < picture.height for dot in picture.dots)


def test_a_deleted_branch_is_drawn_without_a_name(bare: Bare, picture: Graph) -> None:
    merged = next(lane for lane in history(bare).lanes if lane.name == "feature/holidays")
    assert merged.ref is None
    assert {dot.colour for dot in picture.dots if dot.sha in merged.shas} == {"gone"}


def test_a_tag_stands_at_its_commit(bare: Bare, picture: Graph) -> None:
    assert [dot.sha for dot in picture.dots if dot.tag == "v1.0.0"] == [bare.resolve("v1.0.0")]


@pytest.mark.parametrize("most", range(1, 12))
def test_of_a_long_history_the_newest_commits_are_drawn(bare: Bare, most: int) -> None:
    cut = draw(history(bare, most))
    assert cut.cut
    assert [dot.sha for dot in sorted(cut.dots, key=lambda dot: -dot.x)] == bare.git.run(
        "rev-list", "--branches", "--date-order", f"--max-count={most}"
    ).split()


def test_a_branch_without_commits_of_its_own_is_tied_to_where_it_stands(bare: Bare) -> None:
    tip = bare.branch("dev")
    assert tip is not None
    picture = draw(read_history(bare, [Ref("dev", tip, "/"), Ref("feature/new", tip, "/")]))
    label = next(label for label in picture.labels if label.full == "feature/new")
    assert [line for line in picture.lines if line.faint and line.path.endswith(f"H{label.x}")]


def test_an_empty_repository_has_no_picture() -> None:
    assert draw(History({}, (), cut=False, tags={})).dots == ()


def test_a_hostile_name_is_short_and_inert(bare: Bare) -> None:
    tip = bare.branch("main")
    assert tip is not None
    label = draw(read_history(bare, [Ref("feature/\u202e\x1b" + "x" * 250, tip, "/")])).labels[0]
    assert label.full.startswith("feature/[U+202E][U+001B]xxx")
    assert len(label.text) < 40
    assert label.width < 300
