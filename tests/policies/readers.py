"""The ways in which our words are read: what GitHub, a browser and a terminal make of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.children:
            yield from leaves(token.children)
        else:
            yield token


def shown_in(markdown: str) -> tuple[set[str], list[str]]:
    """Return the kinds of elements that arise, and the contents of the code spans."""
    tokens = list(leaves(MARKDOWN.parse(markdown)))
    return {token.type for token in tokens}, [token.content for token in tokens if token.type == "code_inline"]


PLAIN = {"text", "code_inline", "paragraph_open", "paragraph_close"}
TABLE = {f"{part}_{side}" for part in ("table", "thead", "tbody", "tr", "th", "td") for side in ("open", "close")}
ITEM = {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}


class Browser(HTMLParser):
    """Collects what a browser would build."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag + "".join(name for name, _ in attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(f"<!--{data}")


def invisible_in(text: str) -> set[str]:
    """Return the categories of characters that a terminal would obey or hide."""
    return {unicodedata.category(character) for character in text} & INVISIBLE
