"""The browser's half of the library's grid."""

from kaleipix_app.components.library_grid_list import CODE as LIST
from kaleipix_app.components.library_grid_scale import CODE as SCALE
from kaleipix_app.components.library_grid_touch import CODE as TOUCH

# Rows have known heights, so that what is on the screen follows from the scroll position alone. The row of the tile
# that the keyboard is on always stays in the document, or the focus would be lost.
_KEPT = """
// What the list was when its page was left, for whoever comes back to it by Back: the same list at the same place.
let kxKept = null, kxCameBack = false;
if (typeof window !== "undefined") window.addEventListener("popstate", () => { kxCameBack = true; setTimeout(() => { kxCameBack = false; }, 3000); }, true);
const kxAddress = () => window.location.pathname + window.location.search;
const kxIsTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
"""

_GRID = """
function KxLibraryGrid({page, found, days, change, cleared, everything, selected, picking, onFill, onDays, onZone, onOpen, onFavourite, onDelete, onToggle, onRange, onAll, onNone, ref: _ref, ...props}) {
  const box = useRef(null), known = useRef({version: -1, days: 0, top: null, asked: null, surveyed: ""}), live = useRef({}), ranges = useRef([]);
  const kept = useRef(null), place = useRef({top: 0, address: ""});
  const [list, setList] = useState({days: [], items: [], isWhole: false, change: 0}), [width, setWidth] = useState(0), [view, setView] = useState([0, 1200]);
  const [active, setActive] = useState(0), [anchor, setAnchor] = useState(-1), focusNext = useRef(false);
  const [chosen, setMarks] = useState({all: false, ids: new Set()});
  const setChosen = (next) => { if (typeof next !== "function") ranges.current = []; setMarks(next); };
  const isChosen = (id) => chosen.all !== chosen.ids.has(id), any = chosen.all || chosen.ids.size > 0, selecting = any || picking;
  // The marks are of one list. What is not marked here any more is not selected there either.
  const forget = () => { setAnchor(-1); setChosen({all: false, ids: new Set()}); if (selected) onNone?.(); };
  const {items} = list, layout = useMemo(() => kxLayout(list.days, width), [list.days, width]);

  useEffect(() => { onZone?.(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC"); }, []);
  useEffect(() => {
    const now = known.current;
    const start = (top) => { known.current = {version: page.version, days: days.version, top, asked: null, surveyed: ""}; };
    const whole = () => setList({days: kxDaysOf(page.items), items: page.items, isWhole: page.ended, change: change.version});
    if (now.version < 0 && kxCameBack && kxKept?.address === kxAddress()) {
      kept.current = kxKept; place.current = {...kxKept};
      start(null);
      forget();
      setList({...kxKept.list, change: change.version});
    } else if (page.version !== now.version) {
      if (page.place !== "") return;
      const again = page.opened && place.current.address === kxAddress() && place.current.list?.items.length;
      if (!again || page.version < now.version) forget();  // smaller: the server has begun anew
      start(again && !page.ended ? page.items : null);
      if (!again) { whole(); setActive(0); }
      else if (page.ended) whole();
      else setList((old) => ({...old, change: change.version}));
    } else if (page.place !== "" && page.place === now.asked?.place) {
      const {day, skip} = now.asked;
      now.asked = null;
      setList((old) => kxFilled(old, day, skip, page.items));
      const within = page.items.filter((one) => ranges.current.some(([low, high]) => low <= one.id && one.id <= high));
      if (within.length) setChosen((old) => { const ids = new Set(old.ids); for (const one of within) old.all ? ids.delete(one.id) : ids.add(one.id); return {...old, ids}; });
    }
  }, [page]);
  useEffect(() => {
    if (known.current.version >= 0) setList((old) => old.change === change.version ? old : {...kxChanged(old, change, page.oldest), change: change.version});
  }, [change]);
  useEffect(() => {
    const now = known.current, {top} = now;
    if (days.version === now.days || days.page !== now.version) return;
    now.days = days.version; now.top = null;
    setList((old) => kxReconciled(old, kxDaysRead(days.text, page.oldest), top ?? []));
  }, [days]);
  useEffect(() => { setChosen({all: false, ids: new Set()}); setAnchor(-1); }, [cleared]);
  useEffect(() => { if (everything) setChosen((old) => old.all ? old : {all: true, ids: new Set()}); }, [everything]);

  useLayoutEffect(() => {
    if (!kept.current || kept.current.isBack || !items.length || !width) return;
    kept.current.isBack = true;
    window.scrollTo(0, kept.current.top);
  }, [items, width]);
  useEffect(() => { Object.assign(place.current, {list, address: kxAddress()}); }, [list]);
  useLayoutEffect(() => () => { kxKept = place.current; }, []);
  useLayoutEffect(() => {
    const measure = () => {
      const frame = box.current?.getBoundingClientRect();
      if (!frame) return;
      setWidth(Math.floor(frame.width));
      if (place.current.address === kxAddress()) place.current.top = window.scrollY;  // not while the page is being left
      const from = Math.floor((-frame.top - KX_OVER) / 100) * 100;  // in steps: not every pixel is a new view
      setView((old) => old[0] === from && old[1] === window.innerHeight ? old : [from, window.innerHeight]);
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    window.addEventListener("scroll", measure, {passive: true});
    window.addEventListener("resize", measure);
    return () => { watch.disconnect(); window.removeEventListener("scroll", measure); window.removeEventListener("resize", measure); };
  }, []);
  const bottom = view[0] + view[1] + 2 * KX_OVER + 100;
  useEffect(() => {
    const now = known.current, differs = now.top || !list.isWhole || found !== items.length;
    const state = [page.version, change.version, found].join();  // asked once for each
    if (now.version < 0 || !differs || list.change !== change.version || now.surveyed === state) return;
    now.surveyed = state;
    onDays?.();
  }, [list, found]);
  useEffect(() => {
    const now = known.current;
    if (!list.isWhole || !width || (now.asked && Date.now() - now.asked.since < 5000)) return;
    const wanted = kxWanted(items, layout, view[0] + KX_OVER, view[0] + KX_OVER + view[1] + 100);
    if (!wanted) return;
    now.asked = {...wanted, place: wanted.day + " " + wanted.skip, since: Date.now()};
    onFill?.(wanted.day, wanted.skip);
  }, [list, layout, view]);

  const toggle = (id) => {
    onToggle?.(id, !isChosen(id));
    setChosen((old) => { const ids = new Set(old.ids); if (!ids.delete(id)) ids.add(id); return {...old, ids}; });
  };
  const range = (low, high) => { ranges.current.push([low, high].sort()); onRange?.(low, high); };
  const pick = (at, event) => {
    if (!items[at]) return;
    if (event?.shiftKey && anchor >= 0 && items[anchor]) {
      const [from, to] = [Math.min(anchor, at), Math.max(anchor, at)];
      setChosen((old) => {
        const ids = new Set(old.ids);
        for (const one of items.slice(from, to + 1)) if (one) old.all ? ids.delete(one.id) : ids.add(one.id);
        return {...old, ids};
      });
      range(items[from].id, items[to].id);
    } else { toggle(items[at].id); setAnchor(at); }
  };
  const clicked = (at, event) => {
    setActive(at);
    if (event.shiftKey || event.metaKey || event.ctrlKey || selecting) pick(at, event); else if (items[at]) onOpen?.(items[at].id);
  };
  const move = (at) => { focusNext.current = true; setActive(Math.max(0, Math.min(items.length - 1, at))); };
  const vertical = (step) => {
    const block = kxBlockOf(layout, active), {columns} = layout;
    if (!block) return;
    const line = Math.floor((active - block.from) / columns) + step, next = layout.blocks[layout.blocks.indexOf(block) + step];
    const there = 0 <= line && line < block.lines ? kxLine(layout, block, line) : next && kxLine(layout, next, step > 0 ? 0 : next.lines - 1);
    if (there) move(Math.min(there.to - 1, there.from + (active - block.from) % columns));
  };
  const keyed = (event) => {
    const mod = event.ctrlKey || event.metaKey, key = event.key;
    if (event.defaultPrevented || kxIsTyping(event.target)) return;
    const inside = box.current?.contains(event.target), at = items[active]?.id;
    const act = (run) => { event.preventDefault(); if (!event.repeat || key.startsWith("Arrow")) run(); };  // held: pressed once
    if (mod && key.toLowerCase() === "a" && !event.shiftKey) return act(() => { setChosen({all: true, ids: new Set()}); onAll?.(); });
    if (mod || event.altKey) return;
    if (key === "Escape" && any) return act(() => { setChosen({all: false, ids: new Set()}); onNone?.(); });
    if (key === "Delete" && (any || (inside && at))) return act(() => onDelete?.(any ? "" : at));
    if (!inside) return;
    if (key === "." && at) return act(() => onFavourite?.(at));
    if (key === " ") return act(() => pick(active, event));
    if (key === "ArrowRight") return act(() => move(active + 1));
    if (key === "ArrowLeft") return act(() => move(active - 1));
    if (key === "ArrowDown") return act(() => vertical(1));
    if (key === "ArrowUp") return act(() => vertical(-1));
    if (key === "Home") return act(() => move(0));
    if (key === "End") return act(() => move(items.length - 1));
  };
  live.current.keyed = keyed;
  useEffect(() => {
    const listen = (event) => live.current.keyed(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    const tile = box.current?.querySelector('[data-at="' + active + '"]');
    tile?.focus({preventScroll: true});
    tile?.scrollIntoView({block: "nearest"});
  }, [active]);

  Object.assign(live.current, {items, chosen, selecting, choose: setMarks, onToggle, onRange: range, onAnchor: setAnchor});
  useKxSwipe(box, live);
  // Until one selects: seen under a pointer or at the keyboard's tile, and never under a finger that cannot see it.
  const hidden = "opacity-0 [@media(hover:none)]:pointer-events-none group-hover:opacity-100 group-has-[:focus-visible]:pointer-events-auto group-has-[:focus-visible]:opacity-100";
  const tile = (item, at) => jsx("div", {key: at, role: "gridcell", "aria-selected": isChosen(item.id), className: "group relative", style: {width: layout.size, height: layout.size}},
    jsx("button", {type: "button", "data-at": at, tabIndex: at === active ? 0 : -1, onFocus: () => setActive(at),
      onClick: (event) => clicked(at, event), style: {WebkitTouchCallout: "none"},
      className: "block size-full overflow-hidden rounded-control bg-raised cursor-pointer select-none " + (isChosen(item.id) ? "p-2" : "")},
      jsx("img", {key: item.id, src: "/media/" + item.id + "/thumb", alt: item.alt, width: 320, height: 320, decoding: "async", draggable: false,
        className: "size-full rounded-control object-cover"})),
    jsx("button", {type: "button", role: "checkbox", tabIndex: -1, "aria-checked": isChosen(item.id), "aria-label": "Select: " + item.alt, onClick: (event) => { setActive(at); pick(at, event); },
      className: "absolute left-1.5 top-1.5 grid size-7 place-items-center rounded-full border text-sm font-bold shadow-raised cursor-pointer "
        + (isChosen(item.id) ? "border-transparent bg-accent text-accent-ink" : "border-edge bg-surface text-transparent hover:text-ink " + (selecting ? "" : hidden))}, "✓"),
    item.favourite && jsx("span", {className: "pointer-events-none absolute bottom-1.5 right-1.5 grid size-7 place-items-center rounded-full bg-surface text-accent-text shadow-raised"},
      jsx("span", {"aria-hidden": true}, "★"), jsx("span", {className: "sr-only"}, "Favourite")));
  const hole = (at) => jsx("div", {key: at, role: "gridcell", style: {width: layout.size, height: layout.size}},
    jsx("button", {type: "button", "data-at": at, tabIndex: at === active ? 0 : -1, onFocus: () => setActive(at), "aria-label": "Loading",
      className: "block size-full rounded-control bg-raised " + (items[at] === null ? "" : "animate-breathe")}));
  const rows = kxRowsIn(layout, view[0], bottom), on = kxBlockOf(layout, active), its = on && kxLine(layout, on, Math.floor((active - on.from) / layout.columns));
  if (its && !rows.some((row) => row.row === its.row)) rows.push(its);
  return jsx("div", {...props, ref: box, role: "grid", "aria-multiselectable": true, "aria-rowcount": list.isWhole ? layout.rows : -1, style: {position: "relative", touchAction: "pan-y pinch-zoom", height: layout.height}},
    jsx(KxScale, {key: "scale", layout, top: view[0] + KX_OVER + 60, isLong: list.isWhole && layout.height > 4 * view[1]}),
    rows.map((row) => jsx("div", {key: row.day ?? "r" + row.from, role: "row", "aria-rowindex": row.row, className: "absolute inset-x-0 flex", style: {top: row.top, height: row.height, gap: KX_GAP}},
      row.day ? jsx("div", {role: "gridcell", className: "flex items-end pb-2"}, jsx("h2", {className: "text-sm font-semibold text-muted"}, kxDayName.format(kxDate(row.day))))
        : Array.from({length: row.to - row.from}, (_, n) => items[row.from + n] ? tile(items[row.from + n], row.from + n) : hole(row.from + n)))));
}"""

CODE = LIST + SCALE + _KEPT + TOUCH + _GRID
