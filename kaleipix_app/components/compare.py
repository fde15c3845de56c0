"""Before and after in one frame, divided by a slider that works with mouse, finger and arrow keys."""

from __future__ import annotations

import reflex as rx

# It works without the server and before hydration it shows half and half.
_CODE = """
function KxCompare({before, after, beforeAlt, afterAlt, width, height, label, ref: _ref, ...props}) {
  const [at, setAt] = useState(50);
  const fill = "absolute inset-0 size-full object-cover select-none";
  return jsx("div", props,
    jsx("img", {src: after, alt: afterAlt, width, height, className: "block w-full h-auto select-none"}),
    jsx("img", {src: before, alt: beforeAlt, width, height, className: fill, style: {clipPath: "inset(0 " + (100 - at) + "% 0 0)"}}),
    jsx("span", {"aria-hidden": true, className: "pointer-events-none absolute inset-y-0 w-0.5 -ml-px bg-white shadow-float", style: {left: at + "%"}},
      jsx("span", {className: "absolute top-1/2 left-1/2 grid size-10 -translate-1/2 place-items-center rounded-full bg-white text-black shadow-float"}, "⇆")),
    jsx("input", {type: "range", min: 0, max: 100, value: at, "aria-label": label, onChange: (event) => setAt(+event.target.value),
      className: "peer absolute inset-0 size-full cursor-ew-resize opacity-0"}),
    jsx("span", {"aria-hidden": true, className: "pointer-events-none absolute inset-0 rounded-[inherit] peer-focus-visible:outline-2 peer-focus-visible:-outline-offset-2 peer-focus-visible:outline-accent-text"}));
}"""


class Compare(rx.Component):
    """Two pictures of the same shape; the range input is the handle."""

    tag = "KxCompare"
    before: rx.Var[str]
    after: rx.Var[str]
    before_alt: rx.Var[str]
    after_alt: rx.Var[str]
    width: rx.Var[int]  # pixels, of both
    height: rx.Var[int]
    label: rx.Var[str]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


compare = Compare.create
