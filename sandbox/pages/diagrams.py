"""Mermaid diagrams, drawn by the real Mermaid on the server: the page gets a picture, and no script of anybody's.

A picture cannot run scripts, load anything or reach the page around it, whatever the diagram says.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from typing import Literal
from xml.sax.saxutils import escape

import mermaidx  # type: ignore[import-untyped] # it ships no types

from sandbox.pages.addresses import ROOT

Scheme = Literal["light", "dark"]

MOST = 500
_FONT = 'Verdana, "DejaVu Sans", sans-serif'
"""Mermaid measures text in DejaVu Sans; Verdana is as wide."""
_COLOURS: dict[Scheme, dict[str, str | bool]] = {
    "light": {
        "background": "#ffffff",
        "primaryColor": "#e3f1f1",
        "primaryBorderColor": "#0b6b74",
        "lineColor": "#4c5f66",
        "edgeLabelBackground": "#f5f6f4",
        "git0": "#17252b",
        "git1": "#0b6b74",
        "git2": "#b06a2c",
        "git3": "#5b4bc4",
    },
    "dark": {
        "background": "#151d21",
        "primaryColor": "#173a3f",
        "primaryBorderColor": "#5cc6cb",
        "lineColor": "#a3b4b9",
        "edgeLabelBackground": "#0e1417",
        "git0": "#c8d4d6",
        "git1": "#5cc6cb",
        "git2": "#e0a36a",
        "git3": "#aaa0ff",
    },
}
_SIZE = re.compile(r'<svg([^>]*?) width="100%"([^>]*? viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)")')


class Diagrams:
    """Remembers the sources of diagrams by address, and draws them when they are looked at."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, str] = OrderedDict()
        self._drawn: dict[tuple[str, Scheme], str] = {}

    def address(self, source: str) -> str:
        """Return where the picture of a diagram will be, up to ``-light.svg`` or ``-dark.svg``."""
        name = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:32]
        self._sources[name] = source
        self._sources.move_to_end(name)
        while len(self._sources) > MOST:
            old, _ = self._sources.popitem(last=False)
            for scheme in _COLOURS:
                self._drawn.pop((old, scheme), None)
        return f"{ROOT}/diagrams/{name}"

    async def picture(self, name: str, scheme: Scheme) -> str | None:
        """Return a picture as SVG, None for an unknown name. A source with mistakes gives a picture of them."""
        source = self._sources.get(name)
        if source is None:
            return None
        if (name, scheme) not in self._drawn:
            self._drawn[name, scheme] = await asyncio.to_thread(_draw, source, scheme)
        return self._drawn[name, scheme]


def _draw(source: str, scheme: Scheme) -> str:
    settings = {
        "theme": "base",
        "fontFamily": _FONT,
        "themeVariables": {"darkMode": scheme == "dark", "fontFamily": _FONT, "fontSize": "14px"} | _COLOURS[scheme],
    }
    try:
        drawn: str = mermaidx.render(source, theme="base", config=settings).svg()
    except RuntimeError as problem:
        return _mistake(str(problem), scheme)
    return _SIZE.sub(r'<svg\1 width="\3" height="\4"\2', drawn, count=1)


def _mistake(problem: str, scheme: Scheme) -> str:
    lines = ["Mermaid cannot draw this.", *problem.partition("Error: ")[2].splitlines()[:4]]
    colour = "#b42a20" if scheme == "light" else "#ff8b7f"
    text = "".join(f'<tspan x="12" dy="19">{escape(line[:90].translate(_UNPRINTABLE))}</tspan>' for line in lines)
    width, height = 24 + 7.9 * max(len(line[:90]) for line in lines), 24 + 19 * len(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height}" viewBox="0 0 {width:g} {height}">'
        f'<text xml:space="preserve" fill="{colour}" font-family="monospace" font-size="13">{text}</text></svg>'
    )


_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")
"""What XML cannot hold."""
