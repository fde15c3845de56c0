"""Says in the file itself how a picture came to be: IPTC's digital source type, as XMP.

Marking is the last step of writing a file, since every re-encoding loses it. `read_mark` reads it back.
"""

from __future__ import annotations

import io
import re
from enum import StrEnum

from PIL import Image, UnidentifiedImageError

from kaleipix_app.backend.media.containers import with_xmp

_BASE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class SourceType(StrEnum):
    """The terms in use, of https://cv.iptc.org/newscodes/digitalsourcetype/."""

    ALGORITHMIC = "algorithmicMedia"  # made by rules, no model was trained: the built-in engine
    TRAINED = "trainedAlgorithmicMedia"  # made by a trained model
    TRAINED_COMPOSITE = "compositeWithTrainedAlgorithmicMedia"  # a picture that was edited by a trained model

    @property
    def uri(self) -> str:
        """How the term is written in a file."""
        return _BASE + self.value


_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="Kaleipix"
    Iptc4xmpExt:DigitalSourceType="{uri}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
_MARK = re.compile(rb'Iptc4xmpExt:DigitalSourceType="' + re.escape(_BASE.encode()) + rb'(\w+)"')


def mark(data: bytes, source_type: SourceType) -> bytes:
    """The PNG, JPEG or WebP file with the mark and without any other metadata; pixels and colour profile untouched.

    Marking again replaces the mark. Raises ValueError for other files.
    """
    return with_xmp(data, _PACKET.format(uri=source_type.uri).encode())


def read_mark(data: bytes) -> SourceType | None:
    """What a file says about itself, in the form that `mark` writes; None if it says nothing."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
            packet = picture.info.get("xmp", b"")
    except UnidentifiedImageError:
        return None
    found = _MARK.search(packet)
    if found is None or found[1].decode() not in list(SourceType):
        return None
    return SourceType(found[1].decode())
