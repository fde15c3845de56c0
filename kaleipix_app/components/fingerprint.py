"""A hidden field with a hash of what this browser is like, for the last steps of a sign-in and nowhere else.

The library is fetched after the form is shown, from this site, and nobody waits for it: blocked, too slow or unknown
to the browser means an empty field. Everything it finds out stays in the browser; SHA-256 of it goes along.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

_LIBRARY = "@fingerprintjs/fingerprintjs@5.2.0"  # MIT; this very version, because we use parts of it that may change

# Not the library's load(): that one may report to its makers, and what is not imported is not in the build either.
# Left out: which blockers of ads people use, which is none of our business, and their fonts, which take hidden frames
# to find out; and whether cookies are taken, for which one is set. `ref` is dropped: Reflex passes one with an id.
_CODE = """
let kxFingerprint = null;  // worked out once a page
async function kxWorkOut() {
  const {loadSources, prepareForSources, sources} = await import("@fingerprintjs/fingerprintjs");
  await prepareForSources();
  const found = await loadSources(sources, {cache: {}}, ["domBlockers", "fonts", "fontPreferences", "cookiesEnabled"])();
  const text = JSON.stringify(Object.keys(found).sort().map((name) => [name, found[name].value ?? null]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function KxFingerprint({ref: _ref, ...props}) {
  const [value, setValue] = useState("");
  useEffect(() => { (kxFingerprint ??= kxWorkOut().catch(() => "")).then(setValue); }, []);
  return jsx("input", {...props, type: "hidden", name: "fingerprint", value});
}"""


class Fingerprint(rx.Component):
    """Goes into a form; empty until the hash is there."""

    tag = "KxFingerprint"

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React; the library is only installed, for the code itself imports it."""
        return {"react": ["useEffect", "useState"], _LIBRARY: rx.ImportVar(tag=None, render=False)}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


fingerprint = Fingerprint.create
