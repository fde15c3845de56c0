"""A question that has to be answered first: the browser's own modal dialog, with its focus trap and its Escape key."""

from __future__ import annotations

import reflex as rx

_CODE = """
function KxQuestion({open, onDismiss, children, ref: _ref, ...props}) {
  const dialog = useRef(null);
  useEffect(() => {
    if (open && !dialog.current.open) dialog.current.showModal();
    if (!open && dialog.current.open) dialog.current.close();
  }, [open]);
  const outside = (event) => { if (event.target === dialog.current) onDismiss?.(); };
  return jsx("dialog", {...props, ref: dialog, onClick: outside, onCancel: (event) => { event.preventDefault(); onDismiss?.(); }}, children);
}"""


class Question(rx.Component):
    """Open or closed as the State says; Escape and a click beside it dismiss it. Focus returns to where it was."""

    tag = "KxQuestion"
    open: rx.Var[bool]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


question = Question.create
