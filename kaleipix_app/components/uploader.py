"""Source pictures: pick, drop anywhere or paste; one streaming PUT each, with thumbnail, progress and cancel."""

from __future__ import annotations

import reflex as rx

# XMLHttpRequest, because fetch reports no upload progress.
_CODE = """
let kxUploadKey = 0;
function KxUploader({maxBytes, most, disabled, onStarted, onUploaded, onFailed, children, ref: _ref, ...props}) {
  const [pending, setPending] = useState([]), [over, setOver] = useState(false);
  const waiting = useRef([]), active = useRef(0), live = useRef({});
  live.current = {onStarted, onUploaded, onFailed, disabled};
  const patch = (key, change) => setPending((all) => all.map((one) => one.key === key ? {...one, ...change} : one));
  const drop = (item) => {
    URL.revokeObjectURL(item.url);
    setPending((all) => all.filter((one) => one.key !== item.key));
  };
  const next = () => {
    while (active.current < 2 && waiting.current.length) send(waiting.current.shift());
  };
  const send = (item) => {
    active.current += 1;
    const call = item.call = new XMLHttpRequest();
    const ended = (sentence) => {
      if (sentence) live.current.onFailed?.(item.file.name + ": " + sentence);
      active.current -= 1; drop(item); next();
    };
    call.open("PUT", "/api/uploads");
    call.upload.onprogress = (event) => patch(item.key, {percent: Math.round(100 * event.loaded / event.total)});
    call.onload = () => {
      let body = {};
      try { body = JSON.parse(call.responseText); } catch { /* a proxy answered with its own page */ }
      if (call.status === 201) { live.current.onUploaded?.(body.id); ended(); }
      else ended(body.message ?? "The upload did not work. Please try again.");
    };
    call.onerror = () => ended("The upload was interrupted. Check your connection and try again.");
    call.onabort = () => ended();
    call.send(item.file);
  };
  const cancel = (item) => {
    if (item.call) return item.call.abort();
    waiting.current = waiting.current.filter((one) => one !== item); drop(item);
  };
  const add = (files) => {
    if (live.current.disabled) return;
    live.current.onStarted?.();
    const chosen = [...files].slice(0, most);
    if (files.length > most) live.current.onFailed?.("Only " + most + " pictures can be added at once.");
    const fresh = [];
    for (const file of chosen) {
      if (file.size > maxBytes) {
        live.current.onFailed?.(file.name + ": This file is larger than 25 MB. Make it smaller and try again.");
        continue;
      }
      fresh.push({key: ++kxUploadKey, file, url: URL.createObjectURL(file), percent: 0});
    }
    waiting.current.push(...fresh);
    setPending((all) => [...all, ...fresh]);
    next();
  };
  useEffect(() => {
    const paste = (event) => { const files = event.clipboardData?.files ?? []; if (files.length) { event.preventDefault(); add(files); } };
    const dragged = (event) => { if (event.dataTransfer?.types.includes("Files")) { event.preventDefault(); setOver(true); } };
    const left = (event) => { if (!event.relatedTarget) setOver(false); };
    const dropped = (event) => { if (event.dataTransfer?.files.length) { event.preventDefault(); add(event.dataTransfer.files); } setOver(false); };
    const all = {paste, dragover: dragged, dragleave: left, drop: dropped};
    for (const [name, fn] of Object.entries(all)) document.addEventListener(name, fn);
    return () => { for (const [name, fn] of Object.entries(all)) document.removeEventListener(name, fn); };
  }, []);
  const tile = "relative size-18 shrink-0 overflow-hidden rounded-control border border-line bg-raised";
  return jsx("div", props,
    children,
    pending.map((item) => jsx("div", {key: item.key, className: tile},
      jsx("img", {src: item.url, alt: "", className: "size-full object-cover opacity-60",
        onError: (event) => { event.currentTarget.style.visibility = "hidden"; }}),
      jsx("progress", {className: "sr-only", value: item.percent, max: 100, "aria-label": "Uploading " + item.file.name}),
      jsx("span", {"aria-hidden": true, className: "absolute inset-x-1.5 bottom-1.5 h-1 rounded-full bg-line overflow-hidden"},
        jsx("span", {className: "block h-full bg-accent", style: {width: item.percent + "%"}})),
      jsx("button", {type: "button", "aria-label": "Cancel upload of " + item.file.name, onClick: () => cancel(item),
        className: "absolute right-1 top-1 grid size-6 place-items-center rounded-full bg-surface text-ink shadow-raised cursor-pointer"}, "×"))),
    jsx("label", {className: "relative grid h-18 min-w-18 grow cursor-pointer place-items-center rounded-control border border-dashed px-3 "
        + "text-center text-sm text-muted transition-colors hover:bg-raised hover:text-ink focus-within:outline-2 focus-within:outline-accent-text "
        + (over ? "border-accent-text bg-raised text-ink" : "border-edge")},
      jsx("span", {"aria-hidden": true}, over ? "Drop to add" : "+ Picture: drop, paste or pick"),
      jsx("input", {type: "file", multiple: true, disabled, "aria-label": "Add source image",
        accept: "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,image/gif,.heic,.heif,.avif",
        className: "absolute inset-0 size-full cursor-pointer opacity-0",
        onChange: (event) => { add(event.target.files); event.target.value = ""; }})));
}"""


class Uploader(rx.Component):
    """A row of thumbnails that ends in an add button. Finished ones are its children; pending ones are its own."""

    tag = "KxUploader"
    max_bytes: rx.Var[int]
    most: rx.Var[int]  # at once
    disabled: rx.Var[bool]
    on_started: rx.EventHandler[rx.event.no_args_event_spec]
    on_uploaded: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # id
    on_failed: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # a sentence for the person

    def add_imports(self) -> dict[str, list[str]]:
        """What the code below uses of React."""
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


uploader = Uploader.create
