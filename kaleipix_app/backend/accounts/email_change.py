"""Another e-mail address: confirmed by the fresh code at the old one and by a code at the new one.

Whether the new address has an account here is told to its owner alone, by mail; the page says and does the same.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from kaleipix_app.backend.abuse.limits import (
    ADDRESS_CHANGES_PER_PERSON,
    CODES_PER_ADDRESS,
    CODES_PER_NETWORK,
    Limiter,
)
from kaleipix_app.backend.accounts.addresses import Address, read_address
from kaleipix_app.backend.accounts.challenges import CODE_TTL, Challenges
from kaleipix_app.backend.accounts.fresh import FreshCodes
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict, KaleipixError
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.tokens import Keyring


class EmailChange:
    """Callers open the transaction; a refused code is *returned*, so that its attempt is committed.

    `changed(user_id)` hears of it, for the open tabs.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        keyring: Keyring,
        fresh: FreshCodes,
        limiter: Limiter,
        post: Post,
        changed: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._challenges = Challenges(clock, keyring, "new_address")
        self._fresh = fresh
        self._limiter = limiter
        self._post = post
        self._changed = changed

    def read(self, viewer: Viewer, typed: object) -> Address:
        """The address, if it is another one. Raises BadInput."""
        address = read_address(typed)
        if address.identity == read_address(viewer.email).identity:
            raise BadInput("That is your address already.")
        return address

    def admit(self, viewer: Viewer, address: Address, network: str) -> None:
        """Whether a code may be sent; before any transaction. Raises TooMany."""
        self._limiter.take_all(
            (CODES_PER_ADDRESS, address.identity),
            (CODES_PER_NETWORK, network),
            (ADDRESS_CHANGES_PER_PERSON, viewer.user_id),
        )

    async def ask(self, uow: UnitOfWork, viewer: Viewer, address: Address) -> None:
        """Write to the new address, once committed. Raises FreshCodeNeeded.

        A taken address gets a warning instead of the code, which then nobody ever learns.
        """
        await self._fresh.require(uow, viewer)
        taken = (await uow.session.exec(select(User.id).where(User.email == address.identity))).first()
        code = await self._challenges.open_step(uow, address, viewer.session_id)
        minutes = int(CODE_TTL.total_seconds() // 60)
        message = (
            messages.address_taken(to=address.typed)
            if taken
            else messages.new_address_code(to=address.typed, code=code, minutes=minutes)
        )
        uow.after_commit(lambda: self._post.send_soon(message))

    async def waiting(self, uow: UnitOfWork, viewer: Viewer) -> str:
        """The new address whose code can still be typed; empty if there is none."""
        found = await self._challenges.waiting(uow, self._secret(viewer))
        return found.typed if found else ""

    async def verify(self, uow: UnitOfWork, viewer: Viewer, typed: object) -> KaleipixError | None:
        """Check the code from the new address and change. Raises FreshCodeNeeded."""
        await self._fresh.require(uow, viewer)
        secret = self._secret(viewer)
        claim = await self._challenges.check(uow, secret, typed)
        if isinstance(claim, KaleipixError):
            return claim
        if not await self._challenges.spend(uow, secret, claim):
            return await self._challenges.why_not(uow, secret)
        return await self._change(uow, viewer, claim.address)

    async def _change(self, uow: UnitOfWork, viewer: Viewer, address: Address) -> KaleipixError | None:
        user = await uow.session.get_one(User, viewer.user_id)
        before = user.email_typed
        stays_admin = user.is_admin and (user.admin_by_operator or address.identity in self._settings.admin_emails)
        try:
            async with uow.session.begin_nested():
                await uow.session.exec(
                    update(User)
                    .where(col(User.id) == viewer.user_id)
                    .values(email=address.identity, email_typed=address.typed, is_admin=stays_admin)
                )
        except IntegrityError:  # since the code was mailed, its owner has made an account of it
            return Conflict("That address has an account of its own by now. Nothing was changed.", code="address_taken")
        message = messages.address_changed(to=before)
        uow.after_commit(lambda: self._post.send_soon(message))
        uow.after_commit(lambda: self._changed(viewer.user_id))
        return None

    def _secret(self, viewer: Viewer) -> str:
        return self._challenges.step_secret(viewer.session_id)
