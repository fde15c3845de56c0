"""The pages of a build show themselves first; their script begins after that.

React Router asks for all script in the head of a page. On a slow device that takes connection and processor away from
style and picture, and whatever is painted first is painted once the script has run. Where there is a first picture,
the frame that shows it has nothing else to lay out (`data-alone`, assets/theme.css); the rest comes in the next one.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

_PATIENCE = 1000  # ms; then the script begins, whatever has become of the picture
_ALONE = 250  # ms that the rest of the page waits for it at most
_PRELOAD = re.compile(r'<link rel="modulepreload" ')
_ENTRY = '<script type="module" async="">'
_HELD = '<script type="text/plain" id="entry">'
_BEGIN = f"""<script>(() => {{
  let begun = false;
  const showRest = () => document.querySelector("[data-alone]")?.removeAttribute("data-alone");
  const begin = () => {{
    if (begun) return;
    begun = true;
    showRest();
    for (const link of document.querySelectorAll("link[rel=later]")) link.rel = "modulepreload";
    const script = document.createElement("script");
    script.type = "module";
    script.textContent = document.getElementById("entry").textContent;
    document.head.append(script);
  }};
  const afterFrame = () => requestAnimationFrame(() => setTimeout(begin));
  const picture = document.querySelector("#first-look img");
  if (document.hidden) return begin();  // no frame comes to a tab in the background
  if (!picture || picture.complete) afterFrame();
  else for (const end of ["load", "error"]) picture.addEventListener(end, afterFrame);
  requestAnimationFrame(() => setTimeout(showRest, {_ALONE}));
  setTimeout(begin, {_PATIENCE});
}})()</script>"""


class UnknownPage(Exception):
    """A page of the build is not what React Router used to write."""


def hold_back(folder: Path) -> None:
    """Change every page below `folder`, and its compressed copy. Raises UnknownPage."""
    for path in folder.rglob("*.html"):
        page = _changed(path.read_text("utf-8"))
        path.write_text(page, "utf-8")
        compressed = path.with_name(f"{path.name}.gz")
        if compressed.is_file():
            compressed.write_bytes(gzip.compress(page.encode(), mtime=0))


def _changed(page: str) -> str:
    if page.count(_ENTRY) != 1:
        raise UnknownPage("React Router writes other pages than it did: look at commands/late_script.py.")
    page = _PRELOAD.sub('<link rel="later" ', page).replace(_ENTRY, _HELD)
    return page.replace("</body>", f"{_BEGIN}</body>", 1)
