"""What people do with a pull request. ``by`` is who does it; without it, its author does."""

from __future__ import annotations

from sandbox.github.acts import checks, commits, merging, pulls, queue, reviews
from sandbox.github.acts.accounts import owner_of
from sandbox.github.git.writing import Files
from sandbox.github.mergeable import Mergeability, look
from sandbox.github.model import CheckRun, Comment, PullRequest, QueueEntry, Review, ReviewComment, Team, User
from sandbox.github.protections import latest_runs
from sandbox.github.world import World


class Pull:
    """A pull request, as people use it. ``model`` is what GitHub remembers of it."""

    def __init__(self, world: World, model: PullRequest) -> None:
        self._world = world
        self.model = model

    @property
    def number(self) -> int:
        return self.model.number

    @property
    def state(self) -> str:
        return self.model.state

    @property
    def merged(self) -> bool:
        return self.model.merged_at is not None

    @property
    def head_sha(self) -> str:
        return self.model.head_sha

    @property
    def comments(self) -> list[Comment]:
        """The conversation."""
        return self.model.comments

    @property
    def mergeability(self) -> Mergeability:
        """Whether and how it can be merged, waiting until GitHub has worked it out."""
        while (found := look(self._world, self.model)).state == "unknown" and self.model.state == "open":
            continue
        return found

    def checks(self) -> dict[str, CheckRun]:
        """Return the check runs on the head, the newest of each name."""
        found = latest_runs(self.model.repository, self.model.head_sha)
        return {run.name: run for run in reversed(found)}

    # --- the author ---

    async def push(self, files: Files, subject: str, by: User | None = None) -> str:
        """Commit files on the head branch and push."""
        source = self.model.head_repository
        if source is None:
            raise LookupError("the fork was deleted")
        drafts = [commits.draft(self._world, subject, files, by or self.model.author)]
        return commits.push_commits(self._world, source, self.model.head_ref, drafts, by or self.model.author)

    async def edit(self, title: str | None = None, body: str | None = None, by: User | None = None) -> None:
        pulls.edit(self._world, self.model, by or self.model.author, title=title, body=body)

    async def retarget(self, base: str, by: User | None = None) -> None:
        pulls.retarget(self._world, self.model, base, by or self.model.author)

    async def close(self, by: User | None = None) -> None:
        pulls.close(self._world, self.model, by or self.model.author)

    async def reopen(self, by: User | None = None) -> None:
        pulls.reopen(self._world, self.model, by or self.model.author)

    async def convert_to_draft(self, by: User | None = None) -> None:
        pulls.ready(self._world, self.model, by or self.model.author, draft=True)

    async def mark_ready(self, by: User | None = None) -> None:
        pulls.ready(self._world, self.model, by or self.model.author, draft=False)

    async def request_review(self, reviewer: User | Team, by: User | None = None) -> None:
        pulls.request_review(self._world, self.model, reviewer, by or self.model.author)

    # --- reviewers ---

    async def approve(self, by: User, body: str = "") -> Review:
        return reviews.submit(self._world, self.model, reviews.Opinion("APPROVED", body), by)

    async def request_changes(self, by: User, body: str) -> Review:
        return reviews.submit(self._world, self.model, reviews.Opinion("CHANGES_REQUESTED", body), by)

    async def review(self, by: User, body: str) -> Review:
        """Review without an opinion."""
        return reviews.submit(self._world, self.model, reviews.Opinion("COMMENTED", body), by)

    async def edit_review(self, review: Review, body: str, by: User | None = None) -> None:
        reviews.edit_review(self._world, review, body, by or review.user)

    async def dismiss(self, review: Review, by: User | None = None) -> None:
        reviews.dismiss(self._world, review, by or owner_of(self.model.repository.owner))

    async def comment(self, body: str, by: User | None = None) -> Comment:
        return reviews.comment(self._world, self.model, body, by or self.model.author)

    async def comment_on_line(self, path: str, line: int, body: str, by: User | None = None) -> ReviewComment:
        remark = reviews.Remark(path, body, line)
        return reviews.comment_on_line(self._world, self.model, remark, by or self.model.author)

    async def edit_comment(self, comment: Comment, body: str, by: User | None = None) -> None:
        reviews.edit_comment(self._world, comment, body, by or comment.user)

    async def delete_comment(self, comment: Comment, by: User | None = None) -> None:
        reviews.delete_comment(self._world, comment, by or comment.user)

    # --- merging ---

    async def merge(self, method: merging.Method = "merge", by: User | None = None) -> str:
        """Press the merge button; raises Refused (405) where GitHub does not let you. Returns the base's new tip."""
        wish = merging.Wish(method, self.model.head_sha)
        return merging.merge(self._world, self.model, wish, by or self.model.author)

    async def enqueue(self, by: User | None = None) -> QueueEntry:
        """Add it to the merge queue of its base."""
        return queue.enqueue(self._world, self.model, by or self.model.author)

    async def dequeue(self, by: User | None = None) -> None:
        """Take it out of the merge queue; raises LookupError if it is not in it."""
        entry = queue.entry_of(self.model)
        if entry is None:
            raise LookupError(f"#{self.number} is in no queue")
        queue.remove(self._world, entry, by or self.model.author, "MANUAL")

    async def rerequest(self, name: str, by: User | None = None) -> None:
        """Press *Re-run* beside a check."""
        checks.rerequest(self._world, self.checks()[name], by or self.model.author)

    async def rerequest_all(self, name: str, by: User | None = None) -> None:
        """Press *Re-run all checks*, for the App that made the check ``name``."""
        checks.rerequest_suite(self._world, self.checks()[name].suite, by or self.model.author)
