"""The prompt: grows with its text, counts, keeps a draft per browser tab and workspace, Mod+Enter submits its form."""

from __future__ import annotations

import reflex as rx

# A page that is opened again gets what was typed last, not what the server put into the field before that; and who
# signs in next in this tab does not get it. A restarted server is not ready for a moment: one types on meanwhile.
_CODE = """
const KX_DRAFT = "kaleipix.prompt";  // listed in backend/privacy/datamap.py
const kxWorkspace = () => location.pathname.split("/")[2];
function kxDraft() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KX_DRAFT)); } catch { /* of another version */ }
  return kept?.of === kxWorkspace() ? kept : {text: "", version: ""};
}
function KxPromptField({value, version, limit, className, disabled, wrong, toldBy, onStep, ref: _ref, ...props}) {
  const field = useRef(null), put = useRef(""), isOpen = useRef(false), [length, setLength] = useState(0);
  isOpen.current ||= !disabled;
  const changed = () => {
    const area = field.current;
    area.style.height = "auto";
    area.style.height = Math.min(area.scrollHeight + 2, 320) + "px";
    setLength(area.value.length);
    sessionStorage.setItem(KX_DRAFT, JSON.stringify({of: kxWorkspace(), text: area.value, version: put.current}));
  };
  useEffect(() => {
    const kept = kxDraft();
    put.current = kept.version;
    if (version && version !== put.current) { put.current = version; field.current.value = value; field.current.focus(); }
    else if (!field.current.value) field.current.value = kept.text;
    changed();
  }, [version]);
  useEffect(() => {
    const form = field.current.form;
    const submitted = () => document.getElementById("stage")?.scrollIntoView({block: "nearest"});  // on a phone it is above
    const held = (event) => { if (event.repeat && event.key === "Enter" && event.target !== field.current) event.preventDefault(); };  // one press, one click
    form.addEventListener("submit", submitted); form.addEventListener("keydown", held);
    return () => { form.removeEventListener("submit", submitted); form.removeEventListener("keydown", held); };
  }, []);
  const keyed = (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      if (!event.repeat) field.current.form.requestSubmit();
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      onStep?.(event.key === "ArrowUp" ? 1 : -1, field.current.value);
    }
  };
  const over = length > limit;
  return jsx("div", {className: "flex flex-col gap-1"},
    jsx("textarea", {...props, ref: field, rows: 3, className, disabled: !isOpen.current, onInput: changed, onKeyDown: keyed,
      "aria-invalid": over || wrong || undefined, "aria-describedby": wrong ? toldBy : undefined}),
    jsx("div", {className: "flex justify-between text-xs text-muted tabular-nums"},
      jsx("span", {className: "hidden md:inline"}, "Ctrl or ⌘ + Enter generates"),
      jsx("span", {className: over ? "ml-auto text-danger font-medium" : "ml-auto"}, length + " / " + limit)));
}"""


class PromptField(rx.Component):
    """A textarea that owns its text, so that typing costs no round trip; the form carries it at submit."""

    tag = "KxPromptField"
    value: rx.Var[str]  # put into the field once for each `version`
    version: rx.Var[str]
    limit: rx.Var[int]
    name: rx.Var[str]
    placeholder: rx.Var[str]
    disabled: rx.Var[bool]
    wrong: rx.Var[bool]
    told_by: rx.Var[str]  # id of the sentence that says why
    on_step: rx.EventHandler[rx.event.passthrough_event_spec(int, str)]  # back (1) or forth (-1), and what is typed

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


prompt_field = PromptField.create
