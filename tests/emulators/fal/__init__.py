"""fal.ai: its queue, its storage, its webhooks, its failures."""

from tests.emulators.fal.app import Fal
from tests.emulators.fal.settings import Settings

__all__ = ["Fal", "Settings"]
