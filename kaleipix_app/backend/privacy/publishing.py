"""An operator publishes a version of the privacy policy: their words, a day, and whether people have to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kaleipix_app.backend import log
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict
from kaleipix_app.backend.privacy import versions
from kaleipix_app.backend.privacy.models import PolicyVersion
from kaleipix_app.backend.privacy.versions import POLICY

_BEHIND = timedelta(hours=12)  # the last places on earth in which a day ends
_log = log.get("policy")


@dataclass(frozen=True)
class Outcome:
    """What a publication came to."""

    number: int
    day: str
    is_new: bool  # False: this very version had been published before


class Publishing:
    """The operator's half of the policy's versions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def publish(self, words: str, day: date, *, significant: bool) -> Outcome:
        """Keep the next version. The same once more is no second one. Raises BadInput, Conflict."""
        if day < (self._clock.now() - _BEHIND).date():
            raise BadInput(f"{day} is over: a policy cannot hold before people could read it. Choose today or later.")
        effective_at = datetime.combine(day, time(), UTC)
        try:
            async with self._db.unit_of_work() as uow:
                return await self._publish(uow, words, effective_at, significant=significant)
        except IntegrityError as error:
            raise Conflict("Another version was published in this moment. Please look at it and try again.") from error

    async def _publish(self, uow: UnitOfWork, words: str, effective_at: datetime, *, significant: bool) -> Outcome:
        now = self._clock.now()
        every = await versions.editions(uow, POLICY)
        if same := await self._same(uow, words, effective_at):
            edition = next(one for one in every if one.number == same)
            if edition.significant is not significant:
                raise Conflict(
                    f"This text is version {same} of {edition.day} already, published "
                    f"{'with' if edition.significant else 'without'} --significant. Another day makes it a new version."
                )
            return Outcome(same, edition.day, is_new=False)
        for one in versions.coming(every, now):
            if one.significant and effective_at <= one.effective_at and not significant:
                raise Conflict(
                    f"Version {one.number} of {one.day} was announced to everybody and would not come. "
                    "Publish this one with --significant, so that they are told."
                )
        number = max((one.number for one in every), default=0) + 1
        uow.session.add(
            PolicyVersion(
                id=f"{POLICY}-{number}",
                document=POLICY,
                number=number,
                body="",
                digest="",
                effective_at=effective_at,
                published_at=now,
                words=words,
                words_of=number,
                significant=significant,
            )
        )
        await uow.session.flush()
        _log.info("policy_published", number=number, significant=significant)
        return Outcome(number, f"{effective_at.day} {effective_at:%B %Y}", is_new=True)

    @staticmethod
    async def _same(uow: UnitOfWork, words: str, effective_at: datetime) -> int | None:
        found = await uow.session.exec(
            select(PolicyVersion.number).where(
                PolicyVersion.document == POLICY,
                PolicyVersion.number == PolicyVersion.words_of,
                PolicyVersion.words == words,
                PolicyVersion.effective_at == effective_at,
            )
        )
        return found.first()
