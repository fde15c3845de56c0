"""What an operator says in a policy: a file of plain text or simple Markdown, shown as text and nothing else."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from kaleipix_app.backend.errors import BadInput

_MOST_BYTES = 100_000
_MOST_LINES = 2_000
_SHAPES = {kind: Markup(f"<{kind}>{{}}</{kind}>") for kind in ("h3", "li", "p")}  # noqa: S704 - it escapes what it gets
_LINE = re.compile(r"(?P<heading>#{1,6}\s+)?(?P<item>[-*]\s+)?(?P<text>.*)")


def read_words(file: Path) -> str:
    """The text in this file. Raises BadInput."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise BadInput(f"{file} is longer than {_MOST_BYTES // 1000} kB. Please shorten it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text. Please save it as UTF-8.") from error
    lines = [line.rstrip() for line in text.expandtabs().splitlines()]
    for number, line in enumerate(lines, 1):
        if any(unicodedata.category(one) == "Cc" for one in line):
            raise BadInput(f"{file} has a control character in line {number}: it has to be plain text.")
    if len(lines) > _MOST_LINES:
        raise BadInput(f"{file} has more than {_MOST_LINES:,} lines. Please shorten it.")
    words = "\n".join(lines).strip()
    if not words:
        raise BadInput(f"{file} is empty.")
    return words


def as_html(words: str) -> Markup:
    """Headings (#), lists (-) and paragraphs; everything else is text."""
    parts = [_block(block) for block in re.split(r"\n\s*\n", words) if block.strip()]
    return Markup("\n").join(parts)


def _block(block: str) -> Markup:
    """Lines of one kind that follow each other belong together; a line after an item goes on with it."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        match = _LINE.fullmatch(line.strip())
        assert match is not None  # noqa: S101 - every part of it may be empty
        kind = "h3" if match["heading"] else "li" if match["item"] else "p"
        text = match["text"]
        if kind == "p" and found and found[-1][0] != "h3":
            found[-1] = (found[-1][0], f"{found[-1][1]} {text}")
        else:
            found.append((kind, text))
    made = []
    for kind, group in groupby(found, key=lambda one: one[0]):
        texts = Markup("").join(_SHAPES[kind].format(text) for _, text in group)
        made.append(Markup("<ul>{}</ul>").format(texts) if kind == "li" else texts)
    return Markup("\n").join(made)
