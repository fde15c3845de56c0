"""The brush over a source: what is white afterwards is painted anew. Full screen on a phone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.icons import icon_imports
from kaleipix_app.components.mask_strokes import STROKES
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.views import SourceView

_ICONS = ("brush", "eraser", "undo-2", "trash-2", "contrast", "square-dashed", "zoom-in", "zoom-out", "x")

# Everything that was painted is kept as a list of actions in pixels of the picture: undone by leaving out the last,
# shown at the size of the screen, and drawn once more at full size when it is sent.
_CODE = """
function KxMaskEditor({source, onDone, onDismiss, buttonClass, primaryClass, ref: _ref, ...props}) {
  const dialog = useRef(null), box = useRef(null), canvas = useRef(null), live = useRef({pointers: new Map()});
  const [tool, setTool] = useState("brush"), [size, setSize] = useState(8), [view, setView] = useState({zoom: 1, x: 0, y: 0});
  const [count, setCount] = useState(0), [error, setError] = useState(""), [sending, setSending] = useState(false);
  const {id, width, height} = source, open = id !== "", all = kxStrokesOn(id);
  const scale = Math.min(1, 1600 / Math.max(width, height, 1)), radius = Math.max(width, height) * size / 200;
  const redraw = () => { const at = canvas.current; if (at?.width) kxDrawAll(at.getContext("2d"), all, width, height, scale, "#ff5a1f"); setCount(all.length); };
  useEffect(() => {
    if (open) { setView({zoom: 1, x: 0, y: 0}); setError(""); setTool("brush"); if (!dialog.current.open) dialog.current.showModal(); }
    else if (dialog.current.open) dialog.current.close();
  }, [id]);
  useEffect(redraw, [id, width]);
  const changed = () => { redraw(); kxKeepStrokes(); };
  const add = (action) => { all.push(action); setError(""); changed(); };
  const undo = () => { all.pop(); changed(); };
  const zoomed = (factor, x = 0, y = 0) => setView((old) => {
    const zoom = Math.max(1, Math.min(8, old.zoom * factor)), by = zoom / old.zoom;
    return zoom === 1 ? {zoom, x: 0, y: 0} : {zoom, x: x - (x - old.x) * by, y: y - (y - old.y) * by};
  });
  const middle = (event) => { const rect = box.current.getBoundingClientRect(); return [event.clientX - rect.left - rect.width / 2, event.clientY - rect.top - rect.height / 2]; };
  useEffect(() => {
    if (!open) return;
    const wheel = (event) => { event.preventDefault(); zoomed(Math.exp(-event.deltaY / 300), ...middle(event)); };
    box.current.addEventListener("wheel", wheel, {passive: false});
    return () => box.current?.removeEventListener("wheel", wheel);
  }, [open]);
  const point = (event) => { const rect = canvas.current.getBoundingClientRect(); return [(event.clientX - rect.left) / rect.width * width, (event.clientY - rect.top) / rect.height * height]; };
  const spread = () => { const [a, b] = [...live.current.pointers.values()]; return {far: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), at: middle({clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2})}; };
  const down = (event) => {
    box.current.setPointerCapture(event.pointerId); live.current.pointers.set(event.pointerId, event);
    if (live.current.pointers.size === 2) {  // the second finger: what the first has painted was meant to move
      if (live.current.stroke) { all.splice(all.indexOf(live.current.stroke), 1); live.current.stroke = null; redraw(); }
      live.current.spread = spread();
    } else if (live.current.pointers.size === 1) {
      if (event.button === 1) { live.current.drag = event; return; }
      const at = point(event), edge = tool === "rectangle" ? "rectangle" : tool;
      live.current.stroke = edge === "rectangle" ? {kind: "rectangle", from: at, to: at} : {kind: edge, radius: radius / view.zoom, points: [at]};
      add(live.current.stroke);
    }
  };
  const moved = (event) => {
    const state = live.current;
    if (!state.pointers.has(event.pointerId)) return;
    const before = state.pointers.get(event.pointerId);
    state.pointers.set(event.pointerId, event);
    if (state.pointers.size === 2 && state.spread) {
      const next = spread(), old = state.spread; state.spread = next;
      zoomed(next.far / old.far, ...next.at);
      setView((view) => view.zoom === 1 ? view : {...view, x: view.x + next.at[0] - old.at[0], y: view.y + next.at[1] - old.at[1]});
    } else if (state.drag) setView((view) => ({...view, x: view.x + event.clientX - before.clientX, y: view.y + event.clientY - before.clientY}));
    else if (state.stroke?.kind === "rectangle") { state.stroke.to = point(event); redraw(); }
    else if (state.stroke) {
      state.stroke.points.push(...(event.getCoalescedEvents?.() ?? [event]).map(point));
      kxDraw(canvas.current.getContext("2d"), state.stroke, width, height, scale, "#ff5a1f");
    }
  };
  const up = (event) => { live.current.pointers.delete(event.pointerId); live.current.stroke = live.current.drag = live.current.spread = null; kxKeepStrokes(); };
  const send = async () => {
    setSending(true); setError("");
    try {
      const file = await kxMaskFile(all, width, height);
      if (!file) throw new Error("too large for a canvas of this device");
      const answer = await fetch("/api/uploads/mask?source=" + id, {method: "PUT", body: file});
      const body = await answer.json();
      if (answer.status === 201) onDone?.(body.id); else setError(body.message);
    } catch { setError("The mask could not be made or sent. Check your connection; a very large picture may need another device."); }
    setSending(false);
  };
  const keyed = (event) => {
    if (event.target.matches("input[type=number]")) return;
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); return undo(); }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {b: () => setTool("brush"), e: () => setTool("eraser"), r: () => setTool("rectangle"), i: () => add({kind: "invert"}), "[": () => setSize(Math.max(1, size - 2)),
      "]": () => setSize(Math.min(40, size + 2)), "+": () => zoomed(1.4), "-": () => zoomed(1 / 1.4)}[event.key.toLowerCase()];
    if (action) { event.preventDefault(); action(); }
  };
  const inNumbers = (event) => {
    const [left, top, wide, high] = [...event.currentTarget.closest("fieldset").querySelectorAll("input")].map((one) => +one.value / 100);
    add({kind: "rectangle", from: [left * width, top * height], to: [(left + wide) * width, (top + high) * height]});
  };
  const button = (label, icon, onClick, more = {}) => jsx("button", {type: "button", "aria-label": label, title: label, onClick, className: buttonClass, ...more}, jsx(icon, {size: 18}));
  const choice = (name, label, icon) => button(label, icon, () => setTool(name), {"aria-pressed": tool === name});
  const none = count === 0;
  return jsx("dialog", {...props, ref: dialog, "aria-label": "Mark what to repaint", onKeyDown: keyed, onCancel: (event) => { event.preventDefault(); onDismiss?.(); }}, open && jsx(Fragment, null,
    jsx("div", {className: "flex items-center gap-2 border-b border-line px-3 py-2"},
      jsx("h2", {className: "min-w-0 grow leading-tight font-semibold"}, "Mark what to repaint"),
      jsx("button", {type: "button", disabled: none || sending, onClick: send, className: primaryClass}, sending ? "Sending…" : "Use mask"),
      button("Close without using it", LucideX, () => onDismiss?.())),
    error && jsx("p", {role: "alert", className: "bg-danger-soft px-4 py-2 text-sm text-danger"}, error),
    jsx("div", {ref: box, onPointerDown: down, onPointerMove: moved, onPointerUp: up, onPointerCancel: up, className: "relative min-h-0 grow touch-none overflow-hidden bg-canvas p-4 [container-type:size]" + (tool === "brush" || tool === "eraser" ? " cursor-crosshair" : " cursor-cell")},
      jsx("div", {className: "absolute inset-4 grid place-items-center [container-type:size]", style: {transform: "translate(" + view.x + "px," + view.y + "px) scale(" + view.zoom + ")"}},
        jsx("div", {className: "relative", style: {aspectRatio: width + " / " + height, width: "min(100cqw, calc(100cqh * " + width / height + "))"}},
          jsx("img", {src: "/media/" + id + "/preview", alt: "", draggable: false, className: "absolute inset-0 size-full select-none"}),
          jsx("canvas", {ref: canvas, width: Math.round(width * scale), height: Math.round(height * scale), className: "absolute inset-0 size-full opacity-60"})))),
    jsx("div", {className: "flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-line px-3 py-2"},
      jsx("div", {role: "group", "aria-label": "Tool", className: "flex"}, choice("brush", "Brush", LucideBrush), choice("eraser", "Eraser", LucideEraser), choice("rectangle", "Rectangle", LucideSquareDashed)),
      jsx("label", {className: "flex min-w-32 grow items-center gap-2 text-sm text-muted sm:max-w-56"}, "Size",
        jsx("input", {type: "range", min: 1, max: 40, value: size, onChange: (event) => setSize(+event.target.value), className: "min-w-0 grow cursor-pointer accent-accent max-lg:h-11"})),
      jsx("div", {role: "group", "aria-label": "Mask", className: "flex"},
        button("Invert", LucideContrast, () => add({kind: "invert"})), button("Undo stroke", LucideUndo2, undo, {disabled: none}), button("Clear", LucideTrash2, () => { all.length = 0; changed(); }, {disabled: none})),
      jsx("div", {role: "group", "aria-label": "Zoom", className: "flex max-sm:hidden"}, button("Zoom out", LucideZoomOut, () => zoomed(1 / 1.4), {disabled: view.zoom === 1}), button("Zoom in", LucideZoomIn, () => zoomed(1.4), {disabled: view.zoom === 8})),
      jsx("details", {className: "w-full text-sm"}, jsx("summary", {className: "flex min-h-11 cursor-pointer items-center text-muted hover:text-ink"}, "Mark by numbers instead of painting"),
        jsx("fieldset", {className: "flex flex-wrap items-end gap-2 pb-1"}, jsx("legend", {className: "sr-only"}, "A rectangle, in percent of the picture"),
          [["Left", 25], ["Top", 25], ["Width", 50], ["Height", 50]].map(([label, start]) => jsx("label", {key: label, className: "flex flex-col text-xs text-muted"}, label + " %",
            jsx("input", {type: "number", min: 0, max: 100, defaultValue: start, className: "h-9 max-lg:h-11 w-16 rounded-control border border-edge bg-surface px-2 text-sm text-ink"}))),
          jsx("button", {type: "button", onClick: inNumbers, className: buttonClass + " px-3"}, "Add rectangle"),
          jsx("button", {type: "button", onClick: () => add({kind: "all"}), className: buttonClass + " px-3"}, "Select all")))),
    jsx("p", {role: "status", className: "sr-only"}, count + (count === 1 ? " mark" : " marks"))));
}"""


class MaskEditor(rx.Component):
    """Open while a source is given; tells the server the id of the mask that it has uploaded."""

    tag = "KxMaskEditor"
    source: rx.Var[SourceView]
    button_class: rx.Var[str]
    primary_class: rx.Var[str]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # id
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        return {"react": ["Fragment", "useEffect", "useRef", "useState"], **icon_imports(*_ICONS)}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [STROKES, _CODE]


def mask_editor() -> rx.Component:
    """For the source whose mask is being painted."""
    return MaskEditor.create(
        source=Composer.painting,
        button_class="inline-flex h-10 min-w-10 max-lg:h-11 max-lg:min-w-11 shrink-0 items-center justify-center rounded-control text-sm text-muted hover:bg-raised hover:text-ink "
        "aria-pressed:bg-raised aria-pressed:text-accent-text disabled:opacity-40 cursor-pointer disabled:cursor-not-allowed",
        primary_class=f"{theme.PRIMARY} shrink-0",
        on_done=Composer.painted,
        on_dismiss=Composer.stop_painting,
        class_name="m-auto h-[94dvh] max-h-none w-[min(76rem,96vw)] max-w-none flex-col overflow-hidden rounded-panel border border-line bg-surface "
        "p-0 text-ink shadow-float open:flex backdrop:bg-black/60 max-lg:m-0 max-lg:h-dvh max-lg:w-screen max-lg:rounded-none max-lg:border-0",
    )
