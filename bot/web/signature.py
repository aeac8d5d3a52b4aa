"""Who may send us deliveries: those who know the secret."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

HEADER = "X-Hub-Signature-256"
"""The older X-Hub-Signature is SHA-1 and counts for nothing.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

_FORM = re.compile(r"sha256=([0-9a-f]{64})")


def claimed(header: str | None) -> bytes | None:
    """Return the digest that a header claims; None where it is missing or has another form."""
    match = _FORM.fullmatch(header or "")
    return bytes.fromhex(match[1]) if match else None


def is_genuine(body: bytes, claim: bytes, secrets: Sequence[bytes]) -> bool:
    """True if one of the secrets signs ``body``, byte for byte, as claimed. Takes as long whatever the answer is."""
    matches = [hmac.compare_digest(hmac.digest(secret, body, "sha256"), claim) for secret in secrets]
    return any(matches)
