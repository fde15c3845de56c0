"""The choice of a model: the chosen one as a card, which opens a list by task that can be searched."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components.icons import icon_imports, icon_name
from kaleipix_app.state.offers import ICONS, ModelOffer

# A select-only combobox whose popup is a modal dialog: searching and moving cost no round trip. The list keeps the
# focus where it is (on the search field, or on itself where a keyboard would cover a phone) and marks the active option.
_CODE = """
const kxModelIcons = {ICONS};
function KxModelPicker({models, value, hasSource, disabled, onChoose, ref: _ref, ...props}) {
  const [open, setOpen] = useState(false), [words, setWords] = useState(""), [at, setAt] = useState(0);
  const dialog = useRef(null), list = useRef(null), search = useRef(null);
  const asked = words.toLowerCase().split(/\\s+/).filter(Boolean);
  const found = models.filter((one) => asked.every((word) => (one.name + " " + one.vendor + " " + one.task + " " + one.tagline).toLowerCase().includes(word)));
  const groups = [...new Set(models.map((one) => one.task))].map((task) => [task, found.filter((one) => one.task === task)]).filter(([, all]) => all.length);
  const order = groups.flatMap(([, all]) => all), active = order[Math.min(at, order.length - 1)];
  const chosen = models.find((one) => one.id === value) ?? models[0];
  const show = () => {
    setWords(""); setOpen(true); dialog.current.showModal();
    (matchMedia("(pointer: coarse)").matches ? list : search).current.focus();  // Escape would empty a field of type search instead of closing
  };
  useEffect(() => { if (open) setAt(Math.max(0, order.findIndex((one) => one.id === value))); }, [open]);
  useEffect(() => { if (open && active) document.getElementById("model-" + active.id)?.scrollIntoView({block: "nearest"}); }, [open, at, words]);
  const close = () => { dialog.current.close(); setOpen(false); };
  const choose = (one) => { onChoose?.(one.id); close(); };
  const keyed = (event) => {
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 5, PageUp: at - 5, ...(event.target === list.current && {Home: 0, End: order.length - 1})}[event.key];
    if (to !== undefined) { event.preventDefault(); setAt(Math.max(0, Math.min(order.length - 1, to))); }
    else if (event.key === "Enter") { event.preventDefault(); if (active) choose(active); }  // it is inside of a form
  };
  const lacks = (one) => one.needs_source && !hasSource;
  const face = (one) => one.has_sample
    ? jsx("span", {"aria-hidden": true, className: "size-12 shrink-0 rounded-[6px] bg-[url(/samples/styles.webp)] bg-[length:auto_100%] bg-[position:3%_0]"})
    : jsx("span", {"aria-hidden": true, className: "grid size-12 shrink-0 place-items-center rounded-[6px] bg-raised text-accent-text"}, jsx(kxModelIcons[one.icon], {size: 20}));
  const told = (one, tagline) => jsx("span", {className: "flex min-w-0 grow flex-col gap-0.5 text-left"},
    jsx("span", {className: "flex flex-wrap gap-x-1.5 text-ink"}, jsx("span", {className: "font-medium"}, one.name), jsx("span", {className: "text-muted"}, one.vendor)),
    tagline && jsx("span", {className: "text-xs text-muted"}, one.tagline),
    jsx("span", {className: "text-xs font-medium text-accent-text tabular-nums"}, one.price + " · " + one.time),
    lacks(one) && jsx("span", {className: "text-xs text-muted"}, "Works from a picture: add one first"));
  const marks = (one) => one.id === active?.id;
  return jsx("div", props,
    jsx("button", {type: "button", role: "combobox", "aria-label": "Model", "aria-haspopup": "dialog", "aria-expanded": open, "aria-controls": "model-dialog",
      disabled, onClick: show, onKeyDown: (event) => { if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); show(); } },
      className: "flex w-full cursor-pointer items-center gap-3 rounded-control border border-line bg-surface p-2 text-sm transition-colors hover:bg-raised disabled:cursor-not-allowed"},
      face(chosen), told(chosen, false), jsx(LucideChevronsUpDown, {size: 18, className: "shrink-0 text-muted"})),
    jsx("dialog", {ref: dialog, id: "model-dialog", "aria-label": "What makes the picture", onClick: (event) => { if (event.target === dialog.current) close(); }, onClose: () => setOpen(false),
      className: "m-auto h-[min(44rem,86dvh)] w-[min(36rem,100vw)] max-w-none flex-col rounded-panel border border-line bg-surface p-0 text-ink shadow-float open:flex backdrop:bg-black/60 max-sm:mb-0 max-sm:rounded-b-none"},
      jsx("div", {className: "flex items-center gap-2 border-b border-line p-3"},
        jsx(LucideSearch, {size: 18, className: "ml-1 shrink-0 text-muted"}),
        jsx("input", {ref: search, type: "text", inputMode: "search", enterKeyHint: "done", value: words, placeholder: models.length + " models: name, maker, task", autoComplete: "off", "aria-label": "Search by name, maker or task",
          "aria-controls": "model-list", "aria-activedescendant": active ? "model-" + active.id : undefined,
          onChange: (event) => { setWords(event.target.value); setAt(0); }, onKeyDown: keyed, className: "h-10 max-lg:h-11 min-w-0 grow rounded-control bg-transparent px-2 text-ink placeholder:text-muted"}),
        jsx("button", {type: "button", "aria-label": "Close", onClick: close, className: "grid size-10 max-lg:size-11 shrink-0 cursor-pointer place-items-center rounded-control text-muted hover:bg-raised hover:text-ink"}, jsx(LucideX, {size: 18}))),
      jsx("div", {ref: list, id: "model-list", role: "listbox", tabIndex: 0, "aria-label": "On offer here", "data-scrolls": "",
        "aria-activedescendant": active ? "model-" + active.id : undefined, onKeyDown: keyed, className: "min-h-0 grow overflow-y-auto overscroll-contain p-3 pt-0 -outline-offset-2"},
        open && groups.map(([task, all]) => jsx("div", {key: task, role: "group", "aria-label": task, className: "flex flex-col gap-1"},
          jsx("div", {"aria-hidden": true, className: "sticky top-0 z-10 bg-surface px-2 pt-3 pb-1 text-sm font-semibold"}, task),
          all.map((one) => jsx("div", {key: one.id, id: "model-" + one.id, role: "option", "aria-label": [one.name, one.vendor, one.price, one.time, lacks(one) && "works from a picture, add one first"].filter(Boolean).join(", "), "aria-selected": one.id === value, onClick: () => choose(one),
            className: "flex cursor-pointer scroll-mt-12 items-center gap-3 rounded-control border p-2 text-sm hover:bg-raised " + (marks(one) ? "border-edge bg-raised" : "border-transparent")},
            face(one), told(one, true), one.id === value && jsx(LucideCheck, {size: 18, className: "shrink-0 text-accent-text"}))))),
        order.length === 0 && jsx("p", {className: "p-4 text-sm text-muted"}, "No model fits these words."))));
}"""


class ModelPicker(rx.Component):
    """Knows every offer; tells the server only what was chosen."""

    tag = "KxModelPicker"
    models: rx.Var[list[ModelOffer]]
    value: rx.Var[str]  # id of the chosen model
    has_source: rx.Var[bool]
    disabled: rx.Var[bool]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # id

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        icons = icon_imports(*ICONS, "chevrons-up-down", "search", "check", "x")
        return {"react": ["useEffect", "useRef", "useState"], **icons}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        icons = ", ".join(f'"{icon}": {icon_name(icon)}' for icon in ICONS)
        return [_CODE.replace("ICONS", icons)]


model_picker = ModelPicker.create
