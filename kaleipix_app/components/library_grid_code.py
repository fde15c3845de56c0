"""The browser's half of the library's grid."""

from kaleipix_app.components.library_grid_touch import CODE as TOUCH

# Rows have known heights, so that what is on the screen follows from the scroll position alone. The row of the tile
# that the keyboard is on always stays in the document, or the focus would be lost. Ids sort by time.
_LAYOUT = """
const KX_GAP = 8, KX_DAY = 52, KX_OVER = 500, KX_AHEAD = 1600;
const kxDay = new Intl.DateTimeFormat("en-GB", {weekday: "long", day: "numeric", month: "long", year: "numeric"});
function kxColumns(width) { return width < 600 ? 3 : Math.max(4, Math.floor((width + KX_GAP) / (190 + KX_GAP))); }
function kxRows(items, width) {
  const columns = kxColumns(width), size = Math.floor((width - (columns - 1) * KX_GAP) / columns), rows = [];
  let top = 0, day = "", from = 0;
  items.forEach((item, at) => {
    const date = new Date(item.at).toDateString();
    if (date !== day) {
      day = date; from = at;
      rows.push({day: kxDay.format(item.at), top, height: KX_DAY}); top += KX_DAY;
    }
    if ((at - from) % columns === 0) { rows.push({from: at, to: at + 1, top, height: size}); top += size + KX_GAP; }
    else rows[rows.length - 1].to = at + 1;
  });
  return {rows, columns, size, height: top};
}
function kxMerged(items, change, oldest) {
  const gone = new Set(change.removed), put = new Map(change.put.map((one) => [one.id, one]));
  const kept = items.filter((one) => !gone.has(one.id)).map((one) => { const other = put.get(one.id); put.delete(one.id); return other ?? one; });
  const before = (a, b) => oldest ? a.id < b.id : a.id > b.id;
  for (const one of put.values()) {
    const at = kept.findIndex((other) => before(one, other));
    kept.splice(at < 0 ? kept.length : at, 0, one);
  }
  return kept;
}
// What the list was when its page was left, for whoever comes back to it by Back: the same list at the same place.
let kxKept = null, kxCameBack = false;
if (typeof window !== "undefined") window.addEventListener("popstate", () => { kxCameBack = true; setTimeout(() => { kxCameBack = false; }, 500); }, true);
const kxAddress = () => window.location.pathname + window.location.search;
function kxRestored(kept, page, found) {
  const last = page.items[page.items.length - 1], at = last ? kept.items.findIndex((one) => one.id === last.id) : -1;
  const added = page.items.length - (at + 1);
  return at >= 0 && (found > 10000 || found - kept.found === added) ? [...page.items, ...kept.items.slice(at + 1)] : null;  // no more than that are counted
}
const kxIsTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
"""

_GRID = """
function KxLibraryGrid({page, found, change, cleared, everything, onMore, onZone, onOpen, onFavourite, onDelete, onToggle, onRange, onAll, onNone, ref: _ref, ...props}) {
  const box = useRef(null), known = useRef({version: -1, change: 0, asked: null}), live = useRef({});
  const kept = useRef(null), place = useRef({top: 0, address: ""});
  const [items, setItems] = useState([]), [ended, setEnded] = useState(false), [width, setWidth] = useState(0), [view, setView] = useState([0, 1200]);
  const [active, setActive] = useState(0), [anchor, setAnchor] = useState(-1), focusNext = useRef(false);
  const [chosen, setChosen] = useState({all: false, ids: new Set()});
  const isChosen = (id) => chosen.all !== chosen.ids.has(id), any = chosen.all || chosen.ids.size > 0;
  const layout = useMemo(() => kxRows(items, width), [items, width]);

  useEffect(() => { onZone?.(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC"); }, []);
  useEffect(() => {
    const now = known.current, first = now.version < 0;
    if (first && kxCameBack && kxKept?.address === kxAddress()) {
      kept.current = kxKept; place.current = {...kxKept};
      known.current = {version: page.version, change: change.version, asked: null};
      setItems(kxKept.items); setEnded(kxKept.ended);
    } else if (page.version !== now.version) {
      if (page.after !== "") return;
      const again = page.opened && place.current.address === kxAddress() && kxRestored(place.current, page, found);
      known.current = {version: page.version, change: change.version, asked: null};
      if (again) { setItems(again); return; }
      setItems(page.items); setEnded(page.ended); setActive(0); setAnchor(-1); setChosen({all: false, ids: new Set()});
    } else if (page.after !== "" && page.after === now.asked) {
      now.asked = null;
      setItems((all) => { const there = new Set(all.map((one) => one.id)); return [...all, ...page.items.filter((one) => !there.has(one.id))]; });
      setEnded(page.ended);
    }
  }, [page]);
  useEffect(() => {
    if (change.version === known.current.change) return;
    known.current.change = change.version;
    setItems((all) => kxMerged(all, change, page.oldest));
  }, [change]);
  useEffect(() => { setChosen({all: false, ids: new Set()}); setAnchor(-1); }, [cleared]);
  useEffect(() => { if (everything) setChosen((old) => old.all ? old : {all: true, ids: new Set()}); }, [everything]);

  useLayoutEffect(() => {
    if (!kept.current || kept.current.isBack || !items.length || !width) return;
    kept.current.isBack = true;
    window.scrollTo(0, kept.current.top);
  }, [items, width]);
  useEffect(() => { Object.assign(place.current, {items, ended, found, address: kxAddress()}); }, [items, ended, found]);
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
    const last = items[items.length - 1];
    if (!ended && last && known.current.asked !== last.id && bottom + KX_AHEAD > layout.height) {
      known.current.asked = last.id;
      onMore?.(last.id);
    }
  }, [items, ended, bottom, layout.height]);

  const toggle = (id) => {
    onToggle?.(id, !isChosen(id));
    setChosen((old) => { const ids = new Set(old.ids); if (!ids.delete(id)) ids.add(id); return {...old, ids}; });
  };
  const pick = (at, event) => {
    if (event?.shiftKey && anchor >= 0 && items[anchor]) {
      const [from, to] = [Math.min(anchor, at), Math.max(anchor, at)];
      setChosen((old) => {
        const ids = new Set(old.ids);
        for (const one of items.slice(from, to + 1)) old.all ? ids.delete(one.id) : ids.add(one.id);
        return {...old, ids};
      });
      onRange?.(items[from].id, items[to].id);
    } else { toggle(items[at].id); setAnchor(at); }
  };
  const clicked = (at, event) => {
    setActive(at);
    if (event.shiftKey || event.metaKey || event.ctrlKey || any) pick(at, event); else onOpen?.(items[at].id);
  };
  const move = (at) => { focusNext.current = true; setActive(Math.max(0, Math.min(items.length - 1, at))); };
  const rowOf = (at) => layout.rows.findIndex((row) => row.to !== undefined && row.from <= at && at < row.to);
  const vertical = (step) => {
    let row = rowOf(active) + step;
    while (layout.rows[row]?.day) row += step;
    const there = layout.rows[row];
    if (there) move(Math.min(there.to - 1, there.from + (active - layout.rows[rowOf(active)].from)));
  };
  const keyed = (event) => {
    const mod = event.ctrlKey || event.metaKey, key = event.key;
    if (event.defaultPrevented || kxIsTyping(event.target)) return;
    const inside = box.current?.contains(event.target), at = items[active]?.id;
    const act = (run) => { event.preventDefault(); run(); };
    if (mod && key.toLowerCase() === "a" && !event.shiftKey) return act(() => { setChosen({all: true, ids: new Set()}); onAll?.(); });
    if (mod || event.altKey) return;
    if (key === "Escape" && any) return act(() => { setChosen({all: false, ids: new Set()}); onNone?.(); });
    if (key === "Delete" && (any || (inside && at))) return act(() => onDelete?.(any ? "" : at));
    if (!inside || !at) return;
    if (key === ".") return act(() => onFavourite?.(at));
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

  Object.assign(live.current, {items, chosen, any, choose: setChosen, onToggle, onRange, onAnchor: setAnchor});
  useKxSwipe(box, live);
  const tile = (item, at) => jsx("div", {key: item.id, role: "gridcell", "aria-selected": isChosen(item.id), className: "group relative", style: {width: layout.size, height: layout.size}},
    jsx("button", {type: "button", "data-at": at, tabIndex: at === active ? 0 : -1, onFocus: () => setActive(at),
      onClick: (event) => clicked(at, event), style: {WebkitTouchCallout: "none"},
      className: "block size-full overflow-hidden rounded-control bg-raised cursor-pointer select-none " + (isChosen(item.id) ? "p-2" : "")},
      jsx("img", {src: "/media/" + item.id + "/thumb", alt: item.alt, width: 320, height: 320, decoding: "async", draggable: false,
        className: "size-full rounded-control object-cover"})),
    jsx("button", {type: "button", role: "checkbox", tabIndex: -1, "aria-checked": isChosen(item.id), "aria-label": "Select: " + item.alt, onClick: (event) => { setActive(at); pick(at, event); },
      className: "absolute left-1.5 top-1.5 grid size-7 place-items-center rounded-full border text-sm font-bold shadow-raised cursor-pointer focus-visible:opacity-100 "
        + (isChosen(item.id) ? "border-transparent bg-accent text-accent-ink" : "border-edge bg-surface text-transparent opacity-0 hover:text-ink group-hover:opacity-100 group-focus-within:opacity-100 " + (any ? "opacity-100" : ""))}, "✓"),
    item.favourite && jsx("span", {className: "pointer-events-none absolute bottom-1.5 right-1.5 grid size-7 place-items-center rounded-full bg-surface text-accent-text shadow-raised"},
      jsx("span", {"aria-hidden": true}, "★"), jsx("span", {className: "sr-only"}, "Favourite")));
  const shown = layout.rows.map((row, index) => [row, index]).filter(([row]) => (row.top + row.height > view[0] && row.top < bottom) || (row.to !== undefined && row.from <= active && active < row.to));
  return jsx("div", {...props, ref: box, role: "grid", "aria-multiselectable": true, "aria-rowcount": ended ? layout.rows.length : -1, style: {position: "relative", touchAction: "pan-y pinch-zoom", height: layout.height + (ended ? 0 : 160)}},
    shown.map(([row, index]) => jsx("div", {key: row.day ?? "r" + row.from, role: "row", "aria-rowindex": index + 1, className: "absolute inset-x-0 flex", style: {top: row.top, height: row.height, gap: KX_GAP}},
      row.day ? jsx("div", {role: "gridcell", className: "flex items-end pb-2"}, jsx("h2", {className: "text-sm font-semibold text-muted"}, row.day))
        : items.slice(row.from, row.to).map((item, offset) => tile(item, row.from + offset)))),
    !ended && jsx("div", {key: "end" + layout.height, role: "row", className: "absolute inset-x-0 bottom-0 flex h-36 gap-2"},
      jsx("div", {role: "gridcell", className: "w-full animate-breathe rounded-control bg-raised"}, jsx("span", {className: "sr-only"}, "Loading more"))));
}"""

CODE = _LAYOUT + TOUCH + _GRID
