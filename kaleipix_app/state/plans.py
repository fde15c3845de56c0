"""The plans page: what a credit buys on this installation, and what is given for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.credits.plans import FREE
from kaleipix_app.backend.errors import NotEnoughCredits
from kaleipix_app.backend.generation.request import MOST_WAITING
from kaleipix_app.backend.providers.catalogue import Model
from kaleipix_app.backend.providers.catalogue.places import PLACES
from kaleipix_app.state.composer import MOST_SOURCES
from kaleipix_app.state.guard import viewer_of
from kaleipix_app.state.offers import UPLOAD_LIMIT, about_seconds
from kaleipix_app.state.tabs import TABS

_MOST_MISSING = 9_999  # more cannot be asked for at once
#: What the free plan is, line by line.
FREE_PLAN_NAME = FREE.name
FREE_PLAN = (
    f"{FREE.monthly_credits} credits a month. On the first visit of a month the balance is filled up to that number; "
    "what is left over does not pile up.",
    "Every model that is offered here, at the prices below.",
    f"Up to {MOST_WAITING} generations may wait or run at a time.",
    f"Up to {MOST_SOURCES} pictures of your own at once, {UPLOAD_LIMIT // 1024**2} MB each.",
    "Everything you make is kept until you delete it.",
)


@dataclass(frozen=True)
class PriceView:
    """A model, in a list of prices."""

    id: str
    name: str
    about: str  # who made it, and for what
    price: str
    time: str
    monthly: str  # pictures that the free plan's month pays


@dataclass(frozen=True)
class ProviderView:
    """A provider and what it offers."""

    key: str
    name: str
    where: str
    prices: list[PriceView] = field(default_factory=list)


class Plans(rx.State):
    """A view cache for one tab."""

    ready: bool = False
    name: str = ""  # of the workspace that one goes back to
    balance: int = 0
    refill: str = ""  # when free credits come again
    short: str = ""  # how many credits the click needed that led here, in a sentence
    providers: list[ProviderView] = []

    @rx.event
    async def open(self) -> None:
        """The page was opened or reloaded."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.unit_of_work() as uow:
            await parts.sessions.seen(uow, viewer.session_id)
            await parts.ledger.grant_month(uow, viewer.user_id)
            usual = await parts.timings.usual(uow)
        TABS.add(viewer.user_id, self.router.session.client_token)
        need = self.router.url.query_parameters.get("need", "")
        missing = int(need) if need.isascii() and need.isdecimal() and len(need) <= len(str(_MOST_MISSING)) else 0
        self.short = NotEnoughCredits(missing).sentence if missing else ""
        first = (parts.clock.now().replace(day=1) + timedelta(days=32)).replace(day=1)
        self.refill = f"On 1 {first:%B %Y} it is filled up to {FREE.monthly_credits}, if it is lower by then."
        self.providers = price_list(parts.models.values(), usual)
        await self._read(viewer)
        self.ready = True

    async def _read(self, viewer: Viewer) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            balance = await parts.ledger.balance(uow, viewer.user_id)
        for name, value in {"name": viewer.username, "balance": balance}.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def price_list(models: Iterable[Model], usual: Mapping[str, list[float]]) -> list[ProviderView]:
    """By provider, in the catalogue's order; within one the cheapest first."""
    by_provider: dict[str, list[Model]] = {}
    for model in models:
        by_provider.setdefault(model.provider, []).append(model)
    return [_provider(key, sorted(found, key=lambda one: one.price), usual) for key, found in by_provider.items()]


def _provider(key: str, models: list[Model], usual: Mapping[str, list[float]]) -> ProviderView:
    place = PLACES.get(key)
    prices = [_price(model, usual.get(model.id, [model.usual_seconds])[0]) for model in models]
    if place is None:
        return ProviderView(key, "Built-in engine", "Runs on this server. Nothing leaves it.", prices)
    return ProviderView(key, place.name, f"{place.company}, {place.country}. {place.kept}", prices)


def _price(model: Model, seconds: float) -> PriceView:
    pictures = FREE.monthly_credits // model.price if FREE.key in model.plans else 0
    return PriceView(
        id=model.id,
        name=model.name,
        about=f"{model.task} · {model.vendor}" if model.is_ai else str(model.task),
        price=counted(model.price, "credit"),
        time=about_seconds(seconds),
        monthly=counted(pictures, "picture") if pictures else "not in it",
    )
