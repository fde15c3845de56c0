"""Which pages are HTML before any script has run: also those whose address holds a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reflex.plugins import Plugin
from reflex_base.constants import ReactRouter

_WRITTEN = '"prerender": true'


class Prerender(Plugin):
    """Adds paths to those that the router renders while it is built. While developing nothing is."""

    def __init__(self, pages: Sequence[str]) -> None:
        self._wanted = f'"prerender": ({{getStaticPaths}}) => [...getStaticPaths(), ...{json.dumps(list(pages))}]'

    def pre_compile(self, **context: Any) -> None:
        """At each build."""
        context["add_modify_task"](ReactRouter.CONFIG_FILE, lambda settings: settings.replace(_WRITTEN, self._wanted))
