"""Versions are looked up from the highest down, and only as far as a rule can need."""

from __future__ import annotations

import pytest

from bot.gather.remote.tags import MOST_VERSIONS
from policies.config import Config, read
from policies.facts import Tag, Unavailable
from policies.verdict import Outcome
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, grow, label

pytestmark = pytest.mark.asyncio


def config(text: bytes) -> Config:
    found = read(text)
    assert isinstance(found, Config)
    return found


async def flagged(hub: Hub, head: str, base: str) -> dict[str, str]:
    """Return the tags that are somewhere, with where."""
    tags = await (await hub.source(head, base)).tags()
    assert isinstance(tags, tuple)
    return {tag.name: _places(tag) for tag in tags if _places(tag)}


def _places(tag: Tag) -> str:
    places = {"base": tag.on_base, "start": tag.at_start, "head": tag.on_head}
    return " ".join(name for name, is_there in places.items() if is_there)


async def test_the_highest_of_each_place_is_found(desk: Desk, hub: Hub) -> None:
    desk.git("tag", "v0.9.0", "main")
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "two", {"two": "2\n"})
    desk.git("tag", "v1.10.0")
    desk.git("tag", "v2.0.0", "dev")
    desk.start("hotfix/1.0.1", "v1.0.0")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.git("tag", "v1.0.1")
    assert await flagged(hub, "hotfix/1.0.1", "main") == {
        "v1.0.1": "head",
        "v1.10.0": "base",
        "v1.0.0": "base start",
    }


async def test_a_pre_release_at_the_start_is_no_end_of_the_search(desk: Desk, hub: Hub) -> None:
    desk.git("tag", "v1.1.0-rc.1", "main")
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    assert await flagged(hub, "hotfix/1.0.1", "main") == {"v1.1.0-rc.1": "base start", "v1.0.0": "start"}


async def test_a_release_does_not_ask_what_there_was_when_it_was_started(desk: Desk, hub: Hub) -> None:
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    assert await flagged(hub, "release/1.1.0", "main") == {"v1.0.0": "base"}


async def test_an_old_line_is_found_below_many_versions(desk: Desk, hub: Hub) -> None:
    label(desk, [f"v2.{number}.0" for number in range(100)], "dev")
    desk.start("support/1.x", "main")
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    assert await hub.said("hotfix/1.0.1", "support/1.x", "bad-version") == (Outcome.PASS, [])
    await hub.said("hotfix/1.0.1", "support/1.x", "bad-version")
    assert hub.kinds() == {"tags": 2}, "where a version is never changes"


async def test_no_end_of_versions_is_unknown(desk: Desk, hub: Hub) -> None:
    label(desk, [f"v2.{number}.0" for number in range(MOST_VERSIONS)], "dev")
    desk.start("support/1.x", "main")
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    answer = await (await hub.source("hotfix/1.0.1", "support/1.x")).tags()
    assert isinstance(answer, Unavailable)
    assert answer.why.plain() == "None of the 300 highest versions is in `support/1.x`; lower ones were not looked for."


async def test_tags_are_read_as_the_policy_writes_them(desk: Desk, hub: Hub) -> None:
    desk.git("tag", "model-1.4", "main")
    desk.git("tag", "v9.9.9", "main")
    hub.config = config(b"rules:\n  bad-version: {severity: error, tag_prefix: model-, allow_partial: true}\n")
    desk.start("release/1.5.0", "dev")
    desk.commit("A", "prepare 1.5.0", {"version": "1.5.0\n"})
    assert await flagged(hub, "release/1.5.0", "main") == {"model-1.4": "base"}
    assert await hub.said("release/1.5.0", "main", "bad-version") == (Outcome.PASS, [])


async def test_an_early_tag_inside_a_very_long_release_is_its_own(desk: Desk, hub: Hub) -> None:
    grow(desk, "release/1.1.0", 1_100, "dev")
    desk.git("tag", "v1.1.0", "release/1.1.0~50")
    assert await flagged(hub, "release/1.1.0", "main") == {"v1.1.0": "head", "v1.0.0": "base"}
    assert await hub.said("release/1.1.0", "main", "bad-version") == (Outcome.PASS, [])


class TestTheLastTagOfProduction:
    """What is owed may be measured at the last version instead of the tip."""

    @pytest.fixture
    def mended(self, desk: Desk, hub: Hub) -> Hub:
        hub.config = config(b"rules:\n  missing-back-merge: {severity: error, measured_at: last_tag}\n")
        desk.start("feature/x", "dev")
        desk.commit("A", "feat: x", {"x.py": "1\n"})
        desk.git("switch", "--quiet", "main")
        desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
        desk.commit("A", "mend units", {"units.py": "1\n"})
        return hub

    async def test_what_it_contains_is_owed(self, mended: Hub) -> None:
        mended.desk.git("tag", "v1.0.1", "main~1")
        outcome, (finding,) = await mended.said("feature/x", "dev", "missing-back-merge")
        assert outcome is Outcome.FAIL
        assert [line.plain().split(" ", 1)[1] for line in finding.details] == ["`mend rounding`"]

    async def test_what_came_after_it_is_not(self, mended: Hub) -> None:
        assert await mended.said("feature/x", "dev", "missing-back-merge") == (Outcome.PASS, [])
        source = await mended.source("feature/x", "dev")
        drift = await source.drift()
        assert isinstance(drift, tuple)
        assert (drift[0].last_tag, drift[0].tagged, len(drift[0].lacking)) == ("v1.0.0", frozenset(), 2)

    async def test_without_any_everything_is(self, mended: Hub) -> None:
        mended.desk.git("tag", "--delete", "v1.0.0")
        mended.desk.git("push", "--quiet", "origin", "--delete", "v1.0.0")
        mended.desk.git("tag", "latest", "main")
        outcome, (finding,) = await mended.said("feature/x", "dev", "missing-back-merge")
        assert (outcome, len(finding.details)) == (Outcome.FAIL, 2)

    async def test_of_several_the_newest_counts(self, mended: Hub) -> None:
        mended.desk.git("tag", "v1.0.1", "main~1")
        mended.desk.git("tag", "build-7", "main")
        source = await mended.source("feature/x", "dev")
        drift = await source.drift()
        assert isinstance(drift, tuple)
        assert (drift[0].last_tag, len(drift[0].tagged)) == ("build-7", 2)

    async def test_while_nothing_is_owed_nobody_asks(self, desk: Desk, mended: Hub) -> None:
        desk.merge("A", "main", "dev", 9)
        source = await mended.source("feature/x", "dev")
        await source.drift()
        assert mended.kinds()["tags"] == 0
