"""Tells, by the browser and only if it was asked to, when something that took long is done and nobody looks."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.state.views import LiveView, MadeView

LONG = 10  # seconds; nobody wants to be told of less

# A browser lets a page sound only after somebody has touched it, so the sound is woken at the first touch. Two notes of
# our own: no file has to be loaded.
_CODE = """
const KX_NOTIFY = "kaleipix.notify", KX_SOUND = "kaleipix.sound";  // listed in backend/privacy/datamap.py
let kxAudio = null;
function kxWake() { try { kxAudio ??= new AudioContext(); kxAudio.resume(); } catch { /* a browser without sound */ } }
function kxSound() {
  if (kxAudio?.state !== "running") return;
  for (const [at, pitch] of [[0, 659.3], [0.16, 880]]) {
    const tone = kxAudio.createOscillator(), loud = kxAudio.createGain(), begin = kxAudio.currentTime + at;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, begin); loud.gain.exponentialRampToValueAtTime(0.12, begin + 0.02); loud.gain.exponentialRampToValueAtTime(0.0001, begin + 0.5);
    tone.connect(loud).connect(kxAudio.destination); tone.start(begin); tone.stop(begin + 0.5);
  }
}
function KxNotify({live, made, seconds, disabled, ref: _ref, ...props}) {
  const [on, setOn] = useState(false), [can, setCan] = useState(false), [loud, setLoud] = useState(false), seen = useRef({});
  useEffect(() => {
    setCan("Notification" in window && Notification.permission !== "denied");
    setOn("Notification" in window && Notification.permission === "granted" && localStorage.getItem(KX_NOTIFY) === "on");
    setLoud(localStorage.getItem(KX_SOUND) === "on");
  }, []);
  useEffect(() => {
    if (!loud) return;
    addEventListener("pointerdown", kxWake); addEventListener("keydown", kxWake);
    return () => { removeEventListener("pointerdown", kxWake); removeEventListener("keydown", kxWake); };
  }, [loud]);
  useEffect(() => {
    const now = Date.now(), running = new Set(live.map((one) => one.id)), done = new Set(made.map((one) => one.id));
    for (const one of live) seen.current[one.id] ??= {since: now, prompt: one.prompt};
    for (const [id, {since, prompt}] of Object.entries(seen.current)) {
      if (running.has(id)) continue;
      delete seen.current[id];
      if (!done.has(id) || (document.hasFocus() && !document.hidden) || now - since < 1000 * seconds) continue;
      if (loud) kxSound();
      if (on) try { new Notification("Your picture is ready", {body: prompt, tag: id, icon: "/mark.svg", silent: loud}); } catch { /* some phones only let apps do this */ }
    }
  }, [live, made, on, loud]);
  const changed = async (event) => {
    const wanted = event.target.checked && (await Notification.requestPermission()) === "granted";
    setCan(Notification.permission !== "denied"); setOn(wanted);
    if (wanted) localStorage.setItem(KX_NOTIFY, "on"); else localStorage.removeItem(KX_NOTIFY);
  };
  const heard = (event) => {
    const wanted = event.target.checked;
    setLoud(wanted);
    if (!wanted) return localStorage.removeItem(KX_SOUND);
    localStorage.setItem(KX_SOUND, "on");
    kxWake(); kxAudio?.resume().then(kxSound);  // so that one knows what to listen for
  };
  const box = (checked, onChange, text, hidden) => jsx("label", {...props, hidden},
    jsx("input", {type: "checkbox", checked, disabled, onChange, className: "size-4 accent-accent"}), text);
  // What may be hidden is last: the other stays in its place.
  return jsx(Fragment, null, box(loud, heard, "Play a sound when a long one is done", false), box(on, changed, "Tell me when a long one is done", !can));
}"""


class Notify(rx.Component):
    """Two checkboxes; the second is hidden where the browser cannot or must not. Where nothing runs, choices only."""

    tag = "KxNotify"
    live: rx.Var[list[LiveView]] = rx.Var.create([])
    made: rx.Var[list[MadeView]] = rx.Var.create([])
    seconds: rx.Var[int] = rx.Var.create(LONG)  # what counts as long
    disabled: rx.Var[bool]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React."""
        return {"react": ["Fragment", "useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


notify = Notify.create
