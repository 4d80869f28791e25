"""Exceptions as the server records them."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

from millrace_worker._masking import mask_secrets

__all__ = ["describe_error"]

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
_MAX_TEXT = 100_000


def describe_error(error: BaseException) -> dict[str, str]:
    """An exception as the server records it; frames of the worker itself are left out."""
    trace = error.__traceback__
    while trace is not None and _is_own(trace):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    return {
        "type": type(error).__name__,
        "message": _cut(mask_secrets(str(error))),
        "traceback": _cut(mask_secrets("".join(lines))),
    }


def _is_own(trace: TracebackType) -> bool:
    name = trace.tb_frame.f_code.co_filename
    return name.startswith(_OWN_FOLDER) or name.startswith("<frozen importlib")


def _cut(text: str) -> str:
    if len(text) <= _MAX_TEXT:
        return text
    half = _MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - _MAX_TEXT} characters left out …\n{text[-half:]}"
