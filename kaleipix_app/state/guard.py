"""Deny by default: every event of every tab passes here, and who sent it is looked up in the database.

A handler is for signed-in people unless it is marked `@public`. Helpers start with `_`, so no browser can call them.
Of the framework's own handlers only those pass that its pages need.
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
_HYDRATION = frozenset(
    {
        "State.hydrate",
        "State.hydrate_and_load",
        "State.set_is_hydrated",
        "OnLoadInternalState.on_load_internal",
        "OnLoadInternalState.set_is_hydrated",
        "FrontendEventExceptionState.handle_frontend_exception",
    }
)
_log = log.get("state")


def public(handler: Handler) -> Handler:
    """Mark a handler (under `@rx.event`) as callable by anyone."""
    handler._is_public = True
    return handler


def is_public(handler: Callable[..., Any]) -> bool:
    """Whether anyone may call it: marked ones, and the framework's own hydration."""
    return _is_framework(handler) or getattr(handler, "_is_public", False)


def _is_framework(handler: Callable[..., Any]) -> bool:
    return handler.__module__.startswith(_FRAMEWORK)


def _is_offered(handler: Callable[..., Any], payload: Any) -> bool:
    """A handler of ours with what it asks for; of the framework's not `setvar`, for one: it would call any `set_…`.

    `vars` would be what a State keeps in the browser, and none of ours does.
    """
    if _is_framework(handler):
        return handler.__qualname__ in _HYDRATION and isinstance(payload, dict) and not payload.get("vars")
    return is_well_formed(handler, payload)


class Session(rx.State):
    """Which session this tab's state belongs to. Nothing of it reaches the browser."""

    _secret: str = ""
    _bound: bool = False
    _viewer: Viewer | None = None
    _connection: str = ""  # over which the latest event came

    def _is_seen_over(self, connection: str) -> bool:
        """Whether the guard has seen the cookie of this connection: a tab's token alone is no proof of anything."""
        return self._bound and self._connection == connection


class SessionGuard(rx.Middleware):
    """Session → person, at every event. When the session ends or another person comes, the tab starts from nothing."""

    async def preprocess(self, app: rx.App, state: rx.State, event: Any) -> rx.state.StateUpdate | None:
        """Refuse with a redirect to the login page, or let the handler run."""
        structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(6))
        handler = RegistrationContext.get().event_handlers[event.name].handler.fn
        if not _is_offered(handler, event.payload):
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
        if session._bound and _session_id(session._viewer) != _session_id(viewer):
            root.reset()
            session = await root.get_state(Session)
        session._secret, session._bound, session._viewer = secret, True, viewer
        session._connection = root.router.session.session_id
        if session._viewer is not None or is_public(handler):
            return None
        return rx.state.StateUpdate(events=rx.event.Event.from_event_type(rx.redirect("/login")))


def _session_id(viewer: Viewer | None) -> str:
    """What a tab is bound to: not the secret, which changes daily."""
    return viewer.session_id if viewer else ""


def _tell(error: KaleipixError) -> rx.state.StateUpdate:
    from kaleipix_app.state.notices import Notices  # it needs this module for its own handlers

    return rx.state.StateUpdate(events=rx.event.Event.from_event_type(Notices.show(error.sentence)))


async def viewer_with(secret: str) -> Viewer | None:
    """Whom this session's secret belongs to at this moment."""
    if not secret:
        return None
    parts = container.get()
    async with parts.db.reading(short=True) as uow:
        return await parts.sessions.viewer(uow, secret)


async def viewer_of(state: rx.State) -> Viewer:
    """The person whose event is being handled. Raises SignInNeeded."""
    session = await state.get_state(Session)
    if session._viewer is None:
        raise SignInNeeded
    return session._viewer


async def renewed_viewer_of(state: rx.State) -> Viewer:
    """The same person after their name or address has changed. Raises SignInNeeded."""
    session = await state.get_state(Session)
    session._viewer = await viewer_with(session._secret)
    return await viewer_of(state)


def network_of(state: rx.State) -> str:
    """The network that an event comes from, for limits."""
    forwarded = state.router.headers.raw_headers.get("x-forwarded-for", "")
    return container.get().networks.of(state.router.session.client_ip, forwarded)


@contextmanager
def sentences(show: Callable[[str], None], note: Callable[[str], None] | None = None) -> Iterator[None]:
    """Expected errors become a sentence on the page, and their code is noted; anything else goes on to `Notices`."""
    try:
        yield
    except KaleipixError as error:
        show(error.sentence)
        if note is not None:
            note(error.code)
