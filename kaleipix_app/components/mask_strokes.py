"""How the actions of the mask editor become pixels: on the screen, and in the file that is sent."""

from __future__ import annotations

# Coordinates are pixels of the picture; `scale` brings them to the canvas.
STROKES = """
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
