"""The credit ledger: append-only integers, one unique key per effect, balance is the sum.

Every writing method expects to run in a `unit_of_work`: the person's lock makes check and insert one step.
"""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from kaleipix_app.backend import metrics, tokens
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.credits.plans import FREE, Plan
from kaleipix_app.backend.db.engine import LONG, UnitOfWork
from kaleipix_app.backend.errors import BadInput, NotEnoughCredits

_BALANCE = select(
    func.coalesce(func.sum(LedgerEntry.amount), 0),
    func.count().filter(col(LedgerEntry.key) == bindparam("effect")),
    func.count(),
).where(col(LedgerEntry.user_id) == bindparam("user_id"))
_LONG_BALANCE = _BALANCE.execution_options(**LONG)
_FEW = 2_000  # entries of a person that are summed up in no time
_MOST_KNOWN = 10_000
_ADD = {
    name: dialect.insert(LedgerEntry).on_conflict_do_nothing(index_elements=["key"]).returning(col(LedgerEntry.id))
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}


class Ledger:
    """Grants, reserves, settles. Never below zero, never twice for one effect."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._have_few: set[str] = set()  # people, as far as they were looked at lately

    async def balance(self, uow: UnitOfWork, user_id: str) -> int:
        """Spendable credits: what was granted, less what is spent or reserved."""
        balance, _ = await self._look(uow, user_id)
        return balance

    async def grant_month(self, uow: UnitOfWork, user_id: str, plan: Plan = FREE) -> None:
        """Fill up to the plan's monthly credits, once a calendar month (UTC). Unused ones do not pile up."""
        await uow.lock(user_id)
        await self._balance_with_month(uow, user_id, plan)

    async def grant(self, uow: UnitOfWork, user_id: str, amount: int, reason: str) -> None:
        """Credits from the operator. Raises BadInput."""
        if amount < 1:
            raise BadInput("Only one credit or more can be granted.")
        await uow.lock(user_id)
        await self._add(uow, user_id, f"grant:operator:{tokens.new_id()}", amount, note=reason)

    async def reserve(self, uow: UnitOfWork, user_id: str, generation_id: str, price: int) -> None:
        """Set the price aside at the click. Raises NotEnoughCredits and changes nothing."""
        await uow.lock(user_id)
        missing = price - await self._balance_with_month(uow, user_id, FREE)
        if missing > 0:
            raise NotEnoughCredits(missing)
        if await self._add(uow, user_id, f"reserve:{generation_id}", -price, generation_id):
            uow.after_commit(lambda: metrics.credits.labels("reserved").inc(price))

    async def settle(self, uow: UnitOfWork, user_id: str, generation_id: str, *, price: int, charged: int) -> None:
        """Close the bill: of the reserved price, `charged` stays spent and the rest comes back. Once."""
        if not 0 <= charged <= price:
            raise ValueError(f"cannot charge {charged} of {price}")
        await uow.lock(user_id)
        settled = await self._add(uow, user_id, f"settle:{generation_id}", 0, generation_id, note=f"charged {charged}")
        if not settled:
            return
        uow.after_commit(lambda: metrics.credits.labels("settled").inc(charged))
        if price > charged:
            await self._add(uow, user_id, f"refund:{generation_id}", price - charged, generation_id)
            uow.after_commit(lambda: metrics.credits.labels("refunded").inc(price - charged))

    async def _balance_with_month(self, uow: UnitOfWork, user_id: str, plan: Plan) -> int:
        """The balance once this month's credits are in it."""
        month = self._clock.now().strftime("%Y-%m")
        key = f"grant:{plan.key}:{user_id}:{month}"
        balance, has_month = await self._look(uow, user_id, effect=key)
        missing = 0 if has_month else max(0, plan.monthly_credits - balance)
        if not has_month:
            await self._add(uow, user_id, key, missing, note=f"{plan.name} plan, {month}")
        return balance + missing

    async def _look(self, uow: UnitOfWork, user_id: str, effect: str = "") -> tuple[int, bool]:
        """The balance, and whether this effect is in it."""
        statement = _BALANCE if user_id in self._have_few else _LONG_BALANCE
        connection = await uow.session.connection()
        balance, has_effect, entries = (
            await connection.execute(statement, {"user_id": user_id, "effect": effect})
        ).one()
        if len(self._have_few) >= _MOST_KNOWN:
            self._have_few.clear()
        (self._have_few.add if entries < _FEW else self._have_few.discard)(user_id)
        return int(balance), bool(has_effect)

    async def _add(
        self, uow: UnitOfWork, user_id: str, key: str, amount: int, generation_id: str | None = None, note: str = ""
    ) -> bool:
        """Append one effect; False if it is in the books already."""
        entry = LedgerEntry(
            id=tokens.new_id(),
            user_id=user_id,
            key=key,
            amount=amount,
            generation_id=generation_id,
            note=note,
            created_at=self._clock.now(),
        )
        connection = await uow.session.connection()
        added = await connection.execute(_ADD[connection.dialect.name], entry.model_dump())
        return added.first() is not None
