"""S4: a library of 100,000 pictures, beside the bare query: first page, far end, jumps, search and filters."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.figures import Figure, median
from kaleipix_app.backend import tokens
from kaleipix_app.backend.db import migrate
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.library import days, pages
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.generation.library.words import words_of

_PICTURES, _RESULTS_EACH = 100_000, 2
_ROUNDS = 60
_FIRST, _FAR, _SEARCH = 3.0, 1.2, 5.0
_BEGAN = datetime(2023, 1, 1, tzinfo=UTC)
_BARE = (
    "SELECT id, generation_id, width, height, created_at, is_favourite FROM image"
    " WHERE owner_id = :owner AND deleted_at IS NULL ORDER BY id DESC LIMIT 40"
)
_WORDS = (
    *("castle", "sea", "neon", "city", "night", "forest", "river", "moon", "glass", "gold", "silver", "quiet", "storm"),
    *("garden", "spring", "winter", "portrait", "tower", "bridge", "desert", "ocean", "lantern", "market", "train"),
    *("mountain", "valley", "sky", "cloud", "rain", "snow", "sunset"),
)


def run(folder: Path) -> list[Figure]:
    """On SQLite; on PostgreSQL too where BENCH_POSTGRESQL names an empty database."""
    found = asyncio.run(_on("SQLite", f"sqlite+aiosqlite:///{folder / 's4' / 'library.db'}"))
    if url := os.environ.get("BENCH_POSTGRESQL"):
        found += asyncio.run(_on("PostgreSQL", url))
    return found


async def _on(name: str, url: str) -> list[Figure]:
    await migrate.upgrade(url)
    database = Database(url)
    try:
        await _fill(database)
        return await _measure(name, database)
    finally:
        await database.close()


async def _measure(name: str, database: Database) -> list[Figure]:
    last = f"{tokens.first_id(_BEGAN + timedelta(minutes=40))}0"

    def page(wanted: Filter, after: str = "") -> Callable[[], Awaitable[Any]]:
        async def read() -> Any:
            async with database.reading() as uow:
                return await pages.page(uow, "ann", wanted, after=after)

        return read

    def jump(wanted: Filter, to: date, skip: int) -> Callable[[], Awaitable[Any]]:
        async def read() -> Any:
            async with database.reading() as uow:
                after = await days.place(uow, "ann", wanted, to, skip)
                return await pages.page(uow, "ann", wanted, after=after if after is not None else "")

        return read

    async def every_day() -> Any:
        async with database.reading() as uow:
            return await days.days(uow, "ann", Filter())

    async def bare() -> Any:
        async with database.reading() as uow:
            return (await uow.session.execute(text(_BARE), {"owner": "ann"})).all()

    async def count() -> Any:
        async with database.reading() as uow:
            return await pages.count(uow, "ann", Filter())

    ways = {
        "bare": bare,
        "first": page(Filter()),
        "far": page(Filter(), last),
        "jump into the far end": jump(Filter(), _BEGAN.date(), 100),
        "jump into the middle": jump(Filter(), _BEGAN.date() + timedelta(days=340), 100),
        "common": page(Filter(text="castle")),
        "two": page(Filter(text="castle lantern")),
        "rare": page(Filter(text="zeppelin")),
        "beginning": page(Filter(text="cas")),
        "rare of common": page(Filter(text="castle zeppelin")),
        "nothing": page(Filter(text="nowhere")),
        "model": page(Filter(model="fal-flux")),
        "rare model": page(Filter(model="seldom")),
        "favourites": page(Filter(favourites=True)),
        "sources": page(Filter(kind="source")),
        "month": page(Filter(since=_BEGAN.date(), until=_BEGAN.date() + timedelta(days=30))),
        "count": count,
        "days": every_day,
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(_ROUNDS):  # in turn, so that the machine's moods meet all of them
        for way, read in ways.items():
            began = time.perf_counter()
            await read()
            times[way].append((time.perf_counter() - began) * 1000)
    return _figures(name, {way: median(values[10:]) for way, values in times.items()})


def _figures(name: str, ms: dict[str, float]) -> list[Figure]:
    first, far = ms["first"] / ms["bare"], max(ms[way] for way in ms if way.split()[0] in ("far", "jump")) / ms["first"]
    worst = max(ms[way] for way in ("common", "two", "rare", "beginning", "rare of common", "nothing")) / ms["first"]
    return [
        *(Figure("S4", f"{name}: {way}", value, "ms") for way, value in ms.items()),
        Figure("S4", f"{name}: first page / bare query", first, "x", f"<= {_FIRST} x", first <= _FIRST),
        Figure("S4", f"{name}: far end and jumps / first page", far, "x", f"<= {_FAR} x", far <= _FAR),
        Figure("S4", f"{name}: slowest search / first page", worst, "x", f"<= {_SEARCH} x", worst <= _SEARCH),
    ]


async def _fill(database: Database) -> None:
    """One owner with everything, and one with a few: pictures every minute, half of them with the same few words."""
    chance = random.Random(4)  # the same library each time
    person = {"adult_confirmed_at": _BEGAN, "created_at": _BEGAN}
    generations, images, words = [], [], []
    for number in range(_PICTURES // _RESULTS_EACH):
        at = _BEGAN + timedelta(minutes=20 * number)
        id = tokens.first_id(at)
        prompt = " ".join(chance.sample(_WORDS, 9)) + (" zeppelin" if number % 5_000 == 77 else "")
        generations.append({"id": id, "prompt": prompt, "at": at, "model": _model(number)})
        words += [{"owner": "ann", "word": word, "id": id} for word in words_of(prompt)]
        for position in range(_RESULTS_EACH):
            kind = "source" if number % 50 == 3 else "result"
            favourite = number % 40 == 5 and position == 0
            of = id if kind == "result" else None
            images.append({"id": f"{id}{position}", "of": of, "kind": kind, "at": at, "favourite": favourite})
    async with database.engine.begin() as connection:
        for owner in ("ann", "bob"):
            await connection.execute(text(_PERSON), {**person, "name": owner})
        for statement, rows in ((_GENERATION, generations), (_IMAGE, images), (_WORD, words)):
            for at_row in range(0, len(rows), 5_000):
                await connection.execute(text(statement), rows[at_row : at_row + 5_000])
    if database.is_sqlite:
        return
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE"))


def _model(number: int) -> str:
    return "seldom" if number % 10_000 == 9 else "fal-flux" if number % 3 else "kaleidoscope"


_PERSON = (
    'INSERT INTO "user" (id, email, email_typed, username, username_skeleton, is_admin, plan, adult_confirmed_at,'
    " created_at) VALUES (:name, :name, :name, :name, :name, false, 'free', :adult_confirmed_at, :created_at)"
)
_GENERATION = (
    "INSERT INTO generation (id, owner_id, request_id, model, provider, prompt, aspect_ratio, width, height, count,"
    " seed, params, price, state, delivered, attempts, fence, created_at) VALUES (:id, 'ann', '', :model, 'fal',"
    " :prompt, '1:1', 1024, 1024, 2, 1, '{}', 2, 'done', 2, 1, 1, :at)"
)
_IMAGE = (
    "INSERT INTO image (id, owner_id, kind, generation_id, position, content_type, width, height, byte_size,"
    " storage_key, created_at, is_favourite)"
    " VALUES (:id, 'ann', :kind, :of, 0, 'image/png', 1024, 1024, 1, :id, :at, :favourite)"
)
_WORD = "INSERT INTO prompt_word (owner_id, word, generation_id) VALUES (:owner, :word, :id)"
