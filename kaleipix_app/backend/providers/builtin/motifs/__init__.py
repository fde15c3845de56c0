"""Pictures out of nothing but a prompt and a seed: what the words ask for, painted from noise and geometry."""

from __future__ import annotations

from collections.abc import Callable

from kaleipix_app.backend.providers.builtin import words
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick
from kaleipix_app.backend.providers.builtin.motifs import (
    agate,
    bloom,
    city,
    cosmos,
    deco,
    horizon,
    leaves,
    shapes,
    silk,
)
from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.palette import digest, look_up, themes_of, tokens

Motif = Callable[[Brief, Tick], Floats]

MOTIFS: dict[str, Motif] = {
    "sea": horizon.sea,
    "land": horizon.land,
    "city": city.paint,
    "bloom": bloom.paint,
    "leaves": leaves.paint,
    "deco": deco.paint,
    "agate": agate.paint,
    "cosmos": cosmos.paint,
    "shapes": shapes.paint,
    "silk": silk.paint,
}
_BY_WORD = {word: name for name, text in reversed(words.MOTIF_WORDS.items()) for word in text.split()}
_ABSTRACT = ("silk", "agate", "shapes", "cosmos", "silk", "bloom")


def motif_of(prompt: str) -> str:
    """The name of the motif a prompt asks for; the hash of the prompt chooses an abstract one otherwise."""
    spoken = tokens(prompt)
    for word in spoken:
        found = look_up(word, {}, _BY_WORD)
        if found:
            return _BY_WORD[found]
    for theme in themes_of(prompt):  # "Wald" is a forest, and a forest has leaves
        if theme in _BY_WORD:
            return _BY_WORD[theme]
    return _ABSTRACT[digest(prompt) % len(_ABSTRACT)]


def paint(brief: Brief, tick: Tick) -> Floats:
    """(height, width, 3) sRGB of the brief's prompt and seed."""
    return MOTIFS[motif_of(brief.prompt)](brief, tick)
