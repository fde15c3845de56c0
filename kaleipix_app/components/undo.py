"""The line that tells what was done, and offers to undo it, for eight seconds of the person's attention."""

from __future__ import annotations

from typing import Any

import reflex as rx

# The region is there before its text, so that screen readers announce it. The time stands still while the pointer or
# the keyboard is on it. If the deleted thing took the focus with it, the focus goes on here instead of nowhere.
# With two lines on the page the keys undo what was done last, and leave the other.
_CODE = """
const kxLines = [];
function KxUndo({text, version, undoable, seconds, onUndo, onDone, undoClass, closeClass, boxClass, ref: _ref, ...props}) {
  const button = useRef(null), held = useRef(false), live = useRef({});
  live.current = {undoable, onUndo, onDone};
  useEffect(() => {
    if (!text) return;
    held.current = false;
    if (document.activeElement === document.body) button.current?.focus({preventScroll: true});
    let left = seconds * 1000;
    const timer = setInterval(() => {
      if (!held.current && !button.current?.matches(":focus-visible") && (left -= 200) <= 0) { clearInterval(timer); live.current.onDone?.(); }
    }, 200);
    const keyed = (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
      if (kxLines.filter((line) => line.current.undoable).at(-1) === live && event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing) {
        event.preventDefault(); live.current.onUndo();
      }
    };
    kxLines.push(live);
    document.addEventListener("keydown", keyed);
    return () => { clearInterval(timer); kxLines.splice(kxLines.indexOf(live), 1); document.removeEventListener("keydown", keyed); };
  }, [text, version, seconds]);
  const hold = (on) => () => { held.current = on; };
  return jsx("div", {...props, role: "status"}, text && jsx("div", {className: boxClass, onMouseEnter: hold(true), onMouseLeave: hold(false)},
    jsx("span", {className: "grow"}, text),
    undoable && jsx("button", {ref: button, type: "button", className: undoClass, onClick: () => onUndo(), title: "Ctrl or ⌘ + Z",
      "aria-keyshortcuts": "Control+Z Meta+Z"}, "Undo"),
    jsx("button", {type: "button", className: closeClass, onClick: () => onDone?.(), "aria-label": "Close"}, "×")));
}"""


class Undo(rx.Component):
    """Shown while `text` is not empty; starts anew when `version` grows."""

    tag = "KxUndo"
    text: rx.Var[str]
    version: rx.Var[int]
    undoable: rx.Var[bool]
    seconds: rx.Var[int]
    box_class: rx.Var[str]
    undo_class: rx.Var[str]
    close_class: rx.Var[str]
    on_undo: rx.EventHandler[rx.event.no_args_event_spec]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


def undo_line(
    text: rx.Var[str],
    version: rx.Var[int],
    *,
    on_undo: rx.event.EventSpec,
    on_done: rx.event.EventSpec,
    desk_class: str = "lg:bottom-28",
) -> rx.Component:
    """Low on the screen and over no button; in the document where it is put, so that the Tab key finds it next."""
    return _line(f"bottom-44 {desk_class}", text=text, version=version, undoable=True, on_undo=on_undo, on_done=on_done)


def told_line(
    text: rx.Var[str],
    version: rx.Var[int],
    *,
    undoable: rx.Var[bool],
    on_undo: rx.event.EventSpec,
    on_done: rx.event.EventSpec,
) -> rx.Component:
    """Where the bar was by which it was done; that of a deletion stays above it."""
    place = "bottom-[calc(4.25rem+env(safe-area-inset-bottom))] lg:bottom-6"
    return _line(place, text=text, version=version, undoable=undoable, on_undo=on_undo, on_done=on_done)


def _line(place: str, **props: Any) -> rx.Component:
    return Undo.create(
        **props,
        seconds=8,
        box_class="pointer-events-auto mx-auto flex max-w-lg items-center gap-1 rounded-panel border border-edge bg-surface py-1.5 pl-4 pr-1.5 text-sm shadow-float",
        undo_class="min-h-9 max-lg:min-h-11 shrink-0 rounded-control px-3 font-semibold text-accent-text hover:bg-raised cursor-pointer",
        close_class="grid size-9 max-lg:size-11 shrink-0 place-items-center rounded-control text-lg text-muted hover:bg-raised hover:text-ink cursor-pointer",
        class_name=f"pointer-events-none fixed inset-x-4 z-40 {place}",
    )
