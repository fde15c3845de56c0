"""What an owner does with links, on both kinds of database; what becomes of them with pictures, keys and people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kaleipix_app.backend import tokens
from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, NotFound, TooMany
from kaleipix_app.backend.generation.origins import GenerationOrigins
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.media.trash import Trash
from kaleipix_app.backend.sharing.access import Access, Use
from kaleipix_app.backend.sharing.addresses import Addresses
from kaleipix_app.backend.sharing.contents import Contents
from kaleipix_app.backend.sharing.links import MOST_PICTURES, Links, OwnLink
from kaleipix_app.backend.sharing.passcodes import Passcodes
from kaleipix_app.backend.sharing.terms import KEEP, NEVER, Terms, read_terms
from kaleipix_app.backend.sharing.views import Views
from kaleipix_app.backend.tokens import Keyring
from tests.backend.media.samples import file, photo
from tests.conftest import MovableClock
from tests.factories import a_person

BASE = "https://studio.example"


async def _unnoted(_ids: Sequence[str]) -> None:
    """Nobody restores a backup here."""


class Desk:
    """Ann, two pictures of hers, and Bob."""

    def __init__(self, db: Database, clock: MovableClock, keyring: Keyring, folder: Path) -> None:
        self.db = db
        self.clock = clock
        self.ingest = Ingest(1)
        self.storage = Storage(folder)
        self.images = Images(self.storage, self.ingest, clock)
        self.trash = Trash(db, self.storage, clock, _unnoted)
        self.rung: list[str] = []
        self.links = self.links_under(keyring)
        self.access = Access(Contents(db, GenerationOrigins()), Passcodes(keyring), clock)

    def links_under(self, keyring: Keyring) -> Links:
        clock: Clock = self.clock
        addresses = Addresses(keyring, BASE)
        return Links(clock, Limiter(clock), addresses, self.images, GenerationOrigins(), self.rung.append)

    async def settle(self) -> None:
        async with self.db.unit_of_work() as uow:
            self.ann, self.bob = [await a_person(uow, name, self.clock.now()) for name in ("ann", "bob")]
        picture = file(photo(), "PNG")
        self.pictures = [(await self.images.keep_source(self.db, self.ann.user_id, picture)).id for _ in range(2)]

    async def create(self, *ids: str, who: Viewer | None = None, **terms: object) -> OwnLink:
        async with self.db.unit_of_work() as uow:
            made = replace(Terms(), **terms)  # type: ignore[arg-type]
            return await self.links.create(uow, who or self.ann, ids or self.pictures, made)

    async def shown(self, link: OwnLink) -> list[str]:
        found = await self.access.to(link.address.rpartition("/")[2], Use.PAGE)
        return [one.picture.id for one in found.pictures]

    async def live(self, who: Viewer) -> list[OwnLink]:
        async with self.db.reading() as uow:
            return await self.links.live(uow, who, 50)


@pytest.fixture
async def desk(db: Database, clock: MovableClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(db, clock, keyring, tmp_path / "media")
    await made.settle()
    yield made
    made.ingest.close()


async def test_a_link_shows_the_chosen_pictures_in_their_order(desk: Desk) -> None:
    link = await desk.create(desk.pictures[1], desk.pictures[0], desk.pictures[1])
    assert await desk.shown(link) == [desk.pictures[1], desk.pictures[0]]
    assert link.expires_at == desk.clock.now() + timedelta(days=7)
    assert (link.pictures, link.first, link.views) == (2, desk.pictures[1], 0)
    assert desk.rung == [desk.ann.user_id]


async def test_the_database_holds_nothing_that_opens_a_link(desk: Desk) -> None:
    link = await desk.create()
    token = link.address.removeprefix(f"{BASE}/s/")
    assert len(bytes.fromhex(token)) >= 16
    async with desk.db.reading() as uow:
        rows = (await uow.session.connection()).exec_driver_sql
        (row,) = (await rows("SELECT * FROM share")).all()
    assert tokens.fingerprint(token) in row
    assert not any(token in str(value) for value in row)


async def test_a_link_is_shown_again_after_the_key_was_changed_while_the_old_one_is_known(desk: Desk) -> None:
    link = await desk.create()
    old, new = b"a key that only tests know", b"another key of the operator"
    for keys, address in (([new, old], link.address), ([new], "")):
        async with desk.db.reading() as uow:
            assert (await desk.links_under(Keyring(keys)).one(uow, desk.ann, link.id)).address == address


async def test_other_people_find_and_change_nothing(desk: Desk) -> None:
    link = await desk.create()
    with pytest.raises(NotFound):
        await desk.create(*desk.pictures, who=desk.bob)
    async with desk.db.unit_of_work() as uow:
        for refused in (
            desk.links.edit(uow, desk.bob, link.id, Terms(title="Bob's", downloads=False)),
            desk.links.revoke(uow, desk.bob, link.id),
            desk.links.one(uow, desk.bob, link.id),
        ):
            with pytest.raises(NotFound):
                await refused
        assert await desk.links.revoke_all(uow, desk.bob) == 0
    assert await desk.live(desk.bob) == []
    assert await desk.live(desk.ann) == [link]
    assert len(await desk.shown(link)) == 2


async def test_changed_terms_keep_the_address_and_what_is_not_named(desk: Desk) -> None:
    link = await desk.create(passcode_hash="kept")
    desk.clock.move(days=2)
    async with desk.db.unit_of_work() as uow:
        terms = Terms(title="New", expiry=KEEP, passcode_hash=KEEP, downloads=False)
        edited = await desk.links.edit(uow, desk.ann, link.id, terms)
    assert edited == replace(link, title="New", downloads=False)
    async with desk.db.unit_of_work() as uow:
        edited = await desk.links.edit(uow, desk.ann, link.id, Terms(expiry=NEVER))
    assert (edited.expires_at, edited.has_passcode, edited.address) == (None, False, link.address)
    desk.clock.move(days=400)
    assert len(await desk.shown(link)) == 2


async def test_revoking_ends_one_and_revoking_all_ends_the_rest(desk: Desk) -> None:
    first, second, third = [await desk.create() for _ in range(3)]
    async with desk.db.unit_of_work() as uow:
        await desk.links.revoke(uow, desk.ann, second.id)
        with pytest.raises(NotFound):
            await desk.links.edit(uow, desk.ann, second.id, Terms(expiry=NEVER))
    assert [link.id for link in await desk.live(desk.ann)] == [third.id, first.id]
    async with desk.db.unit_of_work() as uow:
        assert await desk.links.revoke_all(uow, desk.ann) == 2
    for link in (first, second, third):
        with pytest.raises(NotFound):
            await desk.shown(link)


async def test_a_deleted_picture_leaves_its_links_and_is_back_when_it_is_undone(desk: Desk) -> None:
    link = await desk.create()
    async with desk.db.unit_of_work() as uow:
        await desk.trash.put(uow, desk.ann.user_id, desk.pictures[:1])
    assert await desk.shown(link) == desk.pictures[1:]
    async with desk.db.unit_of_work() as uow:
        await desk.trash.restore(uow, desk.ann.user_id, desk.pictures[:1])
    assert await desk.shown(link) == desk.pictures
    async with desk.db.unit_of_work() as uow:
        await desk.trash.put(uow, desk.ann.user_id, desk.pictures)
        await desk.trash.condemn(uow, desk.ann.user_id, desk.pictures)
    assert await desk.trash.erase(desk.pictures) == 2
    with pytest.raises(NotFound):
        await desk.shown(link)
    (left,) = await desk.live(desk.ann)
    assert (left.pictures, left.first) == (0, "")


async def test_links_have_an_end_of_pictures_and_people_an_end_of_links(desk: Desk) -> None:
    with pytest.raises(BadInput, match="at most 500"):
        await desk.create(*(str(number) for number in range(MOST_PICTURES + 1)))
    for _ in range(60):
        await desk.create()
    with pytest.raises(TooMany, match="60 minutes"):
        await desk.create()


async def test_views_are_added_up_and_written_together(desk: Desk) -> None:
    first, second = await desk.create(), await desk.create()
    views = Views(desk.db)
    for link in (first, second, first):
        views.count(link.id)
    assert [link.views for link in await desk.live(desk.ann)] == [0, 0]
    await views.write()
    await views.write()
    assert {link.id: link.views for link in await desk.live(desk.ann)} == {first.id: 2, second.id: 1}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"expiry": "7", "title": "x" * 121}, "at most 120"),
        ({"expiry": "7", "title": "\u202ebackwards"}, "cannot be shown"),
        ({"expiry": "8"}, "until when"),
        ({"expiry": "keep"}, "until when"),
        ({"expiry": "7", "protected": True, "passcode": " abc "}, "4 to 64"),
        ({"expiry": "7", "protected": True, "passcode": "x" * 65}, "4 to 64"),
        ({"expiry": "7", "protected": True}, "4 to 64"),
    ],
)
async def test_terms_that_cannot_be_are_told(typed: dict[str, object], sentence: str, keyring: Keyring) -> None:
    with pytest.raises(BadInput, match=sentence):
        await read_terms(typed, Passcodes(keyring))


async def test_a_passcode_is_kept_as_argon2id(keyring: Keyring) -> None:
    passcodes = Passcodes(keyring)
    kept = (await read_terms({"expiry": "7", "protected": "on", "passcode": "open"}, passcodes)).passcode_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passcodes.matches("open", kept)
    assert not await passcodes.matches("Open", kept)
