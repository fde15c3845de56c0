"""Reflex events without browser, build or server: the real queue, middleware and deltas of one tab."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor


class Tab:
    """One browser tab with its cookies."""

    def __init__(self, events: Events, token: str, cookie: str = "") -> None:
        self.events = events
        self.token = token
        self.address = "/"
        self.headers = {"cookie": cookie, "origin": "http://localhost:3000"}
        self.deltas: list[Any] = []

    async def send(self, event: Any) -> None:
        """Send one event and wait until everything it started has ended."""
        await self.send_raw(event, None)

    async def send_raw(self, event: Any, payload: dict[str, Any] | None) -> None:
        """The same, with the payload replaced by whatever a hostile browser would put there."""
        router = {
            "pathname": "/",
            "asPath": self.address,
            "headers": dict(self.headers),
            "token": self.token,
            "sid": f"sid-{self.token}",
            "ip": "127.0.0.1",
            "query": {},
        }
        for one in rx.event.Event.from_event_type(event, router_data=router):
            if payload is not None:
                one = dataclasses.replace(one, payload=payload)
            async for delta in self.events.processor.enqueue_stream_delta(self.token, one):
                self.deltas.append(delta)

    async def state(self, cls: type[rx.State]) -> Any:
        """The tab's state of this class, as the server has it now."""
        root = await self.events.states.get_state(rx.BaseStateToken(ident=self.token, cls=cls))
        return await root.get_state(cls)

    def redirected(self) -> bool:
        """Whether the server sent this tab to another page."""
        return any(
            event.name == "_redirect"
            for token, update in self.events.sent
            if token == self.token
            for event in update.events
        )


class Events:
    """What stands in for the live connection."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor
        self.states = processor._root_context.state_manager
        self.sent: list[tuple[str, Any]] = []

    def tab(self, token: str, cookie: str = "") -> Tab:
        return Tab(self, token, cookie)


@contextlib.asynccontextmanager
async def events_of(app: rx.App) -> AsyncIterator[Events]:
    """The app's event pipeline, running."""
    sent: list[tuple[str, Any]] = []

    class Namespace:
        async def emit_update(self, update: Any, token: str) -> None:
            sent.append((token, update))

    processor = BaseStateEventProcessor(middleware=app)
    with app.set_contexts():
        async with processor.configure(state_manager=StateManagerMemory(), event_namespace=Namespace()):
            events = Events(processor)
            events.sent = sent
            yield events
