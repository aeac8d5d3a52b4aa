"""What a text may refer to: pull requests and commits become links where they exist.

https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_MENTION = re.compile(r"(?<![\w/`@#-])(?:#(?P<number>[1-9]\d{0,8})|(?P<sha>[0-9a-f]{7,40}))(?![\w-])")


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """What exists in a repository. ``pulls`` and ``commits`` are the addresses of their pages, up to number and SHA."""

    numbers: frozenset[int] = frozenset()
    shas: Sequence[str] = ()
    """Sorted."""
    pulls: str = ""
    commits: str = ""

    def commit(self, prefix: str) -> str | None:
        """Return the one commit whose id starts like this; None where there is none, or more than one."""
        at = bisect_left(self.shas, prefix)
        found = [sha for sha in self.shas[at : at + 2] if sha.startswith(prefix)]
        return found[0] if len(found) == 1 else None


def link_references(markdown: MarkdownIt) -> None:
    """Make the parser link what ``env["known"]`` knows."""
    markdown.core.ruler.push("references", _link_all)


def _link_all(state: StateCore) -> None:
    known: References = state.env["known"]
    for token in state.tokens:
        if token.children:
            token.children = list(_linked(token.children, known))


def _linked(tokens: Sequence[Token], known: References) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "text" and not inside:
            yield from _split(token, known)
        else:
            yield token


def _split(token: Token, known: References) -> Iterator[Token]:
    done = 0
    for match in _MENTION.finditer(token.content):
        address, label = _target(match, known)
        if address is None:
            continue
        yield _text(token, token.content[done : match.start()])
        yield Token("link_open", "a", 1, {"href": address})
        yield Token("code_inline", "code", 0, content=label) if match["sha"] else _text(token, label)
        yield Token("link_close", "a", -1)
        done = match.end()
    yield _text(token, token.content[done:])


def _target(match: re.Match[str], known: References) -> tuple[str | None, str]:
    if match["number"]:
        number = int(match["number"])
        return (f"{known.pulls}{number}" if number in known.numbers else None), match[0]
    sha = known.commit(match["sha"])
    return (f"{known.commits}{sha}" if sha else None), match[0][:7]


def _text(token: Token, content: str) -> Token:
    return Token("text", "", 0, content=content, level=token.level)
