"""A sentence whose foreign parts cannot act, whoever reads it: a terminal, Markdown, HTML or a workflow log.

Branch names, commit subjects and paths are picked by strangers. A :class:`Phrase` keeps them apart from our own
words until the moment of rendering, so that no caller can forget to escape them.
"""

from __future__ import annotations

import functools
import html
import re
import shlex
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_FOREIGN = 300
"""Characters of one foreign text that are shown; a Git ref has at most 255 bytes, a subject has no limit."""

LONGEST_LIST = 5
"""Items of a list that are shown before "and n more"."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, longest: int = LONGEST_FOREIGN) -> str:
    r"""Return ``text`` on one line with control, bidirectional and other invisible characters written as escapes.

    >>> visible("main\x1b[31m")
    'main\\x1b[31m'
    """
    shown = "".join(_visible_character(character) for character in text[: longest + 1])
    return shown if len(text) <= longest else shown[:longest] + "…"


def _visible_character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as Python's surrogateescape hands it over
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def command(*words: str) -> str:
    """Return a shell command that is safe to paste: every word quoted, nothing in it expanded.

    >>> command("git", "branch", "-m", "$(reboot)", "feature/x")
    "git branch -m '$(reboot)' feature/x"
    """
    return " ".join(shlex.quote(visible(word)) for word in words)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A text that is not ours: shown as code, never interpreted."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Our words and foreign texts in turn; see :func:`say`."""

    parts: tuple[str | Foreign, ...]

    def plain(self) -> str:
        """Return one line for terminals, logs and JSON; foreign texts stand between backticks."""
        return "".join(_plain(part) for part in self.parts)

    def markdown(self) -> str:
        """Return GitHub Flavored Markdown, safe in a paragraph, a list item and a table cell.

        A code span turns off mentions, references, links and HTML; a pipe must still be escaped in a table:
        https://github.github.com/gfm/#code-spans, https://github.github.com/gfm/#tables-extension-
        """
        return "".join(_markdown(part) for part in self.parts)

    def html(self) -> str:
        """Return HTML; foreign texts stand in ``<code>``."""
        return "".join(_html(part) for part in self.parts)

    def __add__(self, other: Phrase) -> Phrase:
        return Phrase(self.parts + other.parts)


def say(template: str, **values: str | int | Phrase | Sequence[str]) -> Phrase:
    """Fill ``{name}`` in one of our sentences. Strings and lists of strings are foreign; numbers and phrases are not.

    A list is joined with commas and cut after five items.

    >>> say("{head} is based on {n} commits.", head="feature/x", n=2).plain()
    '`feature/x` is based on 2 commits.'
    """
    parts: list[str | Foreign] = []
    for literal, field in _pieces(template):
        if literal:
            parts.append(literal)
        if field is not None:
            parts.extend(_parts(values[field]))
    return Phrase(tuple(parts))


@functools.cache  # templates are ours: there are some hundred
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, field) for literal, field, _, _ in string.Formatter().parse(template))


def _parts(value: str | int | Phrase | Sequence[str]) -> Iterable[str | Foreign]:
    if isinstance(value, Phrase):
        return value.parts
    if isinstance(value, int):
        return (str(value),)
    if isinstance(value, str):
        return (Foreign(value),)
    return _listed(value)


def _listed(values: Sequence[str]) -> Iterable[str | Foreign]:
    for index, value in enumerate(values[:LONGEST_LIST]):
        if index:
            yield ", "
        yield Foreign(value)
    if len(values) > LONGEST_LIST:
        yield f" and {len(values) - LONGEST_LIST} more"


def _plain(part: str | Foreign) -> str:
    return part if isinstance(part, str) else f"`{visible(part.text)}`"


def _html(part: str | Foreign) -> str:
    if isinstance(part, str):
        return html.escape(part)
    return f"<code>{html.escape(visible(part.text))}</code>"


def _markdown(part: str | Foreign) -> str:
    if isinstance(part, str):
        return part
    text = visible(part.text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if not text.strip() or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{edge}{text}{edge}{fence}".replace("|", "\\|")
