"""Long lists: branches, tags and files, read whole or said to be cut."""

from __future__ import annotations

from typing import Any

import pytest

from bot.gather.remote.branches import MOST_BRANCHES, branches
from bot.gather.remote.facts import MOST_PATHS
from bot.gather.remote.tags import MOST_TAGS
from bot.jobs.port import Later
from policies.facts import Unavailable
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, label, point

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("extra", "reads"), [(0, 1), (97, 1), (98, 2), (198, 4), (350, 4), (397, 4)])
async def test_all_branches_are_listed_in_few_rounds(desk: Desk, hub: Hub, extra: int, reads: int) -> None:
    point(desk, [f"feature/{number}" for number in range(extra)], "dev")
    await hub.publish()
    hub.count_from_here()
    listed = await branches(hub.api, hub.repository)
    assert (len(listed.tips), listed.missing) == (extra + 2, None)
    assert listed.tips["dev"] == hub.sha("dev")
    assert len(hub.asked) == reads
    assert {call.not_modified for call in hub.asked} == {True}


async def test_too_many_branches_are_cut_and_that_is_said(desk: Desk, hub: Hub) -> None:
    point(desk, [f"feature/{number}" for number in range(MOST_BRANCHES)], "dev")
    listed = await hub.publish()
    assert len(listed.tips) == MOST_BRANCHES
    assert listed.missing is not None
    assert "more than 3000 branches" in listed.missing.why.plain()


async def test_exactly_as_many_as_are_read_are_all(desk: Desk, hub: Hub) -> None:
    point(desk, [f"feature/{number}" for number in range(MOST_BRANCHES - 2)], "dev")
    listed = await hub.publish()
    assert (len(listed.tips), listed.missing) == (MOST_BRANCHES, None)


async def test_too_many_tags_are_unknown(desk: Desk, hub: Hub) -> None:
    label(desk, [f"v0.0.{number}" for number in range(MOST_TAGS)], "main")
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    answer = await (await hub.source("release/1.1.0", "main")).tags()
    assert isinstance(answer, Unavailable)
    assert "more than 3000 tags" in answer.why.plain()


class TestPaths:
    @pytest.fixture
    def wide(self, desk: Desk, hub: Hub) -> Hub:
        desk.start("feature/wide", "dev")
        desk.commit("A", "many files", {f"data/{number}.csv": f"{number}\n" for number in range(299)})
        return hub

    async def test_up_to_299_files_come_with_the_comparison(self, wide: Hub) -> None:
        source = await wide.opened("feature/wide", "dev")
        assert _known(await source.paths()) == {f"data/{number}.csv" for number in range(299)}
        assert wide.kinds() == {"compare": 1}

    async def test_more_are_listed_by_the_pull_request_once(self, desk: Desk, wide: Hub) -> None:
        desk.git("switch", "--quiet", "feature/wide")
        desk.git("mv", "data/0.csv", "data/zero.csv")
        desk.commit("A", "one more", {"data/299.csv": "299\n"})
        for reads in ({"compare": 1, "files": 3, "pulls": 1}, {}):
            source = await wide.opened("feature/wide", "dev")
            assert _known(await source.paths()) == {f"data/{number}.csv" for number in range(1, 300)} | {
                "data/zero.csv"
            }
            assert wide.kinds() == reads

    async def test_a_list_of_another_head_is_not_taken(self, desk: Desk, wide: Hub) -> None:
        desk.git("switch", "--quiet", "feature/wide")
        desk.commit("A", "two more", {"data/299.csv": "299\n", "data/300.csv": "300\n"})
        before = await wide.opened("feature/wide", "dev")
        desk.git("switch", "--quiet", "feature/wide")
        desk.commit("A", "a third", {"data/301.csv": "301\n"})
        after = await wide.opened("feature/wide", "dev")
        with pytest.raises(Later):
            await before.paths()
        assert "data/301.csv" in _known(await after.paths())

    async def test_more_than_github_lists_are_unknown(self, desk: Desk, wide: Hub) -> None:
        desk.git("switch", "--quiet", "feature/wide")
        desk.commit("A", "very many", {f"more/{number}.csv": f"{number}\n" for number in range(MOST_PATHS - 298)})
        answer = await (await wide.opened("feature/wide", "dev")).paths()
        assert isinstance(answer, Unavailable)
        assert answer.why.plain() == "The pull request changes more than 3000 files; GitHub lists no more."


def _known(paths: Any) -> frozenset[str]:
    assert isinstance(paths, frozenset)
    return paths
