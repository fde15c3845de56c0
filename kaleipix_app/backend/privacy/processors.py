"""Who works for this studio: the companies of the policy, and which of them are switched on here."""

from __future__ import annotations

from dataclasses import dataclass

from kaleipix_app.backend.providers.catalogue.places import PLACES
from kaleipix_app.backend.settings import Settings


@dataclass(frozen=True)
class Processor:
    """A company that may get data, with what and where."""

    key: str
    name: str
    does: str
    gets: str
    where: str
    in_use: bool
    makes_pictures: bool = False


def processors(settings: Settings) -> list[Processor]:
    """All that the policy knows, in its order."""
    return [
        _provider("runpod", settings.runpod_api_key is not None),
        _provider("fal", settings.fal_key is not None),
        Processor("lemonsqueezy", "Lemon Squeezy", "web subscriptions", "what a payment needs", "United States", False),
        Processor(
            "telegram", "Telegram", "bot and Stars purchases", "what you send to the bot", "outside of the EU", False
        ),
        Processor(
            "mail",
            "The operator's mail service",
            "delivers our mails to you",
            "your address and the text of the mail",
            "chosen by the operator; ask them where it is",
            settings.smtp_url is not None,
        ),
    ]


def _provider(key: str, in_use: bool) -> Processor:
    place = PLACES[key]
    gets = f"your source images and prompts. {place.kept}"
    return Processor(key, place.name, "AI generation", gets, f"{place.company}, {place.country}", in_use, True)
