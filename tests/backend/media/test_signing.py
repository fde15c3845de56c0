"""Signed provenance, read back with the library that anyone would use to look."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.provenance import SourceType, read_mark
from kaleipix_app.backend.media.signing import marker
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.settings import BadSettings
from tests.backend.media.samples import file, photo
from tests.conftest import MovableClock


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, common), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A test")]
    )


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, is_ca: bool
) -> x509.Certificate:
    now, public = datetime.now(UTC), issuer_key.public_key()
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=is_ca, crl_sign=is_ca, decipher_only=False, **usage),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate with its chain, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    authority, studio = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = [
        _certificate("A studio", studio, "An authority", authority, is_ca=False),
        _certificate("An authority", authority, "An authority", authority, is_ca=True),
    ]
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    (folder / "key.pem").write_bytes(
        studio.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def signing(pair: tuple[Path, Path]) -> Iterator[Ingest]:
    pool = Ingest(1, marker(*pair))
    yield pool
    pool.close()


def read(data: bytes, content_type: str) -> tuple[Any, dict[str, Any]]:
    with c2pa.Reader(content_type, io.BytesIO(data)) as reader:
        found = json.loads(reader.json())
        actions = found["manifests"][found["active_manifest"]]["assertions"][0]["data"]["actions"]
        return reader.get_validation_state(), actions[0]


async def test_every_file_of_a_result_and_every_download_is_signed(
    signing: Ingest, storage: Storage, clock: MovableClock
) -> None:
    images = Images(storage, signing, clock)
    stored = await images.store_result("one", 0, file(photo(), "PNG"), SourceType.TRAINED)
    await images.small_copy(stored.storage_key, "preview")
    for variant, content_type in (("original", "image/png"), ("thumb", "image/webp"), ("preview", "image/webp")):
        data = await storage.get(f"{stored.storage_key}/{variant}")
        assert read(data, content_type) == (
            "Valid",
            {"action": "c2pa.created", "digitalSourceType": SourceType.TRAINED.uri},
        )
        assert read_mark(data) is SourceType.TRAINED, "the XMP is there as well"
    original = await storage.get(f"{stored.storage_key}/original")
    for format in (Format.JPEG, Format.WEBP):
        assert read(await signing.convert(original, format, SourceType.TRAINED), format.content_type)[0] == "Valid"


async def test_a_picture_that_was_changed_afterwards_is_found_out(signing: Ingest) -> None:
    signed = bytearray((await signing.result(file(photo(), "PNG"), SourceType.ALGORITHMIC)).original)
    signed[-40] ^= 1
    assert read(bytes(signed), "image/png")[0] == "Invalid"


async def test_storing_again_signs_anew_and_keeps_the_pixels(
    signing: Ingest, storage: Storage, clock: MovableClock
) -> None:
    images = Images(storage, signing, clock)
    once = await images.store_result("one", 0, file(photo(), "JPEG"), SourceType.ALGORITHMIC)
    again = await images.store_result("one", 0, file(photo(8, 8), "JPEG"), SourceType.ALGORITHMIC)
    assert (once.width, once.height) == (again.width, again.height)
    assert read(await storage.get(f"{again.storage_key}/original"), "image/jpeg")[0] == "Valid"


def test_without_a_certificate_there_is_the_mark_alone() -> None:
    marked = marker(None, None)(file(photo(), "PNG"), SourceType.TRAINED)
    assert read_mark(marked) is SourceType.TRAINED
    with pytest.raises(c2pa.C2paError):
        read(marked, "image/png")


@pytest.mark.parametrize("wrong", ["missing", "no key", "another key", "no certificate"])
def test_what_cannot_sign_stops_the_start_with_its_name(pair: tuple[Path, Path], tmp_path: Path, wrong: str) -> None:
    certificate, key = pair
    other = tmp_path / "other.pem"
    if wrong == "no key":
        other.write_text("this is no key")
    elif wrong == "another key":
        pem = serialization.Encoding.PEM
        stranger = ec.generate_private_key(ec.SECP256R1())
        other.write_bytes(stranger.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    given = (key, key) if wrong == "no certificate" else (certificate, other)
    with pytest.raises(BadSettings, match="KALEIPIX_C2PA_CERT"):
        marker(*given)
