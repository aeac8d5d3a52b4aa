"""Emoji: by the codes that GitHub takes, and as pictures of our own where a machine may well have no font for them.

https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#using-emojis
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from rich.emoji import Emoji

from sandbox.pages.addresses import ROOT

_DRAWN = {
    "✅": "pass",
    "❌": "fail",
    "⚠": "warning",
    "❓": "question",
    "❔": "question",
    "❗": "exclamation",
    "❕": "exclamation",
    "\N{INFORMATION SOURCE}": "information",
    "⏳": "hourglass",
    "⌛": "hourglass",
    "⛔": "stop",
    "🚫": "stop",
}
"""The signs of which reports are made."""

_FIND = re.compile(f"([{''.join(_DRAWN)}])\N{VARIATION SELECTOR-16}?")


def draw_emoji(markdown: MarkdownIt) -> None:
    """Make the parser read codes like ``:warning:`` in text (not in code), and draw the signs."""
    markdown.core.ruler.push("emoji", _replace_all)
    markdown.add_render_rule("emoji", _picture)


def _replace_all(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = list(_replaced(token.children))


def _replaced(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type != "text":
            yield token
            continue
        for number, part in enumerate(_FIND.split(Emoji.replace(token.content))):
            yield Token("emoji" if number % 2 else "text", "", 0, content=part, level=token.level)


def _picture(_: RendererProtocol, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    sign = tokens[index].content
    return f'<img class="emoji" src="{ROOT}/static/emoji/{_DRAWN[sign]}.svg" alt="{sign}" width="18" height="18">'
