"""Codes under way: one row for each.

A sign-in is reached only by the secret in the browser's cookie, a step inside a session only through that session.
What a code is for is part of its row, its hash and every statement: none opens anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.addresses import Address
from kaleipix_app.backend.accounts.models import LoginChallenge
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict
from kaleipix_app.backend.tokens import Keyring

CODE_TTL = timedelta(minutes=10)
REGISTER_TTL = timedelta(minutes=15)  # after the right code, to choose a username
MOST_ATTEMPTS = 5

Purpose = Literal["sign_in", "fresh", "new_address"]


@dataclass(frozen=True)
class Claim:
    """A row that one attempt was counted on: only its holder may compare."""

    id: str
    address: Address
    code_hash: str


class Challenges:
    """All SQL about codes of one purpose. Every change is one conditional UPDATE: parallel requests cannot both win."""

    def __init__(self, clock: Clock, keyring: Keyring, purpose: Purpose) -> None:
        self._clock = clock
        self._keyring = keyring
        self._purpose = purpose

    async def open(self, uow: UnitOfWork, address: Address, secret: str) -> tuple[str, str]:
        """A new code for this address: the cookie's secret, and the code.

        The browser's live challenge for the same address gets it in place of the old code. Any other
        challenge of this browser ends.
        """
        code = tokens.new_code()
        if await self._replace_code(uow, address, secret, code):
            return secret, code
        now = self._clock.now()
        await self._change(uow, secret, col(LoginChallenge.used_at).is_(None), expires_at=now)
        secret = tokens.new_secret()
        await self._add(uow, address, secret, code)
        return secret, code

    async def open_step(self, uow: UnitOfWork, address: Address, session_id: str) -> str:
        """A new code for a step inside this session, in place of any before it. Raises Conflict."""
        code, secret = tokens.new_code(), self.step_secret(session_id)
        await uow.session.exec(delete(LoginChallenge).where(*self._row(secret)))
        try:
            async with uow.session.begin_nested():
                await self._add(uow, address, secret, code)
        except IntegrityError as error:  # another tab asked at the same moment
            raise Conflict("A code was sent just now. Please look at your mail.", code="code_sent") from error
        return code

    def step_secret(self, session_id: str) -> str:
        """What stands for the cookie's secret in a step: the session proves who types."""
        return f"{self._purpose}/{session_id}"

    async def check(self, uow: UnitOfWork, secret: str, typed: object) -> Claim | BadInput:
        """Compare what was typed, on one counted attempt. A refusal is *returned*, so that its attempt is committed."""
        code = tokens.read_code(typed) if isinstance(typed, str) else ""
        if len(code) != tokens.CODE_LENGTH or not code.isascii():
            return BadInput(f"The code has {tokens.CODE_LENGTH} letters and digits. Please look at the mail again.")
        claim = await self.claim(uow, secret)
        if claim is None:
            return await self.why_not(uow, secret)
        if not self.is_right(claim, secret, code):
            sentence = f"That code is not right. After {MOST_ATTEMPTS} wrong ones you need a new one."
            return BadInput(sentence, code="code_wrong")
        return claim

    async def claim(self, uow: UnitOfWork, secret: str) -> Claim | None:
        """Count one attempt. None if there is no attempt left to count: see `why_not`."""
        row = LoginChallenge
        done = await uow.session.exec(
            update(row)
            .where(*self._live(secret), col(row.attempts) < MOST_ATTEMPTS)
            .values(attempts=col(row.attempts) + 1)
            .returning(col(row.id), col(row.email), col(row.email_typed), col(row.code_hash))
            .execution_options(synchronize_session=False)
        )
        found = done.first()
        return Claim(found[0], Address(found[1], found[2]), found[3]) if found else None

    def is_right(self, claim: Claim, secret: str, code: str) -> bool:
        """Whether the code is the one that was sent; constant time."""
        return self._keyring.matches(claim.code_hash, f"{self._purpose} code", secret, claim.address.identity, code)

    async def mark_verified(self, uow: UnitOfWork, secret: str, claim: Claim) -> bool:
        """The code is spent; False if a parallel request spent or replaced it first."""
        now = self._clock.now()
        same = col(LoginChallenge.code_hash) == claim.code_hash
        return await self._change(
            uow, secret, *self._live(secret), same, verified_at=now, expires_at=now + REGISTER_TTL
        )

    async def spend(self, uow: UnitOfWork, secret: str, claim: Claim) -> bool:
        """The code of a step is used up; False if a parallel request spent or replaced it first."""
        same = col(LoginChallenge.code_hash) == claim.code_hash
        return await self._change(uow, secret, *self._live(secret), same, used_at=self._clock.now())

    async def waiting(self, uow: UnitOfWork, secret: str) -> Address | None:
        """Where a code went that can still be typed; None if there is none."""
        row = await uow.session.exec(select(LoginChallenge).where(*self._live(secret)))
        found = row.first()
        return Address(found.email, found.email_typed) if found and found.attempts < MOST_ATTEMPTS else None

    async def mark_used(self, uow: UnitOfWork, secret: str) -> Address | None:
        """End a verified challenge and tell whose it was; None if it is not (or no longer) verified."""
        now = self._clock.now()
        found = await self.find(uow, secret)
        still = (
            col(LoginChallenge.verified_at).is_not(None),
            col(LoginChallenge.used_at).is_(None),
            col(LoginChallenge.expires_at) > now,
        )
        if found is None or not await self._change(uow, secret, *still, used_at=now):
            return None
        return Address(found.email, found.email_typed)

    async def find(self, uow: UnitOfWork, secret: str) -> LoginChallenge | None:
        """The row as it is now, or None."""
        found = await uow.session.exec(
            select(LoginChallenge).where(*self._row(secret)).execution_options(populate_existing=True)
        )
        return found.first()

    async def why_not(self, uow: UnitOfWork, secret: str) -> BadInput:
        """The refusal for a challenge that `claim` or `mark_used` did not take."""
        row = await self.find(uow, secret)
        if row is None:
            sentence = "A code works only in the browser that asked for it. Please ask for a new one here."
            return BadInput(sentence, code="code_not_asked_here")
        if row.used_at or (row.verified_at and row.expires_at > self._clock.now()):
            return BadInput("That code was used already. Please ask for a new one.", code="code_used")
        if row.expires_at <= self._clock.now():
            return BadInput(
                "That took too long: the code is no longer valid. Please ask for a new one.", code="code_expired"
            )
        return BadInput("That was wrong too often. Please ask for a new code.", code="code_locked")

    async def _replace_code(self, uow: UnitOfWork, address: Address, secret: str, code: str) -> bool:
        return await self._change(
            uow,
            secret,
            *self._live(secret),
            col(LoginChallenge.email) == address.identity,
            email_typed=address.typed,
            code_hash=self._hash(secret, address, code),
            attempts=0,
            sends=col(LoginChallenge.sends) + 1,
            expires_at=self._clock.now() + CODE_TTL,
        )

    def _live(self, secret: str) -> tuple[ColumnElement[bool], ...]:
        """Waiting for its code."""
        row = LoginChallenge
        return (
            *self._row(secret),
            col(row.verified_at).is_(None),
            col(row.used_at).is_(None),
            col(row.expires_at) > self._clock.now(),
        )

    def _hash(self, secret: str, address: Address, code: str) -> str:
        return self._keyring.digest(f"{self._purpose} code", secret, address.identity, code)

    def _row(self, secret: str) -> tuple[ColumnElement[bool], ...]:
        row = LoginChallenge
        return col(row.id) == tokens.fingerprint(secret), col(row.purpose) == self._purpose

    async def _add(self, uow: UnitOfWork, address: Address, secret: str, code: str) -> None:
        now = self._clock.now()
        challenge = LoginChallenge(
            id=tokens.fingerprint(secret),
            purpose=self._purpose,
            email=address.identity,
            email_typed=address.typed,
            code_hash=self._hash(secret, address, code),
            created_at=now,
            expires_at=now + CODE_TTL,
        )
        uow.session.add(challenge)
        await uow.session.flush()

    async def _change(self, uow: UnitOfWork, secret: str, *only_if: ColumnElement[bool], **values: Any) -> bool:
        done = await uow.session.exec(
            update(LoginChallenge)
            .where(*self._row(secret), *only_if)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return done.rowcount == 1
