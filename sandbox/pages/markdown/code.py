"""Source code with its words marked by what they are; the style sheet gives them colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from pygments import highlight as coloured
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name, get_lexer_for_filename
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from sandbox.pages.text import readable

CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
"""What a word may be marked as."""

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight(code: str, language: str) -> str:
    """Return HTML for code in a language that may be unknown."""
    return coloured(readable(code), _by_name(language), _FORMATTER)


def highlight_lines(code: str, path: str) -> list[str]:
    """Return HTML for each line of a file; its name says in which language it is."""
    return coloured(readable(code), _by_path(PurePosixPath(path).name), _FORMATTER).split("\n")


@lru_cache
def _by_name(language: str) -> Lexer:
    try:
        found: Lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        found = TextLexer(stripnl=False)
    return found


@lru_cache
def _by_path(name: str) -> Lexer:
    try:
        found: Lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        found = TextLexer(stripnl=False)
    return found
