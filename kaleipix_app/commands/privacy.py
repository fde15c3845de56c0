"""`export` and `erase`: what an operator does when a person writes instead of clicking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import Conflict
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.running import run


def export(settings: Settings, email: str, out: Path) -> str:
    """Write everything about this person into a ZIP. Raises BadInput, NotFound, Conflict."""

    async def work(parts: Container) -> str:
        async with parts.db.reading() as uow:
            person = await Person.find(uow, await parts.people.id_of(uow, email))
        assert person is not None  # noqa: S101 - the same moment
        try:
            out.touch(0o600, exist_ok=False)
        except OSError as error:
            raise Conflict(f"{out} cannot be written: {error.strerror}.") from error
        await parts.archive.write(person, out, parts.clock.now())
        return f"Everything about {email} is in {out} ({out.stat().st_size} bytes)."

    return run(settings, work)


def erase(settings: Settings, email: str, *, now: bool, tell: Callable[[str], None]) -> str:
    """Delete this person's account. Raises BadInput, NotFound, StorageFailed (run it again then)."""

    async def work(parts: Container) -> str:
        async with parts.db.reading() as uow:
            user_id = await parts.people.id_of(uow, email)
        async for step in parts.erasure.by_operator(user_id, now=now):
            tell(f"{step.count:>8}  {step.name}")
        if now:
            return (
                f"The account of {email} is erased. The generation log and the ledger keep their lines for their time."
            )
        return f"The account of {email} is deleted. It is erased in 30 days, unless its person signs in before."

    return run(settings, work)
