"""What the front end's build consists of, read once from its folder."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import cached_property
from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_SHELLS = frozenset({"index", "404", "__spa-fallback"})


class Built:
    """The folder that Reflex' static mount serves; REFLEX_WEB_WORKDIR says which build it is."""

    @cached_property
    def folder(self) -> Path:
        """Where index.html and assets/ lie."""
        return Path(os.environ.get("REFLEX_WEB_WORKDIR", ".web")) / "build" / "client"

    @cached_property
    def pages(self) -> frozenset[str]:
        """Paths of the prerendered pages, such as `/login`; those of workspaces have routes of their own."""
        names = {path.relative_to(self.folder).with_suffix("").as_posix() for path in self.folder.rglob("*.html")}
        return frozenset(f"/{name}" for name in names - _SHELLS if not name.endswith("/index") and name[:2] != "w/")

    @cached_property
    def script_hashes(self) -> tuple[str, ...]:
        """CSP sources of the inline scripts in every page."""
        scripts = {
            script for path in self.folder.rglob("*.html") for script in _INLINE_SCRIPT.findall(path.read_text("utf-8"))
        }
        digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
        return tuple(sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))
