"""What mends it: a sentence that starts with a verb, and commands that work when pasted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.phrase import Phrase, command, say
from policies.verdict import Remedy


def rename_branch(head: str, suggestion: str | None) -> Remedy:
    if suggestion is None:
        return Remedy(say("Rename the branch after one of the types in the policy, and push it again."))
    return Remedy(
        say("Rename it to {name}, push it, and open the pull request from there.", name=suggestion),
        (
            command("git", "branch", "-m", head, suggestion),
            command("git", "push", "--set-upstream", "origin", suggestion),
            command("git", "push", "origin", "--delete", head),
        ),
    )


def branch_off(head: str, suggestion: str | None) -> Remedy:
    """For a branch that must stay, such as the main branch of a fork."""
    if suggestion is None:
        return Remedy(say("Open the pull request from a branch that is named after one of the types in the policy."))
    return Remedy(
        say("Open the pull request from a branch of its own, {name}.", name=suggestion),
        (
            command("git", "switch", "--no-track", "--create", suggestion, head),
            command("git", "push", "--set-upstream", "origin", suggestion),
        ),
    )


def create_role(role: str, names: Sequence[str], start: str | None) -> Remedy:
    otherwise = ", or choose `preset: github-flow` in `.github/headgate.yml`" if role == "integration" else ""
    text = say("Create the {role} branch ({names})", role=Phrase((role,)), names=names) + Phrase((f"{otherwise}.",))
    if start is None or not names:
        return Remedy(text)
    return Remedy(text, (command("git", "push", "origin", f"origin/{start}:refs/heads/{names[0]}"),))


def change_base(target: str, number: int | None) -> Remedy:
    if number is None:
        return Remedy(
            say("Open the pull request against {target}.", target=target),
            (command("gh", "pr", "create", "--base", target),),
        )
    return Remedy(
        say("Change the base to {target}: Edit beside the title, or on the command line.", target=target),
        (command("gh", "pr", "edit", str(number), "--base", target),),
    )


def change_base_of_stack(below: str, target: str) -> Remedy:
    return Remedy(
        say("Change the base of the pull request from {below} to {target}.", below=below, target=target),
        (command("gh", "pr", "edit", below, "--base", target),),
    )


def start_release(beginning: str | None, start: str) -> Remedy:
    text = say("Start a release branch from {start} and open the pull request from there.", start=start)
    if beginning is None:
        return Remedy(text)
    return Remedy(
        text,
        (
            "git fetch origin",
            command("git", "switch", "--no-track", "--create", f"{beginning}X.Y.Z", f"origin/{start}"),
        ),
    )


def close_pull_request(number: int | None) -> Remedy:
    commands = (command("gh", "pr", "close", str(number)),) if number else ()
    return Remedy(say("Close the pull request; a branch of this type is not merged."), commands)


def carry_over(head: str, targets: Sequence[str], start: str | None, beginning: str | None) -> Remedy:
    text = say("Merge it into {targets} only, or carry what proved itself over to a new branch.", targets=targets)
    if start is None or beginning is None:
        return Remedy(text)
    return Remedy(
        text,
        (
            "git fetch origin",
            command("git", "log", "--oneline", f"origin/{start}..{head}"),
            command("git", "switch", "--no-track", "--create", f"{beginning}NAME", f"origin/{start}"),
            "git cherry-pick COMMIT",
        ),
    )


def next_release(target: str | None, number: int | None, bugfix_names: Sequence[str]) -> Remedy:
    text = say("If it mends the release, it is a bugfix: name it like {names}.", names=bugfix_names)
    if target is None:
        return Remedy(text)
    base = change_base(target, number)
    return Remedy(base.text + say(" It ships with the next release. ") + text, base.commands)


def bring_as_bugfix(number: int | None, bugfix_names: Sequence[str]) -> Remedy:
    text = say("Close it, and bring what the release needs as a bugfix, named like {names}.", names=bugfix_names)
    return Remedy(text, close_pull_request(number).commands)


def start_again(head: str, start: str, other: str) -> Remedy:
    return Remedy(
        say("Start the branch again from {start} and carry only its own commits over.", start=start),
        (
            "git fetch origin",
            command("git", "switch", "--no-track", "--create", f"{head}-clean", f"origin/{start}"),
            command("git", "cherry-pick", "--no-merges", head, "--not", f"origin/{start}", f"origin/{other}"),
            command("git", "branch", "-M", f"{head}-clean", head),
            command("git", "push", "--force-with-lease", "origin", head),
        ),
    )


def wait_or_start_again(head: str, start: str, other: str, *, may_be_base: bool) -> Remedy:
    wait = say("Wait until {other} is merged", other=other) + say(" or make it the base" if may_be_base else "")
    return Remedy(wait + say("; or start again from {start}.", start=start), start_again(head, start, other).commands)


def catch_up(head: str, base: str, name: str) -> Remedy:
    return Remedy(
        say(
            "Rebase it on {base}, which was released meanwhile, and open the pull request from {name}.",
            base=base,
            name=name,
        ),
        (
            "git fetch origin",
            command("git", "rebase", f"origin/{base}", head),
            command("git", "branch", "-m", head, name),
            command("git", "push", "--set-upstream", "origin", name),
            command("git", "push", "origin", "--delete", head),
        ),
    )


def merge_back(source: str, branch: str, *, is_role: bool) -> Remedy:
    text = say("Merge {source} back into {branch}, with a merge commit.", source=source, branch=branch)
    if is_role:
        return Remedy(text, (command("gh", "pr", "create", "--head", source, "--base", branch, "--fill"),))
    return Remedy(
        text,
        (
            "git fetch origin",
            command("git", "switch", branch),
            "git pull --ff-only",
            command("git", "merge", "--no-ff", f"origin/{source}"),
            command("git", "push", "origin", branch),
        ),
    )


def finish_other_release(other: str) -> Remedy:
    return Remedy(
        say("Finish one release before the next. Only if {other} was given up, delete it.", other=other),
        (command("git", "push", "origin", "--delete", other),),
    )


def solve_conflict(head: str, base: str) -> Remedy:
    return Remedy(
        say("Merge {base} into the branch, solve the conflicts and push.", base=base),
        (
            "git fetch origin",
            command("git", "switch", head),
            command("git", "merge", f"origin/{base}"),
            "git mergetool && git commit",
            command("git", "push", "origin", head),
        ),
    )


def rebase(head: str, base: str) -> Remedy:
    return Remedy(
        say("Rebase it on {base}.", base=base),
        (
            "git fetch origin",
            command("git", "rebase", f"origin/{base}", head),
            command("git", "push", "--force-with-lease", "origin", head),
        ),
    )


def edit_title(number: int | None) -> Remedy:
    commands = (command("gh", "pr", "edit", str(number), "--title", "TITLE"),) if number else ()
    return Remedy(say("Edit the title: the button beside it, or on the command line."), commands)


def name_story(number: int | None, title: str | None, jira: str | None) -> Remedy:
    where = say(" Stories are at {jira}.", jira=jira) if jira else say("")
    commands = (command("gh", "pr", "edit", str(number), "--title", f"{title or 'TITLE'} (KEY-1)"),) if number else ()
    return Remedy(say("Put the key of the story into the title.") + where, commands)


def ask_for_review(number: int | None, teams: Sequence[str]) -> Remedy:
    reviewer = f"ORGANISATION/{teams[0]}" if teams else "LOGIN"
    commands = (command("gh", "pr", "edit", str(number), "--add-reviewer", reviewer),) if number else ()
    return Remedy(say("Ask for a review: Reviewers on the pull request, or on the command line."), commands)


def bring_by_pull_request(branch: str, beginning: str | None) -> Remedy:
    text = say(
        "Revert them on a branch, open a pull request into {branch}, and have GitHub require one from now on.",
        branch=branch,
    )
    if beginning is None:
        return Remedy(text)
    name = f"{beginning}revert-direct-push"
    return Remedy(
        text,
        (
            "git fetch origin",
            command("git", "switch", "--no-track", "--create", name, f"origin/{branch}"),
            "git revert COMMIT",
            command("git", "push", "--set-upstream", "origin", name),
            command("gh", "pr", "create", "--base", branch, "--fill"),
        ),
    )


def merge_once_more(head: str, branch: str) -> Remedy:
    return Remedy(
        say("Merge {head} into {branch} once more, with a merge commit.", head=head, branch=branch),
        (
            "git fetch origin",
            command("git", "switch", branch),
            "git pull --ff-only",
            command("git", "merge", "--no-ff", f"origin/{head}"),
            command("git", "push", "origin", branch),
        ),
    )
