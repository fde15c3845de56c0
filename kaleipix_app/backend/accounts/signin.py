"""Signing in: an address, a code by mail, and for new people a username and their age.

Nothing here looks at the table of people before the code was right. That is why the answers for known and
unknown addresses are the same in text, status and timing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kaleipix_app.backend import metrics, tokens
from kaleipix_app.backend.abuse.limits import CODES_PER_ADDRESS, CODES_PER_NETWORK, USERNAMES_PER_NETWORK, Limiter
from kaleipix_app.backend.abuse.signals import Signals, Traces
from kaleipix_app.backend.accounts.addresses import Address, read_address
from kaleipix_app.backend.accounts.challenges import CODE_TTL, Challenges
from kaleipix_app.backend.accounts.leaving import BeingErased, come_back
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.usernames import Username, read_username, username_taken
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, KaleipixError
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.tokens import Keyring

_NO_TRACES = Traces()


class Suspended(KaleipixError):
    """The person is known, and shut out by the operator."""

    code = "suspended"
    status = 403

    def __init__(self) -> None:
        super().__init__("This account is suspended. Please write to the operator of this site.")


@dataclass(frozen=True)
class SignedIn:
    """Done: the session's secret for the cookie, and whose workspace it opens."""

    secret: str
    username: str


@dataclass(frozen=True)
class NeedsRegistration:
    """The code was right and the person is new: username and age come next."""


class Progress(NamedTuple):
    """Where a browser is in its sign-in, for a login page that was reloaded."""

    step: Literal["email", "code", "register"]
    email: str


class SignIn:
    """The rules. Callers open the transaction; a refused code is *returned*, so that its attempt is committed."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        keyring: Keyring,
        sessions: Sessions,
        limiter: Limiter,
        post: Post,
        signals: Signals,
        joined: Callable[[UnitOfWork, str], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._challenges = Challenges(clock, keyring, "sign_in")
        self._sessions = sessions
        self._limiter = limiter
        self._post = post
        self._signals = signals
        self._joined = joined

    def admit(self, email: object, network: str) -> Address:
        """Whether a code may be sent; before any transaction. Raises BadInput, TooMany."""
        with metrics.codes.labels("refused").count_exceptions(KaleipixError):
            address = read_address(email)
            self._limiter.take_all((CODES_PER_ADDRESS, address.identity), (CODES_PER_NETWORK, network))
        return address

    async def ask(self, uow: UnitOfWork, address: Address, secret: str) -> str:
        """Send a code once committed; returns the secret for the challenge cookie. `secret`: its present value."""
        secret, code = await self._challenges.open(uow, address, secret)
        minutes = int(CODE_TTL.total_seconds() // 60)
        message = messages.sign_in_code(to=address.typed, code=code, url=self._settings.url, minutes=minutes)
        uow.after_commit(lambda: self._post.send_soon(message))
        uow.after_commit(metrics.codes.labels("sent").inc)
        return secret

    async def verify(
        self, uow: UnitOfWork, secret: str, typed: object, device: str = "", traces: Traces = _NO_TRACES
    ) -> SignedIn | NeedsRegistration | KaleipixError:
        """Check a code. A KaleipixError is returned for the caller to raise *after* the transaction."""
        claim = await self._challenges.check(uow, secret, typed)
        if isinstance(claim, KaleipixError):
            return claim
        if not await self._challenges.mark_verified(uow, secret, claim):
            return await self._challenges.why_not(uow, secret)
        user = await self._person(uow, claim.address)
        if user is None:
            return NeedsRegistration()
        await self._challenges.mark_used(uow, secret)
        return await self._refusal(uow, user) or await self._start(uow, user, device, "sign_in", traces)

    def admit_username(self, network: str) -> None:
        """Whether another username may be tried; before any transaction. Raises TooMany."""
        self._limiter.take(USERNAMES_PER_NETWORK, network)

    async def register(
        self,
        uow: UnitOfWork,
        secret: str,
        username: object,
        adult: object,
        device: str = "",
        traces: Traces = _NO_TRACES,
    ) -> SignedIn:
        """Make the account. Raises BadInput, Conflict, Suspended; the challenge then stays as it was."""
        if adult is not True:
            raise BadInput("Kaleipix is for people who are 18 or older. Please confirm it.", code="adults_only")
        chosen = read_username(username)
        address = await self._challenges.mark_used(uow, secret)
        if address is None:
            raise await self._challenges.why_not(uow, secret)
        # The same person may have finished in another browser meanwhile.
        known = await self._person(uow, address)
        user = known or await self._create(uow, address, chosen)
        if refusal := await self._refusal(uow, user):
            raise refusal
        return await self._start(uow, user, device, "sign_in" if known else "sign_up", traces)

    async def step(self, uow: UnitOfWork, secret: str) -> Progress:
        """Where this browser is in its sign-in, and the address it gave."""
        row = await self._challenges.find(uow, secret)
        if row is None or row.used_at or row.expires_at <= self._clock.now():
            return Progress("email", "")
        return Progress("register" if row.verified_at else "code", row.email_typed)

    async def _create(self, uow: UnitOfWork, address: Address, chosen: Username) -> User:
        now = self._clock.now()
        user = User(
            id=tokens.new_id(),
            email=address.identity,
            email_typed=address.typed,
            username=chosen.name,
            username_skeleton=chosen.skeleton,
            adult_confirmed_at=now,
            created_at=now,
        )
        try:
            async with uow.session.begin_nested():
                uow.session.add(user)
        except IntegrityError as error:  # the table decides: looking first would lose a race
            if same := await self._person(uow, address):  # it was the address: another browser was faster
                return same
            raise username_taken() from error
        await self._joined(uow, user.id)
        return user

    async def _refusal(self, uow: UnitOfWork, user: User) -> KaleipixError | None:
        """Why this person stays outside. Who has deleted the account gets it back here, within its thirty days."""
        if user.suspended_at:
            return Suspended()
        if user.deleted_at is None:
            return None
        if not await come_back(uow, user, self._clock.now()):
            return BeingErased()
        message = messages.account_restored(to=user.email_typed)
        uow.after_commit(lambda: self._post.send_soon(message))
        return None

    async def _start(
        self,
        uow: UnitOfWork,
        user: User,
        device: str = "",
        kind: Literal["sign_up", "sign_in"] = "sign_in",
        traces: Traces = _NO_TRACES,
    ) -> SignedIn:
        user.is_admin = user.admin_by_operator or user.email in self._settings.admin_emails
        secret = await self._sessions.start(uow, user, device)
        profiled = user.objected_at is None and user.restricted_at is None
        await self._signals.record(uow, user.id, kind, traces, profiled=profiled)
        return SignedIn(secret, user.username)

    @staticmethod
    async def _person(uow: UnitOfWork, address: Address) -> User | None:
        found = await uow.session.exec(select(User).where(User.email == address.identity))
        return found.first()
