"""Sign-in and sign-out over HTTP. JSON in, JSON out; the secrets travel in HttpOnly cookies only."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kaleipix_app.backend.abuse.guesses import Guesses
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.abuse.signals import Traces
from kaleipix_app.backend.accounts.challenges import CODE_TTL, REGISTER_TTL
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.accounts.devices import device_of
from kaleipix_app.backend.accounts.next_path import local_path
from kaleipix_app.backend.accounts.sessions import LONGEST, Sessions
from kaleipix_app.backend.accounts.signin import NeedsRegistration, SignedIn, SignIn
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import BadInput, KaleipixError, TooLarge

_BODY_BYTES = 4096


class _SessionRoutes:
    """The handlers. Each request is one transaction."""

    def __init__(
        self, db: Database, signin: SignIn, sessions: Sessions, cookies: Cookies, guesses: Guesses, networks: Networks
    ) -> None:
        self._db = db
        self._signin = signin
        self._sessions = sessions
        self._cookies = cookies
        self._guesses = guesses
        self._networks = networks

    async def code(self, request: Request) -> JSONResponse:
        """Send a code; also a new one in place of the last."""
        body = await _json_object(request)
        address = self._signin.admit(body.get("email"), self._network(request))
        async with self._db.unit_of_work() as uow:
            secret = await self._signin.ask(uow, address, self._cookie(request, self._cookies.challenge))
        answer = _answer({"step": "code"})
        lifetime = int((CODE_TTL + REGISTER_TTL).total_seconds())
        answer.set_cookie(self._cookies.challenge, secret, max_age=lifetime, **self._cookies.flags)
        return answer

    async def verify(self, request: Request) -> JSONResponse:
        """Check the code."""
        body = await _json_object(request)
        challenge = self._cookie(request, self._cookies.challenge)
        async with self._guesses.one(self._network(request)):
            async with self._db.unit_of_work() as uow:
                outcome = await self._signin.verify(
                    uow, challenge, body.get("code"), _device(request), self._traces(request, body)
                )
                if isinstance(outcome, SignedIn):
                    await self._end_present(uow, request)
            if isinstance(outcome, KaleipixError):  # after the commit: the attempt has been counted
                raise outcome
        if isinstance(outcome, NeedsRegistration):
            return _answer({"step": "register"})
        return self._signed_in(outcome, body)

    async def register(self, request: Request) -> JSONResponse:
        """Username and age of a new person."""
        body = await _json_object(request)
        challenge = self._cookie(request, self._cookies.challenge)
        self._signin.admit_username(self._network(request))
        async with self._db.unit_of_work() as uow:
            outcome = await self._signin.register(
                uow, challenge, body.get("username"), body.get("adult"), _device(request), self._traces(request, body)
            )
            await self._end_present(uow, request)
        return self._signed_in(outcome, body)

    async def end(self, request: Request) -> JSONResponse:
        """Sign this browser out."""
        async with self._db.unit_of_work() as uow:
            await self._end_present(uow, request)
        answer = _answer({"next": "/"})
        answer.delete_cookie(self._cookies.session, **self._cookies.flags)
        return answer

    def _signed_in(self, outcome: SignedIn, body: dict[str, Any]) -> JSONResponse:
        answer = _answer({"step": "done", "next": local_path(body.get("next")) or f"/w/{outcome.username}"})
        lifetime = int(LONGEST.total_seconds())
        answer.set_cookie(self._cookies.session, outcome.secret, max_age=lifetime, **self._cookies.flags)
        answer.delete_cookie(self._cookies.challenge, **self._cookies.flags)
        return answer

    async def _end_present(self, uow: UnitOfWork, request: Request) -> None:
        """The session this browser comes with is over: a sign-in never continues an older one."""
        if secret := self._cookie(request, self._cookies.session):
            await self._sessions.end(uow, secret)

    def _cookie(self, request: Request, name: str) -> str:
        return self._cookies.read(request.headers.get("cookie", ""), name)

    def _network(self, request: Request) -> str:
        return self._networks.of(*_hops(request))

    def _traces(self, request: Request, body: dict[str, Any]) -> Traces:
        headers = request.headers
        address = self._networks.address(*_hops(request))
        agent, languages = headers.get("user-agent", ""), headers.get("accept-language", "")
        return Traces.read(body.get("fingerprint"), address, agent, languages)


def routes(
    db: Database, signin: SignIn, sessions: Sessions, cookies: Cookies, guesses: Guesses, networks: Networks
) -> list[Route]:
    """`/api/session/…`: only POST, since mail scanners and link previews send GET."""
    handlers = _SessionRoutes(db, signin, sessions, cookies, guesses, networks)
    return [
        Route("/api/session/code", handlers.code, methods=["POST"]),
        Route("/api/session/verify", handlers.verify, methods=["POST"]),
        Route("/api/session/register", handlers.register, methods=["POST"]),
        Route("/api/session/end", handlers.end, methods=["POST"]),
    ]


def _answer(content: dict[str, str]) -> JSONResponse:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _hops(request: Request) -> tuple[str | None, str]:
    """Who is at the other end, and whom proxies say they have seen."""
    peer = request.client.host if request.client else None
    return peer, ",".join(request.headers.getlist("x-forwarded-for"))


def _device(request: Request) -> str:
    return device_of(request.headers.get("user-agent", ""))


async def _json_object(request: Request) -> dict[str, Any]:
    """The body, cut off at 4 kB. Raises TooLarge, BadInput."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _BODY_BYTES:
            raise TooLarge("That is more than a sign-in needs. Please reload the page and try again.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:  # RecursionError: thousands of opening brackets
        raise BadInput("The request was not understood. Please reload the page and try again.") from error
    if not isinstance(body, dict):
        raise BadInput("The request was not understood. Please reload the page and try again.")
    return body
