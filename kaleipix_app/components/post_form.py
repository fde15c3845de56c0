"""A form that posts JSON to a route of our own: cookies can only be set by a response, not over the socket."""

from __future__ import annotations

import reflex as rx

# `ref` is dropped: Reflex passes one when the component has an id.
_CODE = """
function KxPostForm({action, onStep, onFailed, children, ref: _ref, ...props}) {
  const busy = useRef(false);
  const submit = async (event) => {
    event.preventDefault();
    if (busy.current) return;
    busy.current = true;
    const form = event.currentTarget;
    form.setAttribute("aria-busy", "true");
    const fields = Object.fromEntries(new FormData(form));
    for (const box of form.querySelectorAll("input[type=checkbox]")) fields[box.name] = box.checked;
    fields.next = new URLSearchParams(location.search).get("next") ?? "";
    let leaving = false;
    try {
      const answer = await fetch(action, {
        method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify(fields),
      });
      const body = await answer.json();
      if (!answer.ok) onFailed?.(body.message, body.error ?? "");
      else if (body.next) { leaving = true; location.assign(body.next); }
      else onStep?.(body.step, fields.email ?? "");
    } catch {
      onFailed?.("Kaleipix cannot be reached right now. Check your connection and try again.", "");
    }
    busy.current = leaving;  // a second click while the next page loads would send it twice
    form.removeAttribute("aria-busy");
  };
  return jsx("form", {...props, onSubmit: submit, noValidate: true}, children);
}"""


class PostForm(rx.Component):
    """Sends its fields to `action`; a `next` in the answer is opened, a `step` is told to the State."""

    tag = "KxPostForm"
    action: rx.Var[str]
    on_step: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]  # step, e-mail typed
    on_failed: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]  # a sentence for the person, its code

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useRef"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


post_form = PostForm.create
