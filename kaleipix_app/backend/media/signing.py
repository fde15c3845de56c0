"""C2PA: a signature in the file over how it came to be, where the operator has a certificate.

Signing is the very last step of writing a file: it covers every byte, the XMP mark included.
https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.provenance import SourceType, mark
from kaleipix_app.backend.settings import BadSettings

#: Writes into a file how it came to be. Takes and returns PNG, JPEG or WebP.
Marker = Callable[[bytes, SourceType], bytes]

_NAME = "KALEIPIX_C2PA_CERT"
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_SIGNATURES = ((b"\x89PNG", Format.PNG), (b"\xff\xd8", Format.JPEG), (b"RIFF", Format.WEBP))


def marker(certificate: Path | None, key: Path | None) -> Marker:
    """XMP alone, or XMP and a signature if there is a certificate (PEM, with its chain) and its key (PEM).

    Raises BadSettings: better at the start than at the first picture.
    """
    if certificate is None or key is None:
        return mark
    sign = _signer(certificate, key)
    return lambda data, source_type: sign(mark(data, source_type), source_type)


def _signer(certificate: Path, key: Path) -> Marker:
    import c2pa  # 20 MB of memory that only those pay who sign

    try:
        pem = key.read_bytes()
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg[_algorithm(pem)], certificate.read_bytes(), pem, None)
        signer = c2pa.Signer.from_info(info)
    except (OSError, ValueError, c2pa.C2paError) as error:
        raise BadSettings(f"{_NAME} cannot be used: {certificate} or {key} does not hold what it should.") from error
    context = c2pa.Context(c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}}))

    def sign(data: bytes, source_type: SourceType) -> bytes:
        signed = io.BytesIO()
        with c2pa.Builder(json.dumps(_manifest(source_type)), context) as builder:
            builder.sign(signer, _format_of(data).content_type, io.BytesIO(data), signed)
        return signed.getvalue()

    try:  # a chain that does not fit the key is only found by signing
        sign(_A_PIXEL, SourceType.ALGORITHMIC)
    except c2pa.C2paError as error:
        raise BadSettings(f"{_NAME} cannot be used: it does not fit its key, or may not sign pictures.") from error
    return sign


def _manifest(source_type: SourceType) -> dict[str, Any]:
    made = {"action": "c2pa.created", "digitalSourceType": source_type.uri}
    return {
        "claim_generator_info": [{"name": "Kaleipix"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
    }


def _algorithm(pem: bytes) -> str:
    """The C2PA name of the algorithm for this key. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, password=None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ED25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "PS256"
    raise ValueError("a kind of key that C2PA does not know")


def _format_of(data: bytes) -> Format:
    return next(format for start, format in _SIGNATURES if data.startswith(start))


_A_PIXEL = bytes.fromhex(  # PNG, 1 × 1
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)
