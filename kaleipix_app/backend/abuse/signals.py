"""Signals against abuse: what a browser shows when somebody signs up or in. Only recorded here, never judged.

Fingerprint and address are kept as hashes under the key of their month (signal_keys.py), for 90 days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Mapped
from sqlmodel import col, select, update

from kaleipix_app.backend import periods, tokens
from kaleipix_app.backend.abuse.models import Signal
from kaleipix_app.backend.abuse.signal_keys import SignalKeys
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork

_SHA256 = re.compile("[0-9a-f]{64}")
_LONGEST_AGENT, _LONGEST_LANGUAGES = 256, 128


@dataclass(frozen=True)
class Traces:
    """What one request shows. Empty is fine everywhere: nobody has to show anything to sign in."""

    fingerprint: str = ""
    address: str = ""
    user_agent: str = ""
    accept_language: str = ""

    @classmethod
    def read(cls, fingerprint: object, address: str, user_agent: str, accept_language: str) -> Traces:
        """Of what a stranger has sent, what can be stored. Never fails."""
        is_hash = isinstance(fingerprint, str) and _SHA256.fullmatch(fingerprint)
        return cls(
            str(fingerprint) if is_hash else "",
            address,
            _printable(user_agent, _LONGEST_AGENT),
            _printable(accept_language, _LONGEST_LANGUAGES),
        )


class Signals:
    """Records and finds. Callers open the transaction: a signal is there if, and only if, its sign-in is."""

    def __init__(self, clock: Clock, keys: SignalKeys) -> None:
        self._clock = clock
        self._keys = keys

    async def record(
        self, uow: UnitOfWork, user_id: str, kind: Literal["sign_up", "sign_in"], traces: Traces, *, profiled: bool
    ) -> None:
        """After a right code, never before. `profiled`: False leaves out what is for comparing accounts alone."""
        key = await self._keys.current(uow)
        fingerprint = traces.fingerprint if profiled else ""
        uow.session.add(
            Signal(
                id=tokens.new_id(),
                user_id=user_id,
                kind=kind,
                key_id=key.id,
                fingerprint_hash=self._keys.digest(key, "fingerprint", fingerprint) if fingerprint else None,
                address_hash=self._keys.digest(key, "address", traces.address) if traces.address else None,
                user_agent=traces.user_agent,
                accept_language=traces.accept_language,
                created_at=self._clock.now(),
            )
        )
        await uow.session.flush()

    async def forget_fingerprints(self, uow: UnitOfWork, user_id: str) -> None:
        """Of somebody who objects to being compared with others."""
        await uow.session.exec(update(Signal).where(col(Signal.user_id) == user_id).values(fingerprint_hash=None))

    async def with_fingerprint(self, uow: UnitOfWork, fingerprint: str) -> Sequence[str]:
        """Ids of the people whose browser has shown this fingerprint, under any live key."""
        return await self._people(uow, col(Signal.fingerprint_hash), "fingerprint", fingerprint)

    async def with_address(self, uow: UnitOfWork, address: str) -> Sequence[str]:
        """Ids of the people who have come from this address, under any live key."""
        return await self._people(uow, col(Signal.address_hash), "address", address)

    async def _people(self, uow: UnitOfWork, column: Mapped[str | None], kind: str, value: str) -> Sequence[str]:
        found = await uow.session.exec(
            select(col(Signal.user_id))
            .where(
                column.in_(await self._keys.digests(uow, kind, value)),
                col(Signal.user_id).is_not(None),
                col(Signal.created_at) > periods.SIGNALS.before(self._clock.now()),
            )
            .distinct()
            .order_by(col(Signal.user_id))
        )
        return [user_id for user_id in found if user_id is not None]


def _printable(text: str, most: int) -> str:
    """Without what a database refuses or a page garbles."""
    return "".join(one for one in text if one.isprintable())[:most]
