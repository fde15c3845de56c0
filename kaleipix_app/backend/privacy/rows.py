"""A person's rows, found by the data map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update
from sqlmodel import SQLModel
from sqlmodel import select as select_models
from sqlmodel.sql.expression import SelectOfScalar

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.jobs.cleanups import BATCH
from kaleipix_app.backend.privacy.category import Goes
from kaleipix_app.backend.privacy.datamap import OWNED


@dataclass(frozen=True)
class Person:
    """Whose rows are looked for."""

    id: str
    email: str
    email_typed: str

    @classmethod
    async def find(cls, uow: UnitOfWork, user_id: str) -> Person | None:
        """The person with this id; None if there is none any more."""
        user = await uow.session.get(User, user_id)
        return cls(user.id, user.email, user.email_typed) if user else None

    @classmethod
    async def leaving(cls, uow: UnitOfWork, user_id: str) -> Person | None:
        """The same, if the account is deleted; until the end of the transaction it cannot come back."""
        found = await uow.session.exec(select_models(User).where(User.id == user_id).with_for_update())
        user = found.first()
        return cls(user.id, user.email, user.email_typed) if user and user.deleted_at is not None else None


def table(name: str) -> Table:
    """A table by its name."""
    return SQLModel.metadata.tables[name]


def going(when: Goes) -> list[str]:
    """Tables whose rows go then, those first that point to others, the person last: nothing is found without them."""
    ordered = sorted((one.name for one in reversed(SQLModel.metadata.sorted_tables)), key=lambda name: name == "user")
    return [name for name in ordered if name in OWNED and OWNED[name].goes is when]


def belongs(name: str, person: Person) -> ColumnElement[bool]:
    """The condition in SQL: this person's rows of that table."""
    owned = OWNED[name]
    column = table(name).c[owned.column]
    if owned.via:
        return column.in_(select(table(owned.via).c.id).where(belongs(owned.via, person)))
    mine: ColumnElement[bool] = column == getattr(person, owned.by)
    return mine


def user_ids() -> SelectOfScalar[str]:
    """Everybody."""
    return select_models(User.id)


async def remove_some(uow: UnitOfWork, name: str, person: Person) -> int:
    """Delete up to a thousand of this person's rows; returns how many."""
    keys = list(table(name).primary_key)
    some: Any = select(*keys).where(belongs(name, person)).limit(BATCH)
    return (await (await uow.session.connection()).execute(delete(table(name)).where(tuple_(*keys).in_(some)))).rowcount


async def unlink(uow: UnitOfWork, name: str, person: Person) -> int:
    """Leave this person's rows and take the person out of them; returns how many."""
    nobody = update(table(name)).where(belongs(name, person)).values({OWNED[name].column: None})
    return (await (await uow.session.connection()).execute(nobody)).rowcount
