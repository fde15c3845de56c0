"""The outer structure of PNG, JPEG and WebP files: one XMP packet in, all other metadata out, pixels untouched.

Needed because Pillow drops XMP when it saves JPEG and WebP anew and ignores `xmp=` for PNG, and because writing
a few bytes into a finished file takes microseconds where encoding it again takes a tenth of a second.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"IDAT", b"IEND"})
_PNG_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"  # keyword, not compressed, no language, no translation

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_APPS_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JPEG_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # inside a scan: not stuffing, not a restart
_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE

_WEBP_KEPT = frozenset({b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_ICC, _WEBP_ALPHA, _WEBP_XMP, _WEBP_ANIM = 0x20, 0x10, 0x04, 0x02


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """The same picture carrying just this XMP packet. Raises ValueError for other or damaged files.

    PNG: W3C PNG 3rd edition, 11.3.3.4. JPEG: XMP specification part 3, 1.1.3. WebP: RFC 9649, 2.7.
    """
    try:
        if data.startswith(_PNG):
            return _png(data, packet)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data, packet)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data, packet)
    except (struct.error, IndexError) as error:
        raise ValueError("the file is damaged") from error
    raise ValueError("not a PNG, JPEG or WebP file")


def _png(data: bytes, packet: bytes) -> bytes:
    out = [_PNG]
    for kind, body in _png_chunks(data):
        if kind in _PNG_KEPT:
            out.append(_png_chunk(kind, body))
        if kind == b"IHDR":
            out.append(_png_chunk(b"iTXt", _PNG_XMP + packet))
    return b"".join(out)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _jpeg(data: bytes, packet: bytes) -> bytes:
    xmp = _JPEG_XMP + packet
    own = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    before: list[bytes] = []  # JFIF has to come first
    after: list[bytes] = []
    for marker, segment in _jpeg_segments(data):
        if marker == 0xE0 and segment[4:].startswith(_JPEG_APPS_KEPT[0xE0]):
            before.append(segment)
        elif _jpeg_keeps(marker, segment):
            after.append(segment)
    return b"".join([b"\xff\xd8", *before, own, *after, b"\xff\xd9"])


def _jpeg_keeps(marker: int, segment: bytes) -> bool:
    if 0xE0 < marker <= 0xEF:
        return marker in _JPEG_APPS_KEPT and segment[4:].startswith(_JPEG_APPS_KEPT[marker])
    return marker not in (0xE0, _COM)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole segment, a scan with its data, up to the end of the picture: what hangs behind is left out."""
    at = 2
    while True:
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise ValueError("the file is damaged")
        if marker == _EOI:
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SOS:
            found = _JPEG_MARKER.search(data, end)
            if found is None:
                raise ValueError("the file is damaged")
            end = found.start()
        yield marker, data[at:end]
        at = end


def _webp(data: bytes, packet: bytes) -> bytes:
    chunks = [(kind, body) for kind, body in _webp_chunks(data) if kind == b"VP8X" or kind in _WEBP_KEPT]
    if chunks[0][0] == b"VP8X":
        header = chunks.pop(0)[1]
        header = bytes([header[0] & (_WEBP_ICC | _WEBP_ALPHA | _WEBP_ANIM) | _WEBP_XMP]) + header[1:10]
    else:
        header = _webp_header(*chunks[0])
    body = b"".join(_webp_chunk(*chunk) for chunk in [(b"VP8X", header), *chunks, (b"XMP ", packet)])
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, 8 + struct.unpack_from("<I", data, 4)[0]
    while at + 8 <= min(end, len(data)):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_header(kind: bytes, body: bytes) -> bytes:
    """The extended header of a simple file: its size and transparency stand in the first bytes of the picture."""
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    else:
        width, height = ((side & 0x3FFF) - 1 for side in struct.unpack_from("<HH", body, 6))
        alpha = 0
    flags = _WEBP_XMP | (_WEBP_ALPHA if alpha else 0)
    return struct.pack("<I", flags) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
