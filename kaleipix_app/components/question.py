"""A question that has to be answered first: the browser's own modal dialog, with its focus trap and its Escape key."""

from __future__ import annotations

import reflex as rx

# It answers somebody who pressed something on this very page. One that is open without that was left open before a
# reload or on the page before: it is dismissed unseen, unless it `lasts`. After a lost connection it is still there.
# With `goesBack` the browser's Back closes it, as people expect of a whole page over another one: an entry of the
# history is laid over that of the page. If it was closed otherwise, the entry stays and the next Back passes over it.
_CODE = """
let kxPressed = "";  // on which page somebody pressed something last
const kxPress = () => { kxPressed = location.pathname; };
function useKxBack(open, wanted, onDismiss) {
  const live = useRef({}), over = useRef("");
  live.current = {open, onDismiss};
  useEffect(() => {
    if (!wanted || !open || history.state?.kxOver) return;
    history.pushState({...history.state, kxOver: true}, "");
    over.current = location.href;
  }, [open]);
  useEffect(() => {
    if (!wanted) return;
    if (history.state?.kxOver) over.current = location.href;
    const popped = (event) => {
      if (event.state?.kxOver) { over.current = location.href; return; }
      if (over.current !== location.href) { over.current = ""; return; }
      over.current = "";
      event.stopImmediatePropagation();  // the page is the same: nothing is to be loaded anew
      if (live.current.open) live.current.onDismiss?.(); else history.back();
    };
    window.addEventListener("popstate", popped, true);
    return () => window.removeEventListener("popstate", popped, true);
  }, []);
}
function KxQuestion({open, onDismiss, goesBack, lasts, children, ref: _ref, ...props}) {
  const dialog = useRef(null);
  useKxBack(open, goesBack, onDismiss);
  useEffect(() => { for (const kind of ["pointerdown", "keydown", "click"]) document.addEventListener(kind, kxPress, true); }, []);
  useEffect(() => {
    const isOld = open && !lasts && kxPressed !== location.pathname;
    if (isOld) onDismiss?.(); else if (open && !dialog.current.open) dialog.current.showModal();
    if (!open && dialog.current.open) dialog.current.close();
  }, [open]);
  const outside = (event) => { if (event.target === dialog.current) onDismiss?.(); };
  return jsx("dialog", {...props, ref: dialog, onClick: outside, onCancel: (event) => { event.preventDefault(); onDismiss?.(); }}, open && children);
}"""


class Question(rx.Component):
    """Open or closed as the State says; Escape and a click beside it dismiss it. Focus returns to where it was.

    What a closed one would show is not in the page: it would cost every load its share of layout.
    """

    tag = "KxQuestion"
    open: rx.Var[bool]
    goes_back: rx.Var[bool] = rx.Var.create(False)
    lasts: rx.Var[bool] = rx.Var.create(False)
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


question = Question.create
