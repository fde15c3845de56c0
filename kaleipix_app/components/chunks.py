"""Into how many files the script of the pages is cut: what every page needs is one, what a page alone needs another."""

from __future__ import annotations

from typing import Any

from reflex.plugins import Plugin
from reflex_base.constants import ReactRouter

# Left to itself, the bundler makes a file, and so a request, of every icon that two pages share: ten more for the
# studio. One file for all of it costs the studio 7 kB that only other pages need.
_WRITTEN = """test: /env.json/,
              name: "reflex-env",
            },"""
_WANTED = """test: /env\\.json/,  // holds the server's address: api/frontend.py changes it
              name: "reflex-env",
              priority: 2,
            },
            {
              test: /node_modules(?!\\/@fingerprintjs)|\\/utils\\//,  // that one is for the sign-in alone
              name: "base",
              priority: 1,
            },"""


class Chunks(Plugin):
    """Changes the bundler's settings, which Reflex writes."""

    def pre_compile(self, **context: Any) -> None:
        """At each build."""
        context["add_modify_task"](ReactRouter.VITE_CONFIG_FILE, _regrouped)


def _regrouped(settings: str) -> str:
    if _WANTED in settings:
        return settings
    if _WRITTEN not in settings:
        raise RuntimeError("Reflex writes other bundler settings than it did: look at components/chunks.py.")
    return settings.replace(_WRITTEN, _WANTED)
