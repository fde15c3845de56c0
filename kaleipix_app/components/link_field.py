"""An address to hand on: a read-only field, a copy button, and on phones the system's share sheet."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme

# The server is not needed for any of it. Without https there is no clipboard: then the address is selected.
_CODE = """
function KxLinkField({address, name, fieldClass, buttonClass, ref: _ref, ...props}) {
  const field = useRef(null), [copied, setCopied] = useState(false), [canSend, setCanSend] = useState(false);
  useEffect(() => { setCanSend(!!navigator.share && matchMedia("(pointer: coarse)").matches); field.current?.focus(); }, []);
  useEffect(() => { if (!copied) return; const timer = setTimeout(() => setCopied(false), 3000); return () => clearTimeout(timer); }, [copied]);
  const shown = (at) => { at.select(); requestAnimationFrame(() => { at.scrollLeft = 0; }); };  // its beginning stays in view
  const copy = async () => {
    shown(field.current);
    try { await navigator.clipboard.writeText(address); setCopied(true); } catch { field.current.focus(); }
  };
  return jsx("div", props,
    jsx("label", {htmlFor: name, className: "text-sm font-medium"}, "Link"),
    jsx("div", {className: "flex flex-wrap gap-2"},
      jsx("input", {ref: field, id: name, readOnly: true, value: address, onFocus: (event) => shown(event.target), className: fieldClass}),
      jsx("button", {type: "button", onClick: copy, className: buttonClass}, copied ? "Copied" : "Copy"),
      canSend && jsx("button", {type: "button", className: buttonClass, onClick: () => navigator.share({url: address}).catch(() => {})}, "Send with an app …")),
    jsx("span", {role: "status", className: "sr-only"}, copied ? "The link was copied" : ""));
}"""


class LinkField(rx.Component):
    """Takes the focus when it appears."""

    tag = "KxLinkField"
    address: rx.Var[str]
    name: rx.Var[str]
    field_class: rx.Var[str]
    button_class: rx.Var[str]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


def link_field(address: rx.Var[str]) -> rx.Component:
    """The address of a share link."""
    return LinkField.create(
        address=address,
        name="share-link",
        field_class=f"{theme.FIELD} h-10 min-w-0 flex-1 basis-52 text-sm",
        button_class=f"{theme.SECONDARY} max-sm:grow",
        class_name="flex flex-col gap-1.5",
    )
