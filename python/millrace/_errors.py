"""What can go wrong, as the server names it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["MillraceError", "ServerUnreachable"]


class MillraceError(Exception):
    """The server refused a call.

    Attributes:
        status: The HTTP status.
        error_code: The stable code, for example ``RESOURCE_DOES_NOT_EXIST``.
        details: Structured facts, for example the rows that broke a rule.
    """

    def __init__(self, message: str, *, status: int, error_code: str, details: list[Any]) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.details = details

    @classmethod
    def from_response(cls, status: int, body: bytes) -> MillraceError:
        """Reads the error from the server's answer, whatever its shape."""
        text = body.decode(errors="replace")
        try:
            decoded = json.loads(text)
            return cls(
                str(decoded.get("message", text)),
                status=status,
                error_code=str(decoded.get("error_code", "INTERNAL_ERROR")),
                details=list(decoded.get("details", [])),
            )
        except (ValueError, AttributeError):
            return cls(
                text or f"HTTP {status}", status=status, error_code="INTERNAL_ERROR", details=[]
            )


class ServerUnreachable(ConnectionError):
    """No answer from the server after several tries."""

    def __init__(self, url: str, cause: BaseException) -> None:
        super().__init__(f"No answer from {url}: {cause}. Is `millrace server` running there?")
        self.url = url
