"""Somebody of whom everything is kept that can be kept: a row in every table, a file of every kind."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image as Pillow
from sqlalchemy import select as select_rows
from sqlmodel import select

from kaleipix_app.backend.accounts.models import LoginChallenge
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.library.models import Collection, CollectionPicture
from kaleipix_app.backend.generation.models import TransferNotice
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.privacy.datamap import OWNED
from kaleipix_app.backend.privacy.models import DataExport, PolicyAcknowledgement, PolicyMail
from kaleipix_app.backend.privacy.rows import table
from kaleipix_app.backend.sharing.models import Share, ShareImage, ShareReport
from tests.backend.privacy.test_erasure import an_owner

PROMPT = "everything of ann"


async def everything_of(parts: Container, name: str) -> Viewer:
    """A person with all of it."""
    viewer, _ = await an_owner(parts, name)
    await _a_finished_picture(parts, viewer)
    await _rows(parts, viewer)
    exports = parts.settings.data_dir / "exports"
    exports.mkdir(exist_ok=True)
    (exports / f"copy-of-{name}.zip").write_bytes(b"an older copy")
    parts.post.send_soon(messages.account_restored(to=viewer.email))
    await parts.post.close()
    return viewer


async def _a_finished_picture(parts: Container, viewer: Viewer) -> None:
    """From a source, painted anew where a mask says so."""
    buffer = BytesIO()
    Pillow.new("L", (64, 64), 255).save(buffer, "PNG")
    mask = await parts.images.prepare_mask(buffer.getvalue(), (64, 64))
    draft = Draft("kaleidoscope", PROMPT, "1:1", params={"style": "pixel"})
    async with parts.db.unit_of_work() as uow:
        await parts.images.add_mask(uow, viewer.user_id, mask)
        await parts.generations.request(uow, viewer, draft)
    for lease in await parts.queue.claim("test", {"builtin": 9}):
        await parts.engine._worker.run(lease)
    async with parts.db.unit_of_work() as uow:
        await parts.generations.request(uow, viewer, draft)  # and one that waits


async def _rows(parts: Container, viewer: Viewer) -> None:
    name, me, now = viewer.username, viewer.user_id, parts.clock.now()
    async with parts.db.unit_of_work() as uow:
        await parts.centre.ask(uow, viewer, "What is kept of me?")
        found = await uow.session.exec(select(Image.id).where(Image.owner_id == me, Image.kind == "result"))
        picture = found.first()
        assert picture is not None
        challenge: dict[str, Any] = {"code_hash": "c", "created_at": now, "expires_at": now + timedelta(minutes=10)}
        choices: dict[str, Any] = {"downloads": True, "shows_prompt": True, "shows_source": False, "title": "For you"}
        for row in (
            LoginChallenge(id=f"challenge-{name}", email=viewer.email, email_typed=viewer.email, **challenge),
            TransferNotice(user_id=me, provider="fal", place="United States", acknowledged_at=now),
            PolicyMail(
                id=f"mail-{name}", version_id="privacy-2", user_id=me, state="sent", created_at=now, done_at=now
            ),
            PolicyAcknowledgement(user_id=me, version_id="privacy-2", way="notice", acknowledged_at=now),
            DataExport(id=f"copy-of-{name}", user_id=me, state="ready", requested_at=now, finished_at=now),
            Collection(id=f"collection-{name}", owner_id=me, name="Best", created_at=now),
            CollectionPicture(collection_id=f"collection-{name}", image_id=picture),
            Share(
                id=f"share-{name}", owner_id=me, token_hash=f"t-{name}", passcode_hash="p", created_at=now, **choices
            ),
            ShareImage(share_id=f"share-{name}", image_id=picture, position=0, made_by="algorithm"),
            ShareReport(id=f"report-{name}", share_id=f"share-{name}", reason="other", created_at=now, due_at=now),
        ):
            uow.session.add(row)
            await uow.session.flush()
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for one in OWNED:
            anything = (await connection.execute(select_rows(*table(one).primary_key).limit(1))).first()
            assert anything is not None, f"{one} is new: give this person a row of it"
