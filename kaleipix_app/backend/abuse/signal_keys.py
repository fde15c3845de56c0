"""The keys of signals: one for each month, made when it is first needed, destroyed with the last of its hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from kaleipix_app.backend import periods
from kaleipix_app.backend.abuse.models import SignalKey
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.tokens import Keyring


class SignalKeys:
    """Makes and finds hashes."""

    def __init__(self, clock: Clock, keyring: Keyring) -> None:
        self._clock = clock
        self._keyring = keyring

    async def current(self, uow: UnitOfWork) -> SignalKey:
        """This month's key."""
        now = self._clock.now()
        name = f"{now:%Y-%m}"
        if (key := await uow.session.get(SignalKey, name)) is not None:
            return key
        key = SignalKey(id=name, secret=secrets.token_hex(32), ends_at=_month_end(now))
        try:
            async with uow.session.begin_nested():
                uow.session.add(key)
        except IntegrityError:  # another sign-in was the first of this month
            return await uow.session.get_one(SignalKey, name)
        return key

    def digest(self, key: SignalKey, kind: str, value: str) -> str:
        """The hash to be stored.

        The installation's secret goes around the month's key: whoever has the database alone cannot try all addresses.
        """
        return self._keyring.digest("signal", _inner(key, kind, value))

    async def digests(self, uow: UnitOfWork, kind: str, value: str) -> list[str]:
        """What every live key gives for this value: to find what any of them has made."""
        live = col(SignalKey.ends_at) > periods.SIGNALS.before(self._clock.now())
        keys: Sequence[SignalKey] = (await uow.session.exec(select(SignalKey).where(live))).all()
        every = (self._keyring.digests("signal", _inner(key, kind, value)) for key in keys)
        return [digest for digests in every for digest in digests]


def _inner(key: SignalKey, kind: str, value: str) -> str:
    return hmac.new(bytes.fromhex(key.secret), f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()


def _month_end(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=31)).replace(day=1)
