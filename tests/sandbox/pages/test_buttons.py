"""The buttons do what they say, and only where GitHub would let this person do it."""

from __future__ import annotations

import pytest

from sandbox.github.acts import merging, pulls
from sandbox.github.model import Protection
from tests.sandbox.pages.conftest import Scene, Visitor

pytestmark = pytest.mark.asyncio

MERGE = "Merge pull request</button>"


def button(text: str) -> str:
    """Return the tag of the merge button of a page."""
    form = text[text.index('id="merge"') :]
    return form[form.index("<button") : form.index(">", form.index("<button"))]


async def test_the_merge_button_waits_for_the_required_check(scene: Scene, visitor: Visitor) -> None:
    scene.open("hotfix/1.0.1")
    before = scene.tip("main")
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "Expected: waiting for it to be reported" in page.text
    assert "disabled" in button(page.text)
    refused = await visitor.post(f"{scene.page}/pull/1/merge", method="merge")
    assert refused.status == 405
    assert "Required status check &#34;headgate&#34; is expected." in refused.text
    assert scene.tip("main") == before


async def test_the_merge_button_does_not_work_while_the_check_runs(scene: Scene, visitor: Visitor) -> None:
    scene.start(scene.open("hotfix/1.0.1"))
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "Waiting for checks" in page.text
    assert "disabled" in button(page.text)
    assert (await visitor.post(f"{scene.page}/pull/1/merge")).status == 405


async def test_the_merge_button_obeys_a_failed_check(scene: Scene, visitor: Visitor) -> None:
    scene.conclude(scene.start(scene.open("hotfix/1.0.1")), "failure", "No")
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "This may not be merged" in page.text
    assert "disabled" in button(page.text)
    refused = await visitor.post(f"{scene.page}/pull/1/merge")
    assert refused.status == 405
    assert "is failing." in refused.text


async def test_the_merge_button_merges_when_it_may(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "This may be merged" in page.text
    assert "disabled" not in button(page.text)
    merged = await visitor.post(f"{scene.page}/pull/1/merge", method="squash")
    assert (merged.status, merged.path) == (200, f"{scene.page}/pull/1")
    assert "Merged into main" in merged.text
    assert pull.merged_by is scene.ada
    tip = scene.tip("main")
    assert tip is not None
    assert scene.world.git(scene.repository).objects.commit(tip).message == "Round (#1)"


async def test_the_merge_button_obeys_conflicts(scene: Scene, visitor: Visitor) -> None:
    first, second = scene.open("hotfix/1.0.1"), scene.open("hotfix/late")
    for pull in (first, second):
        scene.conclude(scene.start(pull), "success", "Everything holds")
    assert "No conflicts with main" in (await visitor.get(f"{scene.page}/pull/2")).text
    merging.merge(scene.world, first, merging.Wish(), scene.ada)
    page = await visitor.get(f"{scene.page}/pull/2")
    assert "The branch conflicts with main" in page.text
    assert "disabled" in button(page.text)
    assert (await visitor.post(f"{scene.page}/pull/2/merge")).status == 405


async def test_looking_at_a_page_does_not_make_github_look(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    await visitor.get(f"{scene.page}/pull/1")
    assert pull.looked_at is None


async def test_missing_approvals_shut_the_gate(scene: Scene, visitor: Visitor) -> None:
    scene.repository.protections[0].approvals = 1
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    assert "At least 1 approving review is required" in (await visitor.get(f"{scene.page}/pull/1")).text
    approved = await visitor.post(f"{scene.page}/pull/1/approve")
    assert "approved these changes" in approved.text
    assert "This may be merged" in approved.text


async def test_nobody_approves_their_own_pull_request(scene: Scene, visitor: Visitor) -> None:
    scene.open("hotfix/1.0.1")
    page = await visitor.post("/web/acting", login="ben", back=f"{scene.page}/pull/1")
    assert '<option value="ben" selected>' in page.text
    assert "/approve" not in page.text
    refused = await visitor.post(f"{scene.page}/pull/1/approve")
    assert refused.status == 422
    assert "Can not approve your own pull request" in refused.text


async def test_a_merge_queue_takes_the_pull_request(scene: Scene, visitor: Visitor) -> None:
    scene.repository.protections.append(Protection(scene.world.id(), "main", merge_queue=True))
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    assert "Put into the merge queue" in (await visitor.get(f"{scene.page}/pull/1")).text
    queued = await visitor.post(f"{scene.page}/pull/1/merge")
    assert "In the merge queue" in queued.text
    assert [entry.pull for entry in scene.repository.queue] == [pull]
    assert "Merge queue" in (await visitor.get(scene.page)).text
    assert "gh-readonly-queue" not in (await visitor.get(f"{scene.page}/pull/1")).text


async def test_a_comment_is_written_as_the_chosen_person(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    await visitor.post("/web/acting", login="ben", back="/web/")
    page = await visitor.post(f"{scene.page}/pull/1/comment", body="*Really?*")
    assert "<em>Really?</em>" in page.text
    assert [comment.user for comment in pull.comments] == [scene.ben]


async def test_the_base_is_changed(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    page = await visitor.post(f"{scene.page}/pull/1/base", base="dev")
    assert pull.base_ref == "dev"
    assert "changed the base from" in page.text
    refused = await visitor.post(f"{scene.page}/pull/1/base", base="nothing")
    assert refused.status == 422
    assert "was not found" in refused.text


async def test_closing_and_opening_again(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    closed = await visitor.post(f"{scene.page}/pull/1/close")
    assert "Closed without a merge" in closed.text
    assert "Open again</button>" in closed.text
    opened = await visitor.post(f"{scene.page}/pull/1/reopen")
    assert "Waiting for checks" in opened.text
    assert pull.state == "open"


async def test_a_draft_is_made_ready(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    pulls.ready(scene.world, pull, scene.ben, draft=True)
    assert "This is still a draft" in (await visitor.get(f"{scene.page}/pull/1")).text
    await visitor.post(f"{scene.page}/pull/1/ready")
    assert not pull.draft


async def test_the_app_is_asked_for_a_check_again(scene: Scene, visitor: Visitor) -> None:
    run = scene.start(scene.open("hotfix/1.0.1"))
    refused = await visitor.post(f"{scene.page}/runs/{run.id}/rerun")
    assert refused.status == 422
    scene.conclude(run, "failure", "No")
    told: list[tuple[str, str | None]] = []
    scene.world.listeners.append(lambda event: told.append((event.name, event.action)))
    await visitor.post(f"{scene.page}/runs/{run.id}/rerun")
    assert told == [("check_run", "rerequested")]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_no_other_site_presses_a_button(scene: Scene, visitor: Visitor, headers: dict[str, str]) -> None:
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    refused = await visitor.post(f"{scene.page}/pull/1/merge", headers)
    assert refused.status == 403
    assert pull.state == "open"
    assert (await visitor.post("/web/acting", headers, login="ben")).status == 403


async def test_who_is_a_stranger_cannot_act(scene: Scene, visitor: Visitor) -> None:
    scene.open("hotfix/1.0.1")
    scene.repository.owner = scene.world.account("headgate[bot]")
    scene.world.names[f"headgate[bot]/{scene.repository.name}"] = scene.repository.id
    page = await visitor.get(f"/web/headgate[bot]/{scene.repository.name}/pull/1")
    assert 'id="reply"' not in page.text
    refused = await visitor.post(f"/web/headgate[bot]/{scene.repository.name}/pull/1/comment", body="x")
    assert refused.status == 403


async def test_the_way_back_leads_to_our_own_pages_only(visitor: Visitor) -> None:
    answer = await visitor.post("/web/acting", login="ben", back="https://evil.example/")
    assert answer.path == "/web/"


async def test_an_unknown_button_is_refused(scene: Scene, visitor: Visitor) -> None:
    scene.open("hotfix/1.0.1")
    assert (await visitor.post(f"{scene.page}/pull/1/explode")).status == 404
