"""A button that opens a short list of actions: by pointer, by finger and by the keys that menus have."""

from __future__ import annotations

from typing import Any

import reflex as rx

# Closed, its items stay in the document: a key that presses one of them (`data-key`) works all the same.
_CODE = """
function KxMenu({trigger, label, title, buttonClass, listClass, children, ref: _ref, ...props}) {
  const root = useRef(null), button = useRef(null), list = useRef(null), [open, setOpen] = useState(false);
  const items = () => [...list.current.querySelectorAll("[role=menuitem]")];
  const show = (at) => { list.current.hidden = false; items().at(at)?.focus(); setOpen(true); };  // at once: the next key may follow
  const close = (back) => { setOpen(false); if (back) button.current.focus(); };
  useEffect(() => {
    if (!open) return;
    const outside = (event) => { if (!root.current.contains(event.target)) setOpen(false); };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const keyed = (event) => {
    const all = items(), at = all.indexOf(document.activeElement);
    const to = {ArrowDown: (at + 1) % all.length, ArrowUp: (at < 1 ? all.length : at) - 1, Home: 0, End: all.length - 1}[event.key];
    if (!open && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); show(event.key === "ArrowUp" ? -1 : 0); }
    else if (open && event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
    else if (open && to !== undefined) { event.preventDefault(); all[to]?.focus(); }
    else if (open && event.key.startsWith("Arrow")) event.preventDefault();
  };
  return jsx("div", {...props, ref: root, onKeyDown: keyed, onBlur: (event) => { if (open && event.relatedTarget && !root.current.contains(event.relatedTarget)) setOpen(false); }},
    jsx("button", {ref: button, type: "button", "aria-haspopup": "menu", "aria-expanded": open, "aria-label": label, title, className: buttonClass,
      onClick: (event) => open ? close() : event.detail ? setOpen(true) : show(0)}, trigger),
    jsx("div", {ref: list, role: "menu", "aria-label": label, hidden: !open, className: listClass, onClick: (event) => { if (open && event.target.closest("[role=menuitem]")) close(true); }}, children));
}"""

ITEM = (
    "flex min-h-10 w-full items-center gap-2.5 rounded-control px-2.5 text-left text-sm whitespace-nowrap text-ink "
    "hover:bg-raised cursor-pointer max-lg:min-h-11"
)
_LIST = (
    "absolute right-0 bottom-full z-20 mb-1.5 flex min-w-44 flex-col rounded-panel border border-edge bg-surface p-1.5 "
    "shadow-float [&[hidden]]:hidden"
)


class Menu(rx.Component):
    """Opens upwards. Its children are buttons with `role="menuitem"` and `tab_index=-1`."""

    tag = "KxMenu"
    trigger: rx.Var[rx.Component]
    label: rx.Var[str]  # accessible name of button and list
    title: rx.Var[str]
    button_class: rx.Var[str]
    list_class: rx.Var[str]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


def menu(*items: rx.Component, trigger: rx.Component, label: str, title: str, button_class: str) -> rx.Component:
    """A button with `trigger` on it, and the actions that it opens."""
    return Menu.create(
        *items,
        trigger=trigger,
        label=label,
        title=title,
        button_class=button_class,
        list_class=_LIST,
        class_name="relative shrink-0",
    )
