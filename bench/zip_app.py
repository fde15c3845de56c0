"""The studio's own routes, where any selection means everything: `granian --interface asgi bench.zip_app:app`."""

from __future__ import annotations

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.library.filters import Filter, Selection
from kaleipix_app.backend.generation.library.selections import Selections
from kaleipix_app.backend.settings import load


class Everything(Selections):
    """What a page has selected is known to its server alone, and here there is no page."""

    def get(self, name: str, owner_id: str) -> Selection:
        return Selection(all_of=Filter())


def _routes() -> Container:
    parts = Container(load())
    parts.selections = Everything(parts.clock)
    return parts


app = _routes().api_app()
