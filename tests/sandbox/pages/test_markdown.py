"""Markdown as GitHub shows it, and everything that must not come through."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from sandbox.pages.diagrams import Diagrams
from sandbox.pages.markdown import References, render

SHA = "0123456789abcdef0123456789abcdef01234567"
KNOWN = References(frozenset({12}), [SHA], "/web/acme/forecast/pull/", "/web/acme/forecast/commit/")


class Elements(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def shown(text: str) -> str:
    return render(text, KNOWN)


FEATURES = {
    "table": ("| a | b |\n|:-:|--:|\n| 1 | 2 |", '<td align="center">1</td>\n<td align="right">2</td>'),
    "link by name": ("[a][b]\n\n[b]: https://example.com/c", '<a href="https://example.com/c" '),
    "strikethrough": ("~~gone~~", "<s>gone</s>"),
    "autolink": ("see https://example.com/a_b_c.", '<a href="https://example.com/a_b_c" '),
    "line break": ("one\ntwo", "one<br>\ntwo"),
    "details": (
        "<details><summary>More</summary>\n\n*inside*\n\n</details>",
        "<summary>More</summary>\n<p><em>inside</em>",
    ),
    "highlighting": ("```python\nreturn 1\n```", '<span class="k">return</span>'),
    "unknown language": ("```nolang\n<b>\n```", '<pre class="highlight"><code>&lt;b&gt;\n</code></pre>'),
    "alert": ("> [!WARNING]\n> Take care", '<div class="markdown-alert markdown-alert-warning">'),
    "emoji": (":tada: `:tada:`", "🎉 <code>:tada:</code>"),
    "drawn emoji": (":x:", '<img class="emoji" src="/web/static/emoji/fail.svg" alt="❌"'),
    "pull request": ("see #12", 'see <a href="/web/acme/forecast/pull/12" rel="nofollow noopener noreferrer">#12</a>'),
    "unknown pull request": ("see #13", "<p>see #13</p>"),
    "commit": (
        SHA[:9],
        f'<a href="/web/acme/forecast/commit/{SHA}" rel="nofollow noopener noreferrer"><code>0123456</code>',
    ),
    "reference in code": ("`#12`", "<p><code>#12</code></p>"),
    "reference in a link": ("[#12](https://example.com)", '<a href="https://example.com" '),
    "picture from elsewhere": ("![plot](https://example.com/x.png)", '<a href="https://example.com/x.png" '),
    "half a character": ("a\ud800b", "<p>a?b</p>"),
}


@pytest.mark.parametrize("name", FEATURES)
def test_markdown_is_shown_as_on_github(name: str) -> None:
    text, expected = FEATURES[name]
    assert expected in shown(text)


def test_tasks_are_boxes_that_nobody_can_tick() -> None:
    done, todo = Elements(shown("- [x] done\n- [ ] to do")).attributes("input")
    assert done == {"class": "task-list-item-checkbox", "disabled": "", "type": "checkbox", "checked": ""}
    assert todo == {"class": "task-list-item-checkbox", "disabled": "", "type": "checkbox"}


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script in a block": "text\n\n<div>\n<script src=//evil></script>\n</div>",
    "style": "<style>*{display:none}</style>",
    "style attribute": '<p style="position:fixed">x</p>',
    "event handler": '<img src="x" onerror="alert(1)">',
    "javascript link": "[x](javascript:alert(1)) <a href='JaVaScRiPt:alert(1)'>x</a>",
    "data link": "[x](data:text/html;base64,PHNjcmlwdD4=) ![x](data:image/svg+xml,<svg>)",
    "vbscript link": '<a href="vbscript:x">x</a>',
    "frame": '<iframe src="/web/"></iframe><object data="x"></object><embed src="x">',
    "form": '<form action="/web/acme/forecast/pull/1/merge" method="post"><button>x</button><input name="a"></form>',
    "svg": "<svg><script>alert(1)</script><a xlink:href='javascript:1'>x</a></svg>",
    "math": "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "comment": "a <!-- hidden --> b",
    "picture of ours": '<img src="/web/acme/forecast/pull/1/merge"><img srcset="//evil/x">',
    "meta": '<meta http-equiv="refresh" content="0;url=//evil"><base href="//evil/"><link rel=stylesheet href=//evil>',
    "fence language": '```"><script>alert(1)</script>\nx\n```',
    "table cell": "| <script>alert(1)</script> |\n|---|\n| <b onclick=x>y</b> |",
    "unclosed": "<details><summary><b><i><a href='https://example.com'>",
    "id and class": '<p id="page" class="panel notices">x</p>',
    "template": "<template><script>1</script></template><noscript><img src=x onerror=1></noscript>",
}
ALLOWED_ATTRIBUTES = {
    *("align", "alt", "checked", "class", "disabled", "height", "href", "rel", "src", "title", "type", "width"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert(name: str) -> None:
    elements = Elements(shown(HOSTILE[name]))
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "style", "iframe", "object", "embed", "form", "button", "svg", "math", "meta", "base"}
    assert not tags & {"link", "template", "noscript"}
    assert elements.comments == []
    for tag, attributes in elements.found:
        assert set(attributes) <= ALLOWED_ATTRIBUTES, tag
        assert (attributes.get("href") or "https:").startswith(("https:", "mailto:"))
        assert (attributes.get("src") or "/web/static/emoji/").startswith("/web/static/emoji/")
        assert attributes.get("class") in (None, "", "highlight")
    assert all(attributes == {"type": "checkbox", "disabled": ""} for attributes in elements.attributes("input"))


def test_a_diagram_becomes_a_picture_of_ours() -> None:
    source = 'graph TD; A["<b>"] --> B'
    html = render(f"```mermaid\n{source}\n```", KNOWN, Diagrams().address)
    images = Elements(html).attributes("img")
    assert len(images) == 1
    assert str(images[0]["src"]).startswith("/web/diagrams/")
    assert str(images[0]["src"]).endswith("-light.svg")
    assert str(Elements(html).attributes("source")[0]["srcset"]).endswith("-dark.svg")
    assert source in str(images[0]["alt"])


@pytest.mark.asyncio
async def test_the_real_mermaid_draws_it_in_both_schemes() -> None:
    diagrams = Diagrams()
    name = diagrams.address("flowchart LR\n  A[hotfix/1.0.1] --> B(main)").rpartition("/")[2]
    for scheme in ("light", "dark"):
        picture = await diagrams.picture(name, scheme)
        assert picture is not None
        assert picture.startswith("<svg")
        assert "hotfix/1.0.1" in picture
        assert 'width="100%"' not in picture


@pytest.mark.asyncio
async def test_a_mistake_in_a_diagram_is_shown_in_its_place() -> None:
    diagrams = Diagrams()
    picture = await diagrams.picture(diagrams.address("graph TD; A--\x07<b>").rpartition("/")[2], "light")
    assert picture is not None
    assert "Mermaid cannot draw this." in picture
    assert "Parse error" in picture
    assert "<b>" not in picture


@pytest.mark.asyncio
async def test_only_diagrams_that_stand_on_a_page_are_drawn() -> None:
    assert await Diagrams().picture("0" * 32, "light") is None
