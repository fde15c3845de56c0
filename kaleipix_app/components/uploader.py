"""Source pictures: pick, drop anywhere or paste; one streaming PUT each, with thumbnail, progress and cancel."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components.icons import icon_imports

# XMLHttpRequest, because fetch reports no upload progress.
_CODE = """
let kxUploadKey = 0;
function KxUploader({maxBytes, most, disabled, onStarted, onUploaded, onFailed, cornerClass, discClass, children, ref: _ref, ...props}) {
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
  const tile = "relative size-22 shrink-0 overflow-hidden rounded-control bg-raised lg:size-18";
  const types = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,image/gif,.heic,.heif,.avif";
  const place = "relative grid h-22 cursor-pointer place-items-center content-center gap-1 rounded-control border border-dashed px-3 lg:h-18 "
    + "text-center text-sm text-muted transition-colors hover:bg-raised hover:text-ink focus-within:outline-2 focus-within:outline-accent-text ";
  const input = (label, more) => jsx("input", {type: "file", disabled, "aria-label": label, accept: types, className: "absolute inset-0 size-full cursor-pointer opacity-0",
    onChange: (event) => { add(event.target.files); event.target.value = ""; }, ...more});
  return jsx("div", props,
    children,
    pending.map((item) => jsx("div", {key: item.key, className: tile},
      jsx("img", {src: item.url, alt: "", className: "size-full object-cover opacity-60",
        onError: (event) => { event.currentTarget.style.visibility = "hidden"; }}),
      jsx("progress", {className: "sr-only", value: item.percent, max: 100, "aria-label": "Uploading " + item.file.name}),
      jsx("span", {"aria-hidden": true, className: "absolute inset-x-1.5 bottom-1.5 h-1 rounded-full bg-line overflow-hidden"},
        jsx("span", {className: "block h-full bg-accent", style: {width: item.percent + "%"}})),
      jsx("button", {type: "button", "aria-label": "Cancel upload of " + item.file.name, onClick: () => cancel(item),
        className: cornerClass + " top-0 lg:top-1"}, jsx("span", {"aria-hidden": true, className: discClass}, "×")))),
    jsx("label", {className: place + "min-w-18 grow " + (over ? "border-accent-text bg-raised text-ink" : "border-edge")},
      jsx(LucideImagePlus, {size: 20, className: "lg:hidden"}),
      jsx("span", {"aria-hidden": true, className: "lg:hidden"}, "Add a picture"),
      jsx("span", {"aria-hidden": true, className: "max-lg:hidden"}, over ? "Drop to add" : "+ Picture: drop, paste or pick"),
      input("Add source image", {multiple: true})),
    jsx("label", {className: place + "w-22 shrink-0 border-edge lg:hidden"},
      jsx(LucideCamera, {size: 20}), jsx("span", {"aria-hidden": true}, "Camera"), input("Take a photo", {capture: "environment"})));
}"""


class Uploader(rx.Component):
    """A row of thumbnails that ends in an add button. Finished ones are its children; pending ones are its own."""

    tag = "KxUploader"
    max_bytes: rx.Var[int]
    most: rx.Var[int]  # at once
    disabled: rx.Var[bool]
    corner_class: rx.Var[str]  # of the button on a thumbnail
    disc_class: rx.Var[str]  # of what is seen of it
    on_started: rx.EventHandler[rx.event.no_args_event_spec]
    on_uploaded: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # id
    on_failed: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # a sentence for the person

    def add_imports(self) -> dict[str, Any]:
        """What the code below uses of React, and its icons."""
        return {"react": ["useEffect", "useRef", "useState"], **icon_imports("camera", "image-plus")}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


uploader = Uploader.create
