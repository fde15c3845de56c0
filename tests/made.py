"""A history that is there already: finished generations, without anything being made."""

from __future__ import annotations

from datetime import timedelta

from kaleipix_app.backend import tokens
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.pictures import StoredResult

_SIDE = 1024


async def made(
    parts: Container, owner_id: str, number: int, prompt: str, *, count: int = 1, picture: bytes | None = None
) -> str:
    """The id of the nth generation, two days ago and a second later than the one before.

    Its results have the bytes of `picture`, thumbnails and all; without one they are rows alone.
    """
    at = parts.clock.now() + timedelta(seconds=number, days=-2)
    id = tokens.first_id(at)
    nothing = StoredResult(f"results/{id}", _SIDE, _SIDE, "image/png", 1)
    stored = [await parts.images.store_result(id, n, picture) if picture else nothing for n in range(count)]
    async with parts.db.unit_of_work() as uow:
        uow.session.add(
            Generation(
                id=id,
                owner_id=owner_id,
                request_id="r",
                model="kaleidoscope",
                provider="builtin",
                prompt=prompt,
                aspect_ratio="1:1",
                width=stored[0].width,
                height=stored[0].height,
                count=count,
                seed=number,
                params={"style": "kaleidoscope"},
                price=count,
                state="done",
                created_at=at,
                started_at=at,
                finished_at=at + timedelta(seconds=1),
            )
        )
        await uow.session.flush()
        for position, one in enumerate(stored):
            await parts.images.add_result(uow, owner_id, id, position, number, one)
    return id
