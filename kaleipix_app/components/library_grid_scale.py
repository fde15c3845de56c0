"""Where in the library one is while it moves fast: the month, and a handle for fingers, which cannot take the page's bar."""

# The month is told once more than half a screen goes by between two frames, or while the handle is held. Screen readers
# have the dates of the rows and the keys Home and End, so all of it is hidden from them. It has one width and moves by
# its transform: neither is a shift of the layout.
CODE = """
const KX_ABOVE = 64, KX_BELOW = 140, KX_HANDLE = 48;
const kxMonthName = new Intl.DateTimeFormat("en-GB", {month: "long", year: "numeric"});
const kxRoom = () => document.documentElement.scrollHeight - window.innerHeight;
function KxScale({layout, top, isLong}) {
  const [moves, setMoves] = useState(""), [held, setHeld] = useState(false), last = useRef(0);
  useEffect(() => {
    let timer = 0;
    last.current = window.scrollY;
    const moved = () => {
      const far = Math.abs(window.scrollY - last.current) > window.innerHeight / 2;
      last.current = window.scrollY;
      setMoves((old) => far || old === "far" ? "far" : "near");
      clearTimeout(timer); timer = setTimeout(() => setMoves(""), 1200);
    };
    window.addEventListener("scroll", moved, {passive: true});
    return () => { clearTimeout(timer); window.removeEventListener("scroll", moved); };
  }, []);
  if (!isLong) return null;
  const track = window.innerHeight - KX_ABOVE - KX_BELOW - KX_HANDLE, at = KX_ABOVE + track * Math.min(1, Math.max(0, window.scrollY / Math.max(1, kxRoom())));
  const day = (layout.blocks.find((one) => one.top + one.height > top) ?? layout.blocks[layout.blocks.length - 1])?.day;
  const drag = (event) => { if (held) window.scrollTo(0, kxRoom() * Math.min(1, Math.max(0, (event.clientY - KX_ABOVE - KX_HANDLE / 2) / track))); };
  const shows = (on) => on ? "opacity-100" : "pointer-events-none opacity-0";
  return jsx("div", {"aria-hidden": true, "data-scale": "", className: "pointer-events-none fixed top-0 right-2 z-20 flex items-center gap-2", style: {transform: "translateY(" + at + "px)", height: KX_HANDLE}},
    jsx("span", {className: "w-40 rounded-full border border-edge bg-surface px-3 py-1 text-center text-sm font-medium whitespace-nowrap text-ink shadow-float transition-opacity " + shows(held || moves === "far")}, day && kxMonthName.format(kxDate(day))),
    jsx("span", {onPointerDown: (event) => { event.currentTarget.setPointerCapture(event.pointerId); setHeld(true); }, onPointerMove: drag, onPointerUp: () => setHeld(false), onPointerCancel: () => setHeld(false),
      className: "hidden w-11 touch-none place-items-center rounded-full border border-edge bg-surface text-ink shadow-float transition-opacity pointer-coarse:grid " + (held || moves ? "pointer-events-auto opacity-100" : "opacity-0"), style: {height: KX_HANDLE}}, "↕"));
}
"""
