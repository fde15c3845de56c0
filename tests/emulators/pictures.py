"""Real pictures, the same for the same words and seed, and edits that show what they were made from."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

FORMATS = {"jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
Size = tuple[int, int]
Colour = tuple[int, int, int]


def _dice(prompt: str, seed: int, index: int) -> bytes:
    return hashlib.sha256(f"{seed}/{index}/{prompt}".encode()).digest()


def _palette(dice: bytes) -> tuple[Colour, Colour]:
    return (dice[0] // 2, dice[1] // 2, dice[2] // 2), (128 + dice[3] // 2, 128 + dice[4] // 2, 128 + dice[5] // 2)


def paint(prompt: str, seed: int, index: int, size: Size) -> Image.Image:
    """A picture for a prompt: a sky of two colours, some moons, the first words."""
    dice = _dice(prompt, seed, index)
    dark, light = _palette(dice)
    sky = Image.linear_gradient("L").rotate(90 * (dice[6] % 4)).resize(size)
    picture = ImageOps.colorize(sky, dark, light)
    draw = ImageDraw.Draw(picture)
    unit = min(size)
    for moon in range(3):
        x, y, r, tone = (dice[8 + moon * 4 + i] for i in range(4))
        radius = unit * (20 + r // 4) // 400
        centre = (x * size[0] // 255, y * size[1] // 255)
        box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        draw.ellipse(box, fill=(tone, 255 - tone, dice[7]))
    words = prompt[:40].encode("latin-1", "replace").decode("latin-1")
    draw.text((unit // 20, size[1] - unit // 10), words, fill="white", font=ImageFont.load_default(max(10, unit // 24)))
    return picture


def edit(source: Image.Image, prompt: str, seed: int, index: int, size: Size | None, strength: float) -> Image.Image:
    """The source in the prompt's colours: its shapes stay visible."""
    base = source.convert("RGB").resize(size or source.size)
    dark, light = _palette(_dice(prompt, seed, index))
    tinted = ImageOps.colorize(ImageOps.grayscale(base), dark, light)
    return Image.blend(base, tinted, 0.3 + 0.6 * strength)


def repaint(source: Image.Image, mask: Image.Image, prompt: str, seed: int, index: int) -> Image.Image:
    """White parts of the mask are painted anew; the rest stays as it is, to the pixel."""
    new = paint(prompt, seed, index, source.size)
    return Image.composite(new, source.convert("RGB"), mask.convert("L"))


def enlarge(source: Image.Image, factor: float) -> Image.Image:
    size = (max(1, round(source.width * factor)), max(1, round(source.height * factor)))
    return source.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def subject(source: Image.Image) -> Image.Image:
    """Where the emulator supposes the subject: an oval in the middle."""
    mask = Image.new("L", source.size, 0)
    w, h = source.size
    ImageDraw.Draw(mask).ellipse((w // 8, h // 8, w * 7 // 8, h * 7 // 8), fill=255)
    return mask


def cut_out(source: Image.Image) -> Image.Image:
    """The subject on nothing."""
    picture = source.convert("RGB").convert("RGBA")
    picture.putalpha(subject(source))
    return picture


def blank(size: Size) -> Image.Image:
    """What a flagged picture is replaced with."""
    return Image.new("RGB", size, "black")


def encode(picture: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    if FORMATS[kind] == "JPEG":
        picture = picture.convert("RGB")
    picture.save(buffer, FORMATS[kind])
    return buffer.getvalue()


def decode(data: bytes) -> Image.Image:
    """Bytes as a picture; anything else raises OSError."""
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture
