"""fal.ai: its queue, its storage, its callbacks."""

from __future__ import annotations

from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.provider import FalProvider
from kaleipix_app.backend.providers.fal.webhooks import Webhooks

__all__ = ["FalProvider", "Pace", "Webhooks"]
