"""A report as Markdown, for the summary page of a workflow run: what the check on GitHub says, word for word."""

from __future__ import annotations

from bot.errors import Undecided, UsageProblem
from bot.gather.policy import PolicyProblem
from bot.judged import Judged
from bot.report import render, undecided
from bot.report.check import check_run
from bot.report.fit import joined
from bot.report.opinion import Opinion
from policies.facts import PullRequest, Sha
from policies.phrase import say


def page(judged: tuple[Judged, ...]) -> str:
    """Return the whole page; every foreign text in it is inert. Several are the pull requests of a merge group."""
    return _page([render.opinion(each, change=each.change) for each in judged])


def page_of_problem(problem: UsageProblem | Undecided) -> str:
    """Return the page that says what kept us from judging."""
    if not isinstance(problem, PolicyProblem):
        return say("**Could not decide**\n\n{said}\n", said=str(problem)).markdown()
    subject = PullRequest("", "")  # of which that page says nothing
    return _page([undecided.broken_policy(subject, problem.label, problem.errors, ours=problem.ours)])


def _page(opinions: list[Opinion]) -> str:
    first = opinions[0]
    alone = len(opinions) == 1 and bool(first.base)
    title = "## " + say("{head} → {base}", head=first.head, base=first.base).markdown() if alone else ""
    return joined([title, check_run(Sha(""), opinions, group=len(opinions) > 1).summary]) + "\n"
