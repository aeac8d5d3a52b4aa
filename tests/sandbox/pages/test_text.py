"""Foreign text in a page: nothing in it acts, hides or turns other text around."""

from __future__ import annotations

import pytest

from sandbox.pages.text import inert, inert_lines, plain

MARK = '<span class="code-point">{}</span>'
TEXTS = {
    "plain": ("feature/x", "feature/x"),
    "HTML": ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
    "escape": ("a\x1b[31m", "a" + MARK.format("U+001B") + "[31m"),
    "right to left": ("\u202egpj.exe", MARK.format("U+202E") + "gpj.exe"),
    "nothing to see": ("a\u200bb", "a" + MARK.format("U+200B") + "b"),
    "not UTF-8": ("a\udcffb", "a" + MARK.format("0xFF") + "b"),
    "line break": ("a\nb", "a" + MARK.format("U+000A") + "b"),
    "family": ("👩\u200d💻", "👩\u200d💻"),
    "other scripts": ("日本 العربية", "日本 العربية"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_foreign_text_is_inert(name: str) -> None:
    text, expected = TEXTS[name]
    assert inert(text) == f"<bdi>{expected}</bdi>"


def test_lines_stay_lines() -> None:
    assert inert_lines("a\n\tb\x00") == f"<bdi>a</bdi>\n<bdi>    b{MARK.format('U+0000')}</bdi>"


def test_where_there_is_no_markup_the_code_point_stands_in_brackets() -> None:
    assert plain("a\u202eb<") == "a[U+202E]b<"
