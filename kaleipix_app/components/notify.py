"""Tells, by the browser and only if it was asked to, when something that took long is done and nobody looks."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.state.views import LiveView, MadeView

_CODE = """
const KX_NOTIFY = "kaleipix.notify";  // listed in backend/privacy/datamap.py
function KxNotify({live, made, seconds, disabled, ref: _ref, ...props}) {
  const [on, setOn] = useState(false), [can, setCan] = useState(false), seen = useRef({});
  useEffect(() => {
    setCan("Notification" in window && Notification.permission !== "denied");
    setOn("Notification" in window && Notification.permission === "granted" && localStorage.getItem(KX_NOTIFY) === "on");
  }, []);
  useEffect(() => {
    const now = Date.now(), running = new Set(live.map((one) => one.id)), done = new Set(made.map((one) => one.id));
    for (const one of live) seen.current[one.id] ??= {since: now, prompt: one.prompt};
    for (const [id, {since, prompt}] of Object.entries(seen.current)) {
      if (running.has(id)) continue;
      delete seen.current[id];
      if (!on || !done.has(id) || !document.hidden || now - since < 1000 * seconds) continue;
      try { new Notification("Your picture is ready", {body: prompt, tag: id, icon: "/mark.svg"}); } catch { /* some phones only let apps do this */ }
    }
  }, [live, made, on]);
  const changed = async (event) => {
    const wanted = event.target.checked && (await Notification.requestPermission()) === "granted";
    setCan(Notification.permission !== "denied"); setOn(wanted);
    if (wanted) localStorage.setItem(KX_NOTIFY, "on"); else localStorage.removeItem(KX_NOTIFY);
  };
  return jsx("label", {...props, hidden: !can},
    jsx("input", {type: "checkbox", checked: on, disabled, onChange: changed, className: "size-4 accent-accent"}), "Tell me when a long one is done");
}"""


class Notify(rx.Component):
    """A checkbox; hidden where the browser cannot or must not."""

    tag = "KxNotify"
    live: rx.Var[list[LiveView]]
    made: rx.Var[list[MadeView]]
    seconds: rx.Var[int]  # what counts as long
    disabled: rx.Var[bool]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


notify = Notify.create
