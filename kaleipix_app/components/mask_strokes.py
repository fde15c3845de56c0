"""The actions of the mask editor: kept per browser tab, and made pixels on the screen and in the file that is sent."""

from __future__ import annotations

# Coordinates are pixels of the picture; `scale` brings them to the canvas.
STROKES = """
const KX_MASKS = "kaleipix.masks";  // listed in backend/privacy/datamap.py
let kxPainted = null;
function kxStrokesOn(id) {
  if (!id) return [];
  try { kxPainted ??= JSON.parse(sessionStorage.getItem(KX_MASKS)) ?? {}; } catch { kxPainted = {}; }
  return kxPainted[id] ??= [];
}
function kxKeepStrokes() {
  const some = Object.fromEntries(Object.entries(kxPainted).filter(([, actions]) => actions.length));
  const text = JSON.stringify(some, (_, value) => typeof value === "number" ? Math.round(10 * value) / 10 : value);
  try { sessionStorage.setItem(KX_MASKS, text); } catch { sessionStorage.removeItem(KX_MASKS); }  // no room: they last as long as the page
}
function kxDraw(context, action, width, height, scale, colour) {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = context.strokeStyle = colour;
  context.globalCompositeOperation = {eraser: "destination-out", invert: "source-out"}[action.kind] ?? "source-over";
  if (action.kind === "all" || action.kind === "invert") context.fillRect(0, 0, width, height);
  else if (action.kind === "rectangle") context.fillRect(...action.from, action.to[0] - action.from[0], action.to[1] - action.from[1]);
  else {
    context.lineCap = context.lineJoin = "round"; context.lineWidth = 2 * action.radius;
    context.beginPath(); context.moveTo(...action.points[0]);
    for (const at of action.points) context.lineTo(...at);
    context.stroke();
  }
}
function kxDrawAll(context, actions, width, height, scale, colour) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  for (const action of actions) kxDraw(context, action, width, height, scale, colour);
}
async function kxMaskFile(actions, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), {width, height}), context = canvas.getContext("2d");
  kxDrawAll(context, actions, width, height, 1, "#fff");
  context.globalCompositeOperation = "destination-over"; context.fillStyle = "#000"; context.fillRect(0, 0, width, height);
  return await new Promise((done) => canvas.toBlob(done, "image/png"));
}"""
