"""Deny by default: every event of every tab passes here, and who sent it is looked up in the database.

A handler is for signed-in people unless it is marked `@public`. Helpers start with `_`, so no browser can call them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import reflex as rx
import structlog
from reflex_base.registry import RegistrationContext

from kaleipix_app.backend import container, log
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import DatabaseFailed, KaleipixError, SignInNeeded
from kaleipix_app.state.payload import is_well_formed

Handler = TypeVar("Handler", bound=Callable[..., Any])
_FRAMEWORK = ("reflex.", "reflex_")
_log = log.get("state")


def public(handler: Handler) -> Handler:
    """Mark a handler (under `@rx.event`) as callable by anyone."""
    handler._is_public = True
    return handler


def is_public(handler: Callable[..., Any]) -> bool:
    """Whether anyone may call it: marked ones, and the framework's own hydration."""
    return handler.__module__.startswith(_FRAMEWORK) or getattr(handler, "_is_public", False)


class Session(rx.State):
    """Which session this tab's state belongs to. Nothing of it reaches the browser."""

    _secret: str = ""
    _bound: bool = False
    _viewer: Viewer | None = None


class SessionGuard(rx.Middleware):
    """Session → person, at every event. When the session ends or another person comes, the tab starts from nothing."""

    async def preprocess(self, app: rx.App, state: rx.State, event: Any) -> rx.state.StateUpdate | None:
        """Refuse with a redirect to the login page, or let the handler run."""
        structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(6))
        handler = RegistrationContext.get().event_handlers[event.name].handler.fn
        if not handler.__module__.startswith(_FRAMEWORK) and not is_well_formed(handler, event.payload):
            _log.warning("payload_refused", handler=handler.__qualname__)
            return rx.state.StateUpdate()
        parts = container.get()
        root = state._get_root_state()
        secret = parts.cookies.read(root.router.headers.cookie, parts.cookies.session)
        session = await root.get_state(Session)
        try:
            viewer = await viewer_with(secret)
        except DatabaseFailed as error:
            return None if getattr(handler, "_is_public", False) else _tell(error)  # the teller itself is public
        if session._bound and (session._secret != secret or (session._viewer and not viewer)):
            root.reset()
            session = await root.get_state(Session)
        session._secret, session._bound, session._viewer = secret, True, viewer
        if session._viewer is not None or is_public(handler):
            return None
        return rx.state.StateUpdate(events=rx.event.Event.from_event_type(rx.redirect("/login")))


def _tell(error: KaleipixError) -> rx.state.StateUpdate:
    from kaleipix_app.state.notices import Notices  # it needs this module for its own handlers

    return rx.state.StateUpdate(events=rx.event.Event.from_event_type(Notices.show(error.sentence)))


async def viewer_with(secret: str) -> Viewer | None:
    """Whom this session's secret belongs to at this moment."""
    if not secret:
        return None
    parts = container.get()
    async with parts.db.reading() as uow:
        return await parts.sessions.viewer(uow, secret)


async def viewer_of(state: rx.State) -> Viewer:
    """The person whose event is being handled. Raises SignInNeeded."""
    session = await state.get_state(Session)
    if session._viewer is None:
        raise SignInNeeded
    return session._viewer


@contextmanager
def sentences(show: Callable[[str], None]) -> Iterator[None]:
    """Expected errors become a sentence on the page; anything else goes on to `Notices`."""
    try:
        yield
    except KaleipixError as error:
        show(error.sentence)
