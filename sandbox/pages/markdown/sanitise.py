"""What may stand in a page of what people wrote: the elements and attributes that GitHub allows, and no more.

The list follows GitHub's own: https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/sanitization_filter.rb
"""

from __future__ import annotations

import nh3

from sandbox.pages.addresses import ROOT
from sandbox.pages.markdown.code import CLASSES

PICTURES = (f"{ROOT}/diagrams/", f"{ROOT}/static/emoji/")
"""Where the only pictures lie that may be shown."""

_ELEMENTS = (
    "h1 h2 h3 h4 h5 h6 p br hr b i strong em a pre code img picture source tt div ins del sup sub ol ul li table thead "
    "tbody tfoot tr td th caption colgroup col blockquote dl dt dd kbd q samp var ruby rt rp s strike summary details "
    "figure figcaption abbr cite dfn mark small span time wbr bdo input"
)
_NEVER_SHOWN = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext"})

_ATTRIBUTES = {
    "*": {"align", "dir", "lang", "title", "width", "height", "valign"},
    "a": {"href"},
    "details": {"open"},
    "img": {"src", "alt"},
    "input": {"checked"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "source": {"media", "srcset"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_CLASSES = {
    "div": {
        "markdown-alert",
        *(f"markdown-alert-{kind}" for kind in ("note", "tip", "important", "warning", "caution")),
    },
    "img": {"emoji"},
    "input": {"task-list-item-checkbox"},
    "li": {"task-list-item"},
    "p": {"markdown-alert-title"},
    "picture": {"diagram"},
    "pre": {"highlight"},
    "span": set(CLASSES),
    "ul": {"contains-task-list"},
}


def _keep(_: str, attribute: str, value: str) -> str | None:
    if attribute in ("src", "srcset"):
        return value if value.startswith(PICTURES) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_ELEMENTS.split()),
    clean_content_tags=set(_NEVER_SHOWN),
    attributes=_ATTRIBUTES,
    attribute_filter=_keep,
    allowed_classes=_CLASSES,
    set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
)


def sanitise(html: str) -> str:
    """Return the part of a piece of HTML that may be shown."""
    return _CLEANER.clean(html)
