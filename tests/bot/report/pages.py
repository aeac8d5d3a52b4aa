"""The pages that people read, one file each under ``cases/``: what a reviewer looks at.

``python -m tests.bot.report.pages`` writes them anew; read the difference before you keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.judged import Judged
from bot.report import render, undecided
from bot.report.change import Effect, PolicyChange
from bot.report.check import abandoned, check_run
from bot.report.comment import comment
from bot.report.fit import joined
from bot.report.markdown import page as workflow_page
from bot.report.opinion import Annotation, CheckRun, Opinion
from policies.facts import Unavailable
from policies.phrase import say
from policies.verdict import Remedy
from tests.bot.report import models, worlds
from tests.bot.report.worlds import HEAD

CASES = Path(__file__).with_name("cases")
DOCS = "https://example.com/rules/"
DELIVERY = "f3c1ab20-9d3e-11ee-8c90-0242ac120002"


def shown(check: CheckRun) -> str:
    """Return a check run in the order in which GitHub shows it."""
    marks = [_mark(mark) for mark in check.annotations]
    parts = [f"# {check.title}", f"*{check.conclusion or 'in progress'}*", check.summary]
    below = joined([check.text, check.seen])
    return joined([*parts, *(["---", below] if below else []), *(["---", *marks] if marks else [])]) + "\n"


def _mark(mark: Annotation) -> str:
    return f"{mark.level}: {mark.path}, line {mark.line}, {mark.title}\n\n```\n{mark.message}\n```"


def alone(opinion: Opinion) -> str:
    return shown(check_run(HEAD, [opinion]))


def opinion_of(found: Judged, change: PolicyChange | None = None) -> Opinion:
    return render.opinion(found, seen=worlds.SEEN, change=change, docs=DOCS)


def effects() -> PolicyChange:
    blocked, free = worlds.feature_into_main().report, worlds.fine().report
    return PolicyChange(
        effects=(
            Effect(3, "feature/a", "dev", free, worlds.warned().report),
            Effect(4, "feature/b", "main", free, blocked),
            Effect(5, "hotfix/1.2.5", "main", worlds.dirty_hotfix().report, blocked),
            Effect(6, "feature/c", "dev", blocked, free),
        )
    )


def not_readable() -> Opinion:
    why = say("The policy of {owner} cannot be read.", owner="acme/.github")
    remedy = Remedy(say("Let the App read that repository: its settings on GitHub, Repository access."))
    return undecided.undecided(worlds.pull_request(), Unavailable(why, remedy))


def told(opinion: Opinion, *, before: bool) -> str:
    """Return a comment as it is sent."""
    said = comment(opinion, previous_comment_exists=before)
    assert said is not None
    return said + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "may-be-merged": lambda: alone(opinion_of(worlds.fine())),
    "warnings": lambda: alone(opinion_of(worlds.warned())),
    "blocked": lambda: alone(opinion_of(worlds.feature_into_main())),
    "blocked-by-several": lambda: alone(opinion_of(worlds.dirty_hotfix())),
    "not-decided": lambda: alone(opinion_of(worlds.blind())),
    "remarks-on-lines": lambda: alone(opinion_of(worlds.marked())),
    "looking": lambda: alone(render.looking(worlds.pull_request())),
    "waiting": lambda: alone(render.looking(worlds.pull_request(), say("GitHub has not computed a trial merge yet"))),
    "policy-is-broken": lambda: alone(
        undecided.broken_policy(worlds.pull_request(), ".github/headgate.yml on main", worlds.errors())
    ),
    "policy-of-organisation-is-broken": lambda: alone(
        undecided.broken_policy(
            worlds.pull_request(), ".github/headgate.yml of acme/.github", worlds.errors(), ours=False
        )
    ),
    "policy-cannot-be-read": lambda: alone(not_readable()),
    "could-not-evaluate": lambda: alone(
        undecided.failed(worlds.pull_request(), delivery=DELIVERY, attempts=8, error="Unreachable")
    ),
    "breaks-the-policy": lambda: alone(opinion_of(worlds.feature_into_main(), PolicyChange(errors=worlds.errors()))),
    "changes-the-policy": lambda: alone(opinion_of(worlds.fine(), effects())),
    "changes-the-policy-without-effect": lambda: alone(opinion_of(worlds.fine(), PolicyChange())),
    "push": lambda: alone(render.opinion(worlds.pushed(squashed=True))),
    "push-is-fine": lambda: alone(render.opinion(worlds.pushed(direct=0))),
    "two-pull-requests": lambda: shown(check_run(HEAD, [opinion_of(worlds.fine()), opinion_of(worlds.dirty_hotfix())])),
    "two-pull-requests-one-in-sight": lambda: shown(
        check_run(HEAD, [opinion_of(worlds.dirty_hotfix()), render.looking(worlds.pull_request())])
    ),
    "merge-group": lambda: shown(check_run(HEAD, [opinion_of(worlds.fine())], group=True)),
    "closed-before-it-was-judged": lambda: shown(abandoned(HEAD)),
    "comment-blocked": lambda: told(opinion_of(worlds.feature_into_main()), before=False),
    "comment-mended": lambda: told(opinion_of(worlds.fine()), before=True),
    "model-better": lambda: alone(opinion_of(models.improved())),
    "comment-model-better": lambda: told(opinion_of(models.improved()), before=False),
    "comment-model-worse": lambda: told(opinion_of(models.worse()), before=False),
    "comment-model-noisy": lambda: told(opinion_of(models.noisy()), before=False),
    "comment-model-single-run": lambda: told(opinion_of(models.single()), before=False),
    "comment-model-first": lambda: told(opinion_of(models.first()), before=False),
    "comment-model-other-data": lambda: told(opinion_of(models.other_data()), before=False),
    "comment-model-two-baselines": lambda: told(opinion_of(models.two_baselines()), before=False),
    "comment-models": lambda: told(opinion_of(models.several()), before=False),
    "comment-model-hostile": lambda: told(opinion_of(models.hostile()), before=False),
    "comment-model-evaluated": lambda: told(opinion_of(models.evaluated()), before=False),
    "workflow-summary": lambda: workflow_page((worlds.feature_into_main(),)),
    "workflow-summary-of-a-group": lambda: workflow_page((worlds.feature_into_main(), worlds.fine())),
}


def main() -> None:
    """Write all pages, and take away those that nobody makes any more."""
    CASES.mkdir(exist_ok=True)
    for path in CASES.glob("*.md"):
        path.unlink()
    for name, page in PAGES.items():
        (CASES / f"{name}.md").write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
