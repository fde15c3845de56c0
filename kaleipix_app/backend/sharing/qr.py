"""An address as a QR code, for the phone of whoever stands beside."""

from __future__ import annotations

import segno


def qr_code(address: str) -> str:
    """A `data:` address of an SVG, black on white so that every camera reads it."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=3, light="#fff"))
