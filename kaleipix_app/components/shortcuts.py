"""Keys of the studio, and the dialog that lists them. Single letters do nothing while somebody types."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components.icons import icon_imports

#: What is pressed and what it does, as the dialog tells it.
LISTED = (
    ("Ctrl or ⌘ + Enter", "Generate"),
    ("Shift + X", "Cancel what was asked for last"),
    ("Alt + ↑ and ↓", "Earlier words, in the field for them"),
    ("← and →", "The picture before and after"),
    ("Z", "Fit, or full size"),
    ("C", "Compare with the source"),
    ("V", "Vary"),
    ("U", "Use as source"),
    ("M", "Edit with mask"),
    ("R", "Reuse all but the seed"),
    ("D", "Download"),
    ("L", "Make a link to share it"),
    (".", "Favourite"),
    ("I", "All settings of the picture"),
    ("Delete", "Move the picture to the trash"),
    ("Ctrl or ⌘ + Z", "Take back a deletion"),
    ("P", "Write"),
    ("S", "To the seed"),
    ("T", "Hide or show the composer"),
    ("F", "Hide or show the activity"),
    ("Esc", "Close what is open"),
    ("?", "This list"),
)

#: The same for the library, whose grid hears its keys itself.
LISTED_IN_LIBRARY = (
    ("← → ↑ ↓", "Move from picture to picture"),
    ("Home and End", "The first picture and the last"),
    ("Enter", "Open the picture"),
    ("Space", "Select the picture"),
    ("Shift + Space", "Select all from the picture selected before"),
    ("Ctrl or ⌘ + A", "Select everything that matches"),
    (".", "Favourite"),
    ("Delete", "Move the picture, or all that are selected, to the trash"),
    ("Ctrl or ⌘ + Z", "Take back a deletion"),
    ("Esc", "Close the picture, or select nothing"),
    ("?", "This list"),
)

# A key presses the button that carries it in `data-key`, so that whatever is not shown cannot be called.
_CODE = """
function KxShortcuts({listed, onStep, buttonClass, ref: _ref, ...props}) {
  const dialog = useRef(null), search = useRef(null), live = useRef({}), [words, setWords] = useState(""), [open, setOpen] = useState(false);
  live.current = {onStep};
  // Asked for again before it has told that it is closed, it stays.
  const show = () => { setWords(""); setOpen(true); if (!dialog.current.open) dialog.current.showModal(); search.current?.focus(); };
  useEffect(() => { if (open) search.current.focus(); }, [open]);
  useEffect(() => {
    const press = (key) => { const all = document.querySelectorAll('[data-key="' + key + '"]'); all[all.length - 1]?.click(); return all.length > 0; };
    const focus = (id) => { const field = document.getElementById(id); field?.focus(); return Boolean(field); };
    const pane = (name) => { document.documentElement.classList.toggle("without-" + name); return true; };
    const close = () => { const open = document.querySelector('details[open] > [data-key], [data-key="c"][aria-pressed="true"]'); open?.click(); return Boolean(open); };
    const keyed = (event) => {
      if (event.repeat && !event.key.startsWith("Arrow")) return;  // held: one press deletes one picture, and pays for one
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (event.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")) return;
      const step = (by) => { document.querySelector("[data-viewer]")?.dispatchEvent(new Event("kx-step")); live.current.onStep?.(by); return true; };
      const arrows = event.target.closest?.("input, [role=listbox]") ? {} : {ArrowLeft: () => step(-1), ArrowRight: () => step(1)};
      const zoom = () => { const at = document.querySelector("[data-viewer]"); at?.dispatchEvent(new Event("kx-zoom")); return Boolean(at); };
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!live.current.onStep && key !== "?") return;  // the rest is heard elsewhere
      const action = event.shiftKey && key === "x" ? () => press("shift-x") : key === "?" ? () => { show(); return true; } : event.shiftKey ? undefined
        : {...arrows, z: zoom, p: () => focus("prompt"), s: () => focus("seed"), t: () => pane("composer"), f: () => pane("activity"), Delete: () => press("Delete"), Escape: close,
           ...Object.fromEntries([...".cvumrdil"].map((one) => [one, () => press(one)]))}[key];
      if (action?.()) event.preventDefault();
    };
    document.addEventListener("keydown", keyed);
    return () => document.removeEventListener("keydown", keyed);
  }, []);
  const found = listed.filter((line) => line.join(" ").toLowerCase().includes(words.toLowerCase()));
  return jsx(Fragment, null,
    jsx("button", {...props, type: "button", onClick: show, "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts (?)", className: buttonClass}, jsx(LucideKeyboard, {size: 18})),
    jsx("dialog", {ref: dialog, "aria-labelledby": "keys-title", onClose: () => setOpen(dialog.current.open), onClick: (event) => { if (event.target === dialog.current) dialog.current.close(); },
      className: "m-auto h-[min(40rem,86dvh)] w-[min(30rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60"}, open && jsx(Fragment, null,
      jsx("div", {className: "flex items-center"},
        jsx("h2", {id: "keys-title", className: "grow text-lg font-semibold tracking-tight"}, "Keyboard shortcuts"),
        jsx("button", {type: "button", "aria-label": "Close", onClick: () => dialog.current.close(), className: buttonClass}, jsx(LucideX, {size: 18}))),
      jsx("input", {ref: search, type: "text", value: words, onChange: (event) => setWords(event.target.value), placeholder: "Search", "aria-label": "Search keys", autoComplete: "off",
        className: "h-10 w-full shrink-0 rounded-control border border-edge bg-surface px-3 text-ink placeholder:text-muted"}),
      jsx("dl", {"data-scrolls": "", tabIndex: 0, className: "min-h-0 grow overflow-y-auto"},
        found.map(([key, does]) => jsx("div", {key, className: "flex items-center justify-between gap-4 border-b border-line py-1.5 text-sm"},
          jsx("dt", {className: "order-2 shrink-0"}, jsx("kbd", {className: "rounded-[6px] border border-line bg-raised px-2 py-0.5 font-sans text-xs"}, key)), jsx("dd", {className: "text-muted"}, does)))),
      found.length === 0 && jsx("p", {className: "text-sm text-muted"}, "No key does that."))));
}"""


class Shortcuts(rx.Component):
    """A button that opens the list; the studio's keys work as long as it is on the page."""

    tag = "KxShortcuts"
    listed: rx.Var[list[list[str]]]
    button_class: rx.Var[str]
    on_step: rx.EventHandler[rx.event.passthrough_event_spec(int)]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        return {"react": ["Fragment", "useEffect", "useRef", "useState"], **icon_imports("keyboard", "x")}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


_BUTTON = "grid size-10 place-items-center rounded-control text-muted hover:bg-raised hover:text-ink max-lg:hidden cursor-pointer"


def shortcuts(listed: tuple[tuple[str, str], ...], **props: Any) -> rx.Component:
    """In the header of a page that has keys."""
    return Shortcuts.create(listed=[list(line) for line in listed], button_class=_BUTTON, **props)
