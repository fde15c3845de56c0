"""What is different between two versions of a text, section by section and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html.parser import HTMLParser

_MOST_WORDS = 1_500  # of one paragraph, compared word by word
_ALIKE = 0.5  # below it, two paragraphs are two and not one that was changed
_BLOCKS = frozenset({"h2", "h3", "p", "li", "tr"})
_APART = frozenset({"br", "th", "td", "small"})
_UNREAD = frozenset({"caption", "thead"})


@dataclass(frozen=True)
class Part:
    """Some words of a paragraph."""

    kind: str  # same | added | removed
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph, item or row that is not as it was, under its heading."""

    section: str
    parts: Sequence[Part]
    is_heading: bool = False


@dataclass(frozen=True)
class _Block:
    section: str
    text: str

    @property
    def is_heading(self) -> bool:
        return self.section == self.text


@lru_cache(maxsize=64)
def differences(before: str, now: str) -> Sequence[Change]:
    """From one body to the other; empty if they say the same."""
    old, new = _blocks(before), _blocks(now)
    steps = SequenceMatcher(None, [one.text for one in old], [one.text for one in new]).get_opcodes()
    return [change for kind, a, b, c, d in steps if kind != "equal" for change in _changes(old[a:b], new[c:d])]


def _changes(old: Sequence[_Block], new: Sequence[_Block]) -> Iterator[Change]:
    """What came in place of what: each paragraph is told beside the first earlier one that is like it."""
    left = list(old)
    for block in new:
        like = next((one for one in left if _alike(one.text, block.text)), None)
        if like is None:
            yield Change(block.section, [Part("added", block.text)], block.is_heading)
            continue
        while left[0] is not like:
            gone = left.pop(0)
            yield Change(gone.section, [Part("removed", gone.text)], gone.is_heading)
        left.pop(0)
        yield Change(block.section, _words(like.text, block.text), block.is_heading)
    for gone in left:
        yield Change(gone.section, [Part("removed", gone.text)], gone.is_heading)


def _alike(before: str, now: str) -> bool:
    a, b = before.split(), now.split()
    if max(len(a), len(b)) > _MOST_WORDS:
        return False
    matcher = SequenceMatcher(None, a, b)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(before: str, now: str) -> list[Part]:
    a, b = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", now)
    parts: list[Part] = []
    for kind, i, j, k, m in SequenceMatcher(None, a, b).get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(b[k:m])))
            continue
        parts += [Part("removed", "".join(a[i:j]))] if j > i else []
        parts += [Part("added", "".join(b[k:m]))] if m > k else []
    return parts


def _blocks(body: str) -> list[_Block]:
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return [*reader.blocks]


class _Reader(HTMLParser):
    """Our own templates: what a person reads in them, block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[_Block] = []
        self._section = ""
        self._text = ""
        self._unread = 0

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self._unread += tag in _UNREAD
        if tag in _BLOCKS:
            self._end("")
        elif tag in _APART and self._text.strip():
            self._text += " · " if tag == "td" else " "

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD
        if tag in _BLOCKS:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._text += data

    def close(self) -> None:
        super().close()
        self._end("")

    def _end(self, tag: str) -> None:
        text, self._text = " ".join(self._text.split()), ""
        if tag in ("h2", "h3") and text:
            self._section = text
        if text:
            self.blocks.append(_Block(self._section, text))
