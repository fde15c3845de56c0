"""The built-in engine: pictures by mathematics, on this machine, without a key."""

from __future__ import annotations

from kaleipix_app.backend.providers.builtin.provider import BuiltinProvider

__all__ = ["BuiltinProvider"]
