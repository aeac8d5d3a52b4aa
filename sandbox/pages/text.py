"""Foreign text for a page: what cannot be seen, or turns other text around, is shown by its code point."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_HARMLESS = frozenset("\u200d\ufe0f")
"""Joins and colours emoji."""


def inert(text: object) -> Markup:
    """Return text for HTML: escaped, apart from its surroundings, with control characters made visible."""
    return Markup("<bdi>{}</bdi>").format(Markup().join(map(_shown, str(text))))


def inert_lines(text: object) -> Markup:
    """Return text of several lines, for an element that keeps them."""
    return Markup("\n").join(map(inert, str(text).expandtabs(4).splitlines()))


def readable(text: str) -> str:
    """Return prose or code, where marks like joiners have their place, without controls and reversals of direction."""
    return text.translate(_REPLACED)


def plain(text: object) -> str:
    """Return text for an attribute or a picture, where there is no markup: the same characters, in brackets."""
    return "".join(f"[{_code(each)}]" if _hidden(each) else each for each in str(text))


def _shown(character: str) -> Markup:
    if _hidden(character):
        return Markup('<span class="code-point">{}</span>').format(_code(character))
    return escape(character)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character not in _HARMLESS


def _code(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is not UTF-8, as Python reads it
        return f"0x{number - 0xDC00:02X}"
    return f"U+{number:04X}"


_REPLACED = {
    number: f"[{_code(chr(number))}]"
    for number in (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
"""Controls but for tab and line breaks; embeddings, overrides and isolates, see https://trojansource.codes/."""
