"""How a finger selects in the library's grid: a long press begins, drawing it on takes in what lies between."""

# Once one selects a swipe to the side begins as well. The first finger that begins keeps the page from
# scrolling; near the upper and lower edge the page moves by itself. What was taken in too far goes out again.
CODE = """
const KX_HOLD = 450, KX_EDGE = 130;
function useKxSwipe(box, live) {
  useEffect(() => {
    const grid = box.current;
    let timer = 0, start = null, drag = null, frame = 0;
    const tileAt = (x, y) => {
      const tile = document.elementFromPoint(x, y)?.closest?.("[role=gridcell]")?.querySelector("[data-at]");
      return tile && grid.contains(tile) ? Number(tile.dataset.at) : -1;
    };
    const was = (item) => drag.base.all !== drag.base.ids.has(item.id);
    const show = () => {
      const ids = new Set(drag.base.ids), [from, to] = [Math.min(drag.first, drag.last), Math.max(drag.first, drag.last)];
      for (const item of live.current.items.slice(from, to + 1)) if (item) drag.base.all ? ids.delete(item.id) : ids.add(item.id);
      live.current.choose({all: drag.base.all, ids});
    };
    const begin = (at) => {
      const {items, chosen, onToggle, onAnchor} = live.current;
      if (!items[at]) return;
      drag = {first: at, last: at, low: at, high: at, base: chosen};
      if (!was(items[at])) onToggle?.(items[at].id, true);
      onAnchor(at); show(); navigator.vibrate?.(10); follow();
    };
    const reach = (x, y) => {
      drag.x = x; drag.y = y;
      const at = tileAt(x, y), {items, onRange} = live.current;
      if (!items[at] || at === drag.last) return;
      drag.last = at; show();
      if (at < drag.low || at > drag.high) {
        drag.low = Math.min(drag.low, at); drag.high = Math.max(drag.high, at);
        onRange?.(items[drag.low].id, items[drag.high].id);
      }
    };
    const follow = () => {
      if (!drag) return;
      const up = drag.y < KX_EDGE, down = drag.y > window.innerHeight - KX_EDGE;
      if (up || down) { window.scrollBy(0, up ? -9 : 9); reach(drag.x, drag.y); }
      frame = requestAnimationFrame(follow);
    };
    const end = () => {
      clearTimeout(timer); cancelAnimationFrame(frame);
      if (drag) {
        const [from, to] = [Math.min(drag.first, drag.last), Math.max(drag.first, drag.last)];
        live.current.items.slice(drag.low, drag.high + 1).forEach((item, n) => {
          const at = drag.low + n;
          if (item && (at < from || at > to) && !was(item)) live.current.onToggle?.(item.id, false);
        });
      }
      start = drag = null;
    };
    const down = (event) => {
      end();
      const [touch] = event.touches, at = event.touches.length === 1 ? tileAt(touch.clientX, touch.clientY) : -1;
      if (at < 0) return;
      start = {x: touch.clientX, y: touch.clientY, at};
      timer = setTimeout(() => begin(at), KX_HOLD);
    };
    const moved = (event) => {
      const [touch] = event.touches;
      if (drag) { event.preventDefault(); return reach(touch.clientX, touch.clientY); }
      if (!start) return;
      const x = Math.abs(touch.clientX - start.x), y = Math.abs(touch.clientY - start.y);
      if (live.current.selecting && x > 12 && x > 1.5 * y) { event.preventDefault(); clearTimeout(timer); begin(start.at); reach(touch.clientX, touch.clientY); }
      else if (x > 8 || y > 8) { clearTimeout(timer); if (y > x) start = null; }
    };
    const up = (event) => { if (drag) event.preventDefault(); end(); };  // it was no click
    const menu = (event) => { if (drag || start) event.preventDefault(); };
    const heard = {touchstart: down, touchmove: moved, touchend: up, touchcancel: end, contextmenu: menu};
    for (const [name, hear] of Object.entries(heard)) grid.addEventListener(name, hear, {passive: name === "touchstart"});
    return () => { end(); for (const [name, hear] of Object.entries(heard)) grid.removeEventListener(name, hear); };
  }, []);
}
"""
