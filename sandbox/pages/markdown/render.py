"""GitHub Flavored Markdown to HTML: a real parser writes it, a real sanitiser has the last word.

https://github.github.com/gfm/ and
https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from sandbox.pages.markdown.code import highlight
from sandbox.pages.markdown.emoji import draw_emoji
from sandbox.pages.markdown.references import References, link_references
from sandbox.pages.markdown.sanitise import sanitise
from sandbox.pages.text import readable

Draw = Callable[[str], str]
"""Takes the source of a Mermaid diagram, returns the address under which its picture will be, up to the scheme."""


def render(text: str | None, references: References, draw: Draw | None = None) -> Markup:
    """Return what GitHub would show of a comment; safe to put into a page."""
    whole = (text or "").encode("utf-8", "replace").decode()  # JSON can carry half a character
    html: str = _PARSER.render(readable(whole), {"known": references, "draw": draw})
    return Markup(sanitise(html))  # noqa: S704 (this is the sanitiser's answer)


def _alignment(state: StateCore) -> None:
    """Say with an attribute where a column stands: the pages allow no style of anybody's own."""
    for token in state.tokens:
        style = token.attrs.pop("style", None)
        if isinstance(style, str):
            token.attrs["align"] = style.removeprefix("text-align:")


def _fence(_: RendererProtocol, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0].lower() if token.info.strip() else ""
    draw: Draw | None = env["draw"]
    if language == "mermaid" and draw is not None:
        return _diagram(draw(token.content), token.content)
    return f'<pre class="highlight"><code>{highlight(token.content, language)}</code></pre>\n'


def _diagram(address: str, source: str) -> str:
    return (
        f'<picture class="diagram"><source media="(prefers-color-scheme: dark)" srcset="{address}-dark.svg">'
        f'<img src="{address}-light.svg" alt="Diagram: {escapeHtml(source)}"></picture>\n'
    )


def _image(_: RendererProtocol, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    """Link a picture instead of showing it: it lies elsewhere, and the pages load nothing from elsewhere."""
    token = tokens[index]
    label = token.content or "image"
    return f'<a href="{escapeHtml(str(token.attrs["src"]))}">{escapeHtml(label)}</a>'


def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like2", {"breaks": True}).disable("linkify").use(gfm_autolink_plugin)
    parser.use(link_references).use(draw_emoji)
    parser.core.ruler.push("alignment", _alignment)
    rules: dict[str, Any] = {"fence": _fence, "image": _image}
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()
