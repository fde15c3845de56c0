"""The picture on the stage: fit or any zoom, moved by hand, beside or over its source, and stepped through by swipe."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components.icons import icon_imports

# Two fingers or the wheel zoom; one finger moves what is zoomed, else it swipes to the next result. All of it without
# a round trip; the server hears of steps alone. Over the source one finger or the pointer moves the divider.
_CODE = """
function KxViewer({picture, before, differs, onStep, boxClass, ref: _ref, ...props}) {
  const {id, width, height} = picture, frame = useRef(null), box = useRef(null), live = useRef({pointers: new Map()});
  const [view, setView] = useState({zoom: 1, x: 0, y: 0}), [mode, setMode] = useState(""), [held, setHeld] = useState(before), [at, setAt] = useState(50), [peeks, setPeeks] = useState(false), [loaded, setLoaded] = useState(""), [lists, setLists] = useState(false);
  const base = mode ? held : before, compares = base ? mode : "", fits = view.zoom === 1, sharp = view.zoom > 1.2;
  useLayoutEffect(() => {
    if (!compares) setView((old) => old.zoom === 1 ? old : {zoom: 1, x: 0, y: 0});
    if (!live.current.steps || !compares) setHeld(before);  // what is compared with stays while one steps through results
    live.current.steps = false;
  }, [id, before]);
  useLayoutEffect(() => { if (!base) setPeeks(false); }, [base]);  // the button that is held has gone: nobody lets go of it
  const step = (by) => { live.current.steps = true; onStep?.(by); };
  const real = () => width / (box.current?.offsetWidth || width);  // the zoom at which a pixel is a pixel
  const zoomTo = (next, x = 0, y = 0) => setView((old) => {
    const zoom = Math.max(Math.min(1, real()), Math.min(Math.max(4, 2 * real()), typeof next === "function" ? next(old.zoom) : next)), by = zoom / old.zoom;
    return zoom <= 1 ? {zoom, x: 0, y: 0} : {zoom, x: x - (x - old.x) * by, y: y - (y - old.y) * by};
  });
  const toggle = (x, y) => zoomTo((old) => old === 1 ? (real() > 1.05 ? real() : 2) : 1, x, y);
  const middle = (event) => { const rect = frame.current.getBoundingClientRect(); return [event.clientX - rect.left - rect.width / 2, event.clientY - rect.top - rect.height / 2]; };
  useEffect(() => {
    const wheel = (event) => { if (event.target.closest("[data-control]")) return; event.preventDefault(); zoomTo((old) => { const next = old * Math.exp(-event.deltaY / 300); return Math.abs(next - 1) < 0.04 ? 1 : next; }, ...middle(event)); };
    const asked = () => toggle(), steps = () => { live.current.steps = true; }, chooses = () => { live.current.steps = false; };
    const at = frame.current;
    at.addEventListener("wheel", wheel, {passive: false}); at.addEventListener("kx-zoom", asked); at.addEventListener("kx-step", steps); addEventListener("pointerdown", chooses, true);
    return () => { at.removeEventListener("wheel", wheel); at.removeEventListener("kx-zoom", asked); at.removeEventListener("kx-step", steps); removeEventListener("pointerdown", chooses, true); };
  }, [width]);
  const spread = () => { const [a, b] = [...live.current.pointers.values()]; return {far: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), at: middle({clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2})}; };
  const divide = (event) => { const rect = box.current.getBoundingClientRect(); setAt(Math.max(0, Math.min(100, (event.clientX - rect.left) / rect.width * 100))); };
  const down = (event) => {
    if (event.target.closest("[data-control]")) return;
    const state = live.current;
    state.pointers.set(event.pointerId, event); frame.current.setPointerCapture(event.pointerId);
    if (state.pointers.size === 2) { state.spread = spread(); state.start = null; }
    else { state.start = event; if (compares === "slider" && event.button === 0) divide(event); }
  };
  const moved = (event) => {
    const state = live.current, last = state.pointers.get(event.pointerId);
    if (!last) return;
    state.pointers.set(event.pointerId, event);
    if (state.pointers.size === 2 && state.spread) {
      const next = spread(), old = state.spread; state.spread = next;
      zoomTo((zoom) => zoom * next.far / old.far, ...next.at);
      setView((one) => one.zoom <= 1 ? one : {...one, x: one.x + next.at[0] - old.at[0], y: one.y + next.at[1] - old.at[1]});
    } else if (compares === "slider" && last.button !== 1) divide(event);
    else if (!fits) setView((one) => ({...one, x: one.x + event.clientX - last.clientX, y: one.y + event.clientY - last.clientY}));
  };
  const up = (event) => {
    const state = live.current, start = state.start;
    state.pointers.delete(event.pointerId); state.spread = null; state.start = null;
    if (!start || event.type !== "pointerup" || compares === "slider" || !fits || event.pointerType === "mouse") return;
    const x = event.clientX - start.clientX, y = event.clientY - start.clientY;
    if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
  };
  const moves = {transform: "translate(" + view.x + "px," + view.y + "px) scale(" + view.zoom + ")"}, fill = "absolute inset-0 size-full select-none ", cover = compares === "beside" ? "object-contain" : "object-cover";
  const shape = {aspectRatio: width + " / " + height, width: "min(100cqw, calc(100cqh * " + width / height + "))"};
  // The thumbnail is there first, and as a rule the history has it already.
  const image = jsx(Fragment, {key: id}, loaded !== id && jsx("img", {src: picture.thumb, alt: "", draggable: false, className: fill + cover}), jsx("img", {onLoad: () => setLoaded(id), src: sharp ? "/media/" + id + "/original" : picture.preview, alt: picture.alt, width, height, draggable: false, className: fill + cover}));
  const slides = compares === "slider" && !peeks;  // what is held shows all of the source
  const source = jsx("img", {src: base, alt: base === before ? "The source of this picture" : "The source that is compared with", draggable: false, className: fill + cover, style: slides ? {clipPath: "inset(0 " + (100 - at) + "% 0 0)"} : {}});
  const control = "inline-flex h-9 min-w-9 max-lg:h-11 max-lg:min-w-11 cursor-pointer items-center justify-center gap-1.5 rounded-control px-2 text-sm whitespace-nowrap text-ink hover:bg-raised aria-pressed:bg-raised aria-pressed:text-accent-text aria-expanded:bg-raised aria-expanded:text-accent-text";
  const bar = "flex max-w-full flex-wrap rounded-control border border-line bg-surface shadow-raised";
  const press = (name, label) => jsx("button", {type: "button", "aria-pressed": compares === name, onClick: () => setMode(name), className: control}, label);
  const named = (name) => jsx("span", {className: "pointer-events-none absolute bottom-2 left-2 rounded-control bg-surface px-2 py-1 text-xs text-ink shadow-raised"}, name);
  const cell = "py-1.5 pr-3 text-left align-top font-normal break-words ";
  const table = () => jsx("table", {className: "w-full text-xs"},
    jsx("thead", null, jsx("tr", null, jsx("td"), ["Source", "Result"].map((name) => jsx("th", {key: name, scope: "col", className: cell + "w-2/5 text-muted"}, name)))),
    jsx("tbody", null, differs.map((one) => jsx("tr", {key: one.label, className: "border-t border-line"},
      jsx("th", {scope: "row", className: cell + "text-muted"}, one.label), [one.before, one.after].map((value, index) => jsx("td", {key: index, className: cell + "tabular-nums"}, value))))));
  return jsx("div", {...props, ref: frame, "data-viewer": "", onPointerDown: down, onPointerMove: moved, onPointerUp: up, onPointerCancel: up,
      onDoubleClick: (event) => { if (!event.target.closest("[data-control]")) toggle(...middle(event)); },
      style: {touchAction: fits && compares !== "slider" ? "pan-y" : "none", cursor: compares === "slider" ? "ew-resize" : fits ? "zoom-in" : "grab"}},
    compares === "beside"
      ? jsx("div", {ref: box, className: "grid size-full gap-2 [@container(orientation:portrait)]:grid-rows-2 [@container(orientation:landscape)]:grid-cols-2"},
          [source, image].map((one, index) =>
            jsx("div", {key: index, className: "relative overflow-hidden rounded-control bg-raised"}, jsx("div", {className: "absolute inset-0", style: moves}, one),
              named(index ? "Result" : "Source"))))
      : jsx("div", {ref: box, className: boxClass, style: {...shape, ...moves}}, image, (slides || peeks) && source,
          slides && jsx("span", {"aria-hidden": true, className: "pointer-events-none absolute inset-y-0 -ml-px w-0.5 bg-white shadow-float", style: {left: at + "%"}},
            jsx("span", {className: "absolute top-1/2 left-1/2 grid size-10 -translate-1/2 place-items-center rounded-full bg-white text-black shadow-float", style: {scale: String(1 / view.zoom)}}, "⇆"))),
    peeks && named("Source"),
    compares === "slider" && jsx("input", {type: "range", "data-control": "", min: 0, max: 100, value: at, "aria-label": "Divider between source and result", onChange: (event) => setAt(+event.target.value),
      className: "absolute inset-x-8 bottom-1 h-8 cursor-ew-resize opacity-0 focus-visible:opacity-100"}),
    jsx("div", {"data-control": "", className: "pointer-events-none absolute inset-x-2 top-2 flex flex-wrap gap-2 *:pointer-events-auto"},
      base && jsx("div", {className: bar, role: "group", "aria-label": "Before and after"},
        jsx("button", {type: "button", "data-key": "c", "aria-pressed": compares !== "", onClick: () => { setHeld(before); setMode(compares ? "" : "slider"); }, className: control, title: "Compare with the source (C)"}, jsx(LucideColumns2, {size: 16}), jsx("span", {className: "max-lg:sr-only"}, "Compare")),
        compares !== "" && press("slider", "Slider"), compares !== "" && press("beside", "Side by side"),
        compares !== "" && base === before && jsx("button", {type: "button", "aria-expanded": lists, onClick: () => setLists(!lists), className: control, title: "Settings that differ between source and result"}, jsx(LucideDiff, {size: 16}), jsx("span", {className: "max-xl:sr-only"}, "Settings")),
        compares !== "beside" && jsx("button", {type: "button", "aria-label": "Hold to see the source", "aria-pressed": peeks, title: "Hold to see the source", className: control, onPointerDown: () => setPeeks(true), onPointerUp: () => setPeeks(false), onPointerLeave: () => setPeeks(false),
          onKeyDown: (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); setPeeks(true); } }, onKeyUp: () => setPeeks(false), onBlur: () => setPeeks(false), onContextMenu: (event) => event.preventDefault()}, jsx(LucideEye, {size: 16}))),
      compares !== "" && lists && base === before && jsx("section", {"aria-label": "Settings that differ", tabIndex: 0, "data-scrolls": "", className: "max-h-[min(20rem,60cqh)] max-w-[28rem] basis-full overflow-y-auto overscroll-contain rounded-control border border-line bg-surface px-3 py-1.5 text-ink shadow-float"},
        differs.length ? table() : jsx("p", {className: "py-1 text-sm"}, "Nothing differs: all settings are the same."))),
    jsx("div", {"data-control": "", role: "group", "aria-label": "Zoom", className: bar + " absolute right-2 bottom-2 max-lg:hidden"},
      jsx("button", {type: "button", "aria-label": "Zoom out", title: "Zoom out", className: control, onClick: () => zoomTo((old) => old / 1.4)}, jsx(LucideMinus, {size: 16})),
      jsx("button", {type: "button", title: "Fit or full size (Z)", className: control + " min-w-14 tabular-nums", onClick: () => toggle()}, fits ? "Fit" : Math.round(100 * view.zoom / real()) + " %"),
      jsx("button", {type: "button", "aria-label": "Zoom in", title: "Zoom in", className: control, onClick: () => zoomTo((old) => old * 1.4)}, jsx(LucidePlus, {size: 16}))));
}"""


class Viewer(rx.Component):
    """One result; `before` is the address of its source's preview, or empty."""

    tag = "KxViewer"
    picture: rx.Var[Any]
    before: rx.Var[str]
    differs: rx.Var[Any]  # settings, source against result
    box_class: rx.Var[str]
    on_step: rx.EventHandler[rx.event.passthrough_event_spec(int)]  # 1: the next in the history, which is older

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        return {
            "react": ["Fragment", "useEffect", "useLayoutEffect", "useRef", "useState"],
            **icon_imports("columns-2", "diff", "eye", "minus", "plus"),
        }

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


viewer = Viewer.create
