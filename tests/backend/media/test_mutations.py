"""Ten thousand hostile files, and files that are two things at once."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kaleipix_app.backend.errors import BadInput, TooLarge
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from tests.backend.media.mutations import FORMATS, mutated, seeds
from tests.backend.media.samples import CANARY, file, opened, quarters

CHUNKS, EACH = 2, 834  # for each of six formats: 10,008 files
AT_ONCE = 4


@asynccontextmanager
async def heartbeat() -> AsyncIterator[list[None]]:
    """Another task of the same process, which beats whenever it gets its turn."""
    beats: list[None] = []

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.002)
            beats.append(None)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    yield beats
    beating.cancel()


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damage that it can live with
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("format", FORMATS)
async def test_each_is_refused_in_a_sentence_or_kept_as_a_sound_picture(
    images: Images, media_dir: Path, format: str, chunk: int
) -> None:
    for every in FORMATS:
        seeds(every)
    kept = 0

    async def one(number: int) -> None:
        nonlocal kept
        try:
            prepared = await images.prepare(mutated(format, number))
        except (BadInput, TooLarge):
            pass
        else:
            kept += 1
            picture = opened((media_dir / prepared.storage_key / "original").read_bytes())
            assert picture.size == (prepared.width, prepared.height), number
            assert not {"exif", "icc_profile", "comment", "xmp"} & set(picture.info), number

    async with heartbeat() as beats:
        for start in range(chunk * EACH, (chunk + 1) * EACH, AT_ONCE):
            await asyncio.wait_for(asyncio.gather(*(one(n) for n in range(start, start + AT_ONCE))), 20)
    assert files_in(media_dir) == 3 * kept, "a refused file leaves nothing"
    assert kept > EACH // 50, "the mutations are not so wild that nothing is ever decoded"
    assert len(beats) > 10, "the others get their turn meanwhile; how soon, `make bench` says"


def polyglots() -> Iterator[tuple[str, bytes]]:
    """Pictures that other programs take for something else; the foreign part says CANARY."""
    script = b"<script>/*" + CANARY + b"*/alert(1)</script>"
    archive = b"PK\x03\x04" + bytes(26) + CANARY + b"PK\x05\x06" + bytes(18)
    plain = quarters()
    yield "png-zip", file(plain, "PNG") + archive
    yield "jpeg-zip", file(plain, "JPEG") + archive
    yield "jpeg-html", file(plain, "JPEG", comment=b"<html>" + script)
    yield "jpeg-html-behind", file(plain, "JPEG") + b"<html>" + script
    yield "jpeg-exif-html", file(plain, "JPEG", exif=b"Exif\0\0" + script)
    few = plain.quantize(8)
    yield "gif-js", file(few, "GIF", comment=b"*/=1;alert('" + CANARY + b"');/*")
    yield "gif-js-behind", file(few, "GIF") + b";*/=1;" + script
    riff = bytearray(file(plain, "WEBP"))
    yield "webp-chunk", bytes(riff) + b"JUNK" + len(script).to_bytes(4, "little") + script + b"\0" * (len(script) % 2)
    for format in ("AVIF", "HEIF"):
        box = (8 + len(script)).to_bytes(4, "big") + b"free" + script
        yield f"{format.lower()}-box", file(plain, format) + box
    yield "pdf-in-png", file(plain, "PNG") + b"%PDF-1.7\n" + CANARY + b"\n%%EOF"


async def test_what_is_two_things_at_once_is_kept_as_a_picture_alone(images: Images, media_dir: Path) -> None:
    for name, data in polyglots():
        assert CANARY in data, name
        prepared = await images.prepare(data)
        for path in (media_dir / prepared.storage_key).iterdir():
            stored = path.read_bytes()
            for foreign in (CANARY, b"<script", b"PK\x03\x04", b"%PDF", b"alert("):
                assert foreign not in stored, (name, path.name, foreign)
            assert opened(stored).format in ("PNG", "JPEG", "WEBP")


@pytest.fixture
def patient() -> Iterator[Ingest]:
    """How long a picture may take has a test of its own, and other tests may need all cores."""
    pool = Ingest(1, seconds=300)
    yield pool
    pool.close()


@pytest.mark.parametrize("way", ["source", "convert"])
async def test_a_webp_whose_blocks_need_more_room_than_lossy_webp_has(patient: Ingest, way: str) -> None:
    """Found here: libwebp gave up (its error 6), and the upload ended as a bug."""
    diagonal = np.add.outer(np.arange(6200, dtype=np.uint16), np.arange(8000, dtype=np.uint16)) % 251
    picture = Image.fromarray(diagonal.astype(np.uint8)).convert("RGB")
    if way == "source":
        kept = (await patient.source(file(picture, "WEBP", quality=10, method=0))).original
    else:
        kept = await patient.convert(file(picture, "JPEG"), Format.WEBP, None)
    with Image.open(io.BytesIO(kept)) as saved:
        assert (saved.format, saved.size) == ("WEBP", (8000, 6200))
