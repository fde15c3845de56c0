"""What is said while the server cannot be reached, and once it can again."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components.icons import icon_imports

_CODE = """
function KxConnection({lost, ref: _ref, ...props}) {
  const [online, setOnline] = useState(true), [back, setBack] = useState(false), was = useRef(false);
  useEffect(() => {
    const changed = () => setOnline(navigator.onLine);
    changed();
    addEventListener("online", changed); addEventListener("offline", changed);
    return () => { removeEventListener("online", changed); removeEventListener("offline", changed); };
  }, []);
  const gone = lost || !online;
  useEffect(() => {
    if (gone) { was.current = true; setBack(false); return; }
    if (!was.current) return;
    was.current = false; setBack(true);
    const timer = setTimeout(() => setBack(false), 3000);
    return () => clearTimeout(timer);
  }, [gone]);
  const line = !online ? [LucideWifiOff, "You are offline", "What was asked for goes on; this page catches up by itself."]
    : [LucideRefreshCw, "Reconnecting …", "Your work is safe, and nothing that runs is lost."];
  return jsx("div", {...props, role: "status"},
    gone ? jsx("div", {className: "pointer-events-auto mt-4.5 flex items-center gap-3 rounded-panel border border-line bg-surface px-4 py-3 text-sm text-ink shadow-float"},
      jsx(line[0], {size: 18, className: "shrink-0 text-accent-text" + (online ? " motion-safe:animate-spin" : "")}),
      jsx("span", null, jsx("span", {className: "font-medium"}, line[1]), jsx("span", {className: "block text-muted"}, line[2])))
    : back && jsx("div", {className: "flex h-5.5 items-center gap-1.5 rounded-full border border-line bg-surface px-2.5 text-xs font-medium text-ink shadow-raised"},
      jsx(LucideWifi, {size: 12, className: "text-ok"}), "Connected again"));
}"""


class Connection(rx.Component):
    """Moves nothing. Under the header what it covers cannot be pressed, while that would come to nothing.

    That all is well again stands on the edge of the header, between what is pressed above and below it.
    """

    tag = "KxConnection"
    lost: rx.Var[bool]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        return {"react": ["useEffect", "useRef", "useState"], **icon_imports("wifi", "wifi-off", "refresh-cw")}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


connection = Connection.create
