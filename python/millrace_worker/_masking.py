"""Hides secret values in what a task leaves behind: as they are, escaped, and in base64.

The server masks the log when it is read; errors and executed notebooks are masked here, before
they are written.
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
import os
from urllib.parse import quote, quote_plus

__all__ = ["mask_secrets"]

_LABEL = "[REDACTED]"
_SHORTEST = 4
_SHORTEST_ENCODED = 6


def mask_secrets(text: str) -> str:
    """The text without any secret that this attempt was given or has read so far."""
    for form in sorted(_forms(), key=len, reverse=True):
        text = text.replace(form, _LABEL)
    return text


def _forms() -> set[str]:
    forms: set[str] = set()
    path = os.environ.get("MILLRACE_SECRETS_FILE", "")
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
        for line in file:
            secret = json.loads(line)
            if len(secret) >= _SHORTEST:
                forms |= _forms_of(secret)
    return forms


def _forms_of(secret: str) -> set[str]:
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    forms = {secret, escaped, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    data = secret.encode()
    for before in (0, 1, 2):
        encoded = base64.b64encode(bytes(before) + data).decode()
        # The characters that depend on the secret alone, whatever stands around it.
        core = encoded[math.ceil(before * 8 / 6) : (before + len(data)) * 8 // 6]
        if len(core) >= _SHORTEST_ENCODED:
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
