"""Millrace from Python: tables, features, AutoML, gates, serving and monitors."""

from millrace._errors import MillraceError, ServerUnreachable

__all__ = ["MillraceError", "ServerUnreachable"]
