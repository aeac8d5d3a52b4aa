"""What GitHub remembers, as plain data: who there is, and what stands in each repository. Git keeps the rest.

Nothing here acts: changes are made by the other modules, which also tell the Apps. Every object has an ``id`` of its
own; two are the same if they are the same object. Times are aware, in UTC, in whole seconds, as GitHub shows them.
"""

from sandbox.github.model.accounts import Account, Organisation, Permission, Team, User
from sandbox.github.model.apps import App, Delivery, Installation, Manifest, Token
from sandbox.github.model.checks import Annotation, CheckRun, CheckSuite, CommitStatus, Output, Workflow, WorkflowRun
from sandbox.github.model.pulls import Comment, PullRequest, QueueEntry, Review, ReviewComment
from sandbox.github.model.repository import Protection, Release, Repository, RequiredCheck

__all__ = [
    "Account",
    "Annotation",
    "App",
    "CheckRun",
    "CheckSuite",
    "Comment",
    "CommitStatus",
    "Delivery",
    "Installation",
    "Manifest",
    "Organisation",
    "Output",
    "Permission",
    "Protection",
    "PullRequest",
    "QueueEntry",
    "Release",
    "Repository",
    "RequiredCheck",
    "Review",
    "ReviewComment",
    "Team",
    "Token",
    "User",
    "Workflow",
    "WorkflowRun",
]
