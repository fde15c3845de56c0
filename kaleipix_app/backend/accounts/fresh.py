"""The fresh code: before something sensitive, whoever sits here shows once more that the mailbox is theirs."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select, update

from kaleipix_app.backend.abuse.limits import FRESH_CODES_PER_PERSON, Limiter
from kaleipix_app.backend.accounts.addresses import read_address
from kaleipix_app.backend.accounts.challenges import CODE_TTL, Challenges
from kaleipix_app.backend.accounts.models import LoginSession
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.tokens import Keyring

FRESH_FOR = timedelta(minutes=10)


class FreshCodeNeeded(KaleipixError):
    """The action is open to this session only for ten minutes after a fresh code."""

    code = "fresh_code_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__("Please confirm with a code from your mail that it is you.")


class FreshCodes:
    """Callers open the transaction; a refused code is *returned*, so that its attempt is committed."""

    def __init__(self, clock: Clock, keyring: Keyring, limiter: Limiter, post: Post) -> None:
        self._clock = clock
        self._challenges = Challenges(clock, keyring, "fresh")
        self._limiter = limiter
        self._post = post

    async def require(self, uow: UnitOfWork, viewer: Viewer) -> None:
        """Before every sensitive action. Raises FreshCodeNeeded."""
        found = await uow.session.exec(select(LoginSession.fresh_until).where(LoginSession.id == viewer.session_id))
        until = found.first()
        if until is None or until <= self._clock.now():
            raise FreshCodeNeeded

    async def is_waiting(self, uow: UnitOfWork, viewer: Viewer) -> bool:
        """Whether a code is on its way that can still be typed."""
        waiting = await self._challenges.waiting(uow, self._secret(viewer))
        return waiting is not None and waiting.identity == read_address(viewer.email).identity

    def admit(self, viewer: Viewer) -> None:
        """Whether a code may be sent; before any transaction. Raises TooMany."""
        self._limiter.take(FRESH_CODES_PER_PERSON, viewer.user_id)

    async def ask(self, uow: UnitOfWork, viewer: Viewer) -> None:
        """Mail a code to the address of the account, once committed."""
        address = read_address(viewer.email)
        code = await self._challenges.open_step(uow, address, viewer.session_id)
        minutes = int(CODE_TTL.total_seconds() // 60)
        message = messages.fresh_code(to=address.typed, code=code, minutes=minutes)
        uow.after_commit(lambda: self._post.send_soon(message))

    async def verify(self, uow: UnitOfWork, viewer: Viewer, typed: object) -> KaleipixError | None:
        """Check a code; if it is right, this session is fresh for ten minutes."""
        secret = self._secret(viewer)
        claim = await self._challenges.check(uow, secret, typed)
        if isinstance(claim, KaleipixError):
            return claim
        same = claim.address.identity == read_address(viewer.email).identity  # not if the address has changed since
        if not await self._challenges.spend(uow, secret, claim) or not same:
            return await self._challenges.why_not(uow, secret)
        await uow.session.exec(
            update(LoginSession)
            .where(col(LoginSession.id) == viewer.session_id)
            .values(fresh_until=self._clock.now() + FRESH_FOR)
        )
        return None

    def _secret(self, viewer: Viewer) -> str:
        return self._challenges.step_secret(viewer.session_id)
