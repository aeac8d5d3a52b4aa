"""The generated pages say what the code says today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.catalogue import CATALOGUE
from scripts import docs


def test_the_generated_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_page_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = docs.ROOT / "docs" / "rules" / "bad-title.md"
    monkeypatch.setattr(docs, "generated", lambda: {page: "something else"})
    assert docs.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "docs/rules/bad-title.md is stale" in said
    assert "docs/rules/bad-version.md is stale" in said, "a page that nobody writes any more is stale too"


def test_pages_are_written_and_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    gone = tmp_path / "docs" / "rules" / "gone.md"
    gone.write_text("old", "utf-8")
    page = tmp_path / "docs" / "rules" / "new.md"
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "generated", lambda: {page: "text"})
    assert docs.main([]) == 0
    assert page.read_text("utf-8") == "text"
    assert not gone.exists()
    assert capsys.readouterr().out.splitlines() == ["docs/rules/new.md written", "docs/rules/gone.md removed"]


def test_every_rule_has_a_page_and_a_line_in_the_index() -> None:
    index = (docs.ROOT / "docs" / "rules" / "README.md").read_text("utf-8")
    for rule in CATALOGUE:
        page = (docs.ROOT / "docs" / "rules" / f"{rule.name}.md").read_text("utf-8")
        assert page.startswith(f"# `{rule.name}`\n")
        assert "## Examples" in page
        assert f"({rule.name}.md)" in index


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = {page: text for page, text in docs.generated().items() if page.suffix == ".md"}
    for page, text in pages.items():
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
            file = (page.parent / target).resolve() if target else page
            assert file.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(file), f"{page.name}: #{anchor}"


def anchors(page: Path) -> set[str]:
    """Return what GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
