"""Links to pages of the operator's tracking server: nothing else becomes one."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from policies.phrase import Phrase


def link(label: Phrase, url: str) -> str:
    """Return a link in Markdown; the label alone where the address is not one of http or https, or names a user.

    Whatever could end the address in Markdown, in a table or in HTML is written as a percent-encoding.
    """
    text = label.markdown()
    address = _address(url)
    return f"[{text}]({address})" if address else text


def _address(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:  # no address at all
        return None
    return quote(url, safe="/:?#[]=&%;,+@~.-_$", errors="replace") if sound else None
