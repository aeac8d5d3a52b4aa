"""What the subjects of merges say, form by form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.git.subjects import MergeSubject, login, number_of, read

FORMS = {
    "Merge pull request #8 from acme/feature/x": MergeSubject("feature/x", None, 8, "acme"),
    "Merge pull request #8 from acme/feature/x into dev": MergeSubject("feature/x", "dev", 8, "acme"),
    "Merge pull request #8 from acme/feature/x (#9)": MergeSubject("feature/x", None, 8, "acme"),
    "Merge pull request 'title' (#12) from feature/y into develop": MergeSubject("feature/y", "develop", 12),
    "Merge branch 'feature/x' into dev": MergeSubject("feature/x", "dev"),
    "Merge branch 'feature/x' into 'develop'": MergeSubject("feature/x", "develop"),
    "Merge branch 'hotfix/1.0.1'": MergeSubject("hotfix/1.0.1"),
    "Merge branch 'dev' of https://git.example/acme/x into dev": MergeSubject("dev", "dev"),
    "Merge branch 'dev' of git.example:acme/x": MergeSubject("dev"),
    "Merge remote-tracking branch 'origin/main' into main": MergeSubject("main", "main"),
    "Merge remote-tracking branch 'eve/feature/x' into dev": MergeSubject("feature/x", "dev", None, "eve"),
    "Merge remote branch 'upstream/master'": MergeSubject("master"),
    "Merge tag 'v1.0.1' into develop": MergeSubject(None, "develop", None, None, "v1.0.1"),
    "Merge commit '0123456789abcdef' into dev": MergeSubject(),
    "Merge 0123456789abcdef into 123456789abcdef0": MergeSubject(),
    "Merged in feature/x (pull request #12)": MergeSubject("feature/x", None, 12),
    "Merged PR 12: forecast by store": MergeSubject(None, None, 12),
    "release: merge develop into master for v1.2": MergeSubject("develop", "master"),
    "Merge: `master` -> `develop`": MergeSubject("master", "develop"),
    "Auto-merge master back to develop": MergeSubject("master", "develop"),
    "fix the merge": MergeSubject(),
    "": MergeSubject(),
}


@pytest.mark.parametrize("subject", FORMS)
def test_form(subject: str) -> None:
    assert read(subject) == FORMS[subject]


def test_bitbucket_server_and_gitlab_say_more_in_the_body() -> None:
    server = read("Pull request #12: forecast", "Merge in ML/forecast from feature/x to develop\n\n* commit…")
    assert server == MergeSubject("feature/x", "develop", 12)
    gitlab = read("Merge branch 'feature/x' into 'develop'", "forecast\n\nSee merge request acme/forecast!34")
    assert gitlab == MergeSubject("feature/x", "develop", 34)


@given(st.text(), st.text())
def test_any_text_is_read(subject: str, body: str) -> None:
    read(subject, body)
    number_of(subject)


def test_a_very_long_subject_does_not_hang() -> None:
    assert read("Merge " + "merge into " * 200_000).source is None


def test_squashed_pull_requests_and_private_addresses() -> None:
    assert number_of("feat: forecast by store (#12)") == 12
    assert number_of("see #12") is None
    assert login("49699333+dependabot[bot]@users.noreply.github.com") == "dependabot[bot]"
    assert login("ada@users.noreply.github.com") == "ada"
    assert login("ada@example.com") is None
