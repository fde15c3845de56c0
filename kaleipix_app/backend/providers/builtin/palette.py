"""A palette from the words of a prompt; from its hash when no word says a colour.

The same prompt always gives the same palette. Everything is decided in OKLab / OKLCH (see `oklab`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from kaleipix_app.backend.providers.builtin import oklab, words
from kaleipix_app.backend.providers.builtin.oklab import Floats

TABLE = 2048  # entries of a colour ramp: fine enough that no band shows
_STOPS = 6


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours of one prompt. `voices` holds one ramp a theme, `ramp` all of them together, dark to light."""

    ramp: Floats  # (6, 3) OKLab
    voices: tuple[Floats, ...]  # each (6, 3) OKLab
    accents: Floats  # (n, 3) OKLab, vivid
    themes: tuple[str, ...]  # the words that were understood; empty when the hash decided

    def table(self) -> Floats:
        """(2048, 3) sRGB from the darkest to the lightest colour."""
        return self._tables[-1]

    def voice(self, index: int) -> Floats:
        """(2048, 3) sRGB of one theme; there is always one to be had."""
        return self._tables[index % len(self.voices)]

    @cached_property
    def _tables(self) -> list[Floats]:
        """Those of the voices, and last that of them all; a picture asks for them a hundred times."""
        return [table_of(stops) for stops in (*self.voices, self.ramp)]

    def accent(self, index: int) -> Floats:
        """(3,) sRGB of one accent colour."""
        return oklab.to_srgb(self.accents[index % len(self.accents)])


def tokens(prompt: str) -> list[str]:
    """Plain lower-case words: accents removed, so that "grün" and "grun" are the same."""
    decomposed = unicodedata.normalize("NFKD", prompt.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.findall(r"[^\W\d_]+", plain)


def digest(text: str) -> int:
    """A stable 64-bit number of a text, whatever its spacing and case."""
    return int.from_bytes(blake2b(" ".join(tokens(text)).encode(), digest_size=8).digest(), "big")


def look_up(word: str, table: dict[str, str], keys: dict[str, object] | dict[str, str]) -> str | None:
    """The key a word stands for, its plural included."""
    for form in (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("en"),
        word.removesuffix("n"),
    ):
        if form in keys:
            return form
        if form in table:
            return table[form]
    return None


def themes_of(prompt: str) -> list[str]:
    """The themes named by a prompt, in order and each once."""
    found = (look_up(word, words.ALIASES, words.THEMES) for word in tokens(prompt))
    return list(dict.fromkeys(theme for theme in found if theme))


def moods_of(prompt: str) -> list[str]:
    """The moods named by a prompt."""
    found = (look_up(word, words.MOOD_ALIASES, dict.fromkeys(words.MOODS, "")) for word in tokens(prompt))
    return list(dict.fromkeys(mood for mood in found if mood))


@lru_cache(maxsize=64)
def palette_of(prompt: str) -> Palette:
    """The palette of a prompt."""
    themes = themes_of(prompt)[:3]
    moods = moods_of(prompt)
    if len(themes) > 1:  # a word that is a mood as well gives way to real colours: "blue ocean at night"
        themes = [theme for theme in themes if theme not in ("night", "pastel") or theme == themes[0]]
    voices = [_colours(words.THEMES[theme]) for theme in themes] or _from_hash(prompt)
    voices = [_in_mood(voice, moods) for voice in voices]
    accents = [_colours(words.ACCENTS[theme]) for theme in themes if theme in words.ACCENTS]
    ramp = _merged(voices)
    chosen = np.concatenate(accents) if accents else _sparks(voices)
    if moods:
        chosen = _in_mood(chosen, moods)
    return Palette(ramp=ramp, voices=tuple(voices), accents=chosen, themes=tuple(themes))


def table_of(stops: Floats, size: int = TABLE) -> Floats:
    """(size, 3) sRGB through the stops, evenly spaced.

    Between two hues OKLab passes near grey; most of the lost chroma is given back so that blends stay clean.
    """
    at = np.linspace(0, len(stops) - 1, size, dtype=np.float32)
    index = np.minimum(at.astype(np.int32), len(stops) - 2)
    share = (at - index)[:, None]
    share = share * share * (3 - 2 * share) * 0.5 + share * 0.5
    lab = stops[index] * (1 - share) + stops[index + 1] * share
    chroma = np.hypot(stops[:, 1], stops[:, 2])
    wanted = chroma[index] * (1 - share[:, 0]) + chroma[index + 1] * share[:, 0]
    have = np.maximum(np.hypot(lab[:, 1], lab[:, 2]), 1e-4)
    lab[:, 1:] *= (1 + 0.7 * (np.clip(wanted / have, 1.0, 3.0) - 1))[:, None]
    return oklab.to_srgb(oklab.into_gamut(lab.astype(np.float32)))


def _colours(text: str) -> Floats:
    return np.stack([oklab.from_hex(code) for code in text.split()])


def _in_mood(stops: Floats, moods: list[str]) -> Floats:
    out = stops.copy()
    for mood in moods:
        offset, lightness, chroma = words.MOODS[mood]
        out[:, 0] = offset + out[:, 0] * lightness
        out[:, 1:] *= chroma
    return oklab.into_gamut(out)


def _merged(voices: list[Floats]) -> Floats:
    """One ramp out of several: the darker themes give the darks, the lighter ones the lights."""
    if len(voices) == 1:
        return voices[0]
    ordered = sorted(voices, key=lambda voice: float(voice[2:4, 0].mean()))
    out = np.empty((_STOPS, 3), np.float32)
    for slot in range(_STOPS):
        out[slot] = ordered[min(slot * len(ordered) // _STOPS, len(ordered) - 1)][slot]
    out[:, 0] = np.maximum.accumulate(out[:, 0])
    return out


def _sparks(voices: list[Floats]) -> Floats:
    """Each theme's most vivid colour, a neighbour of it and its near complement, light enough to glow."""
    out = []
    for voice in voices:
        best = voice[int(np.argmax(np.hypot(voice[:, 1], voice[:, 2])))]
        hue = float(np.rad2deg(np.arctan2(best[2], best[1])))
        chroma = max(float(np.hypot(best[1], best[2])), 0.06)
        out += [
            oklab.from_lch(0.74, chroma, hue),
            oklab.from_lch(0.82, chroma * 0.8, hue + 40),
            oklab.from_lch(0.78, min(chroma, 0.15), hue + 165),
        ]
    return oklab.into_gamut(np.stack(out))


def _from_hash(prompt: str) -> list[Floats]:
    """Two ramps whose hue wanders from dark to light, the second one a harmonious interval away."""
    rng = np.random.default_rng(digest(prompt))
    start = float(rng.uniform(0, 360))
    drift = float(rng.choice([-1, 1]) * rng.uniform(60, 150))
    interval = float(rng.choice([40, 120, 150, 180, 210]))
    chroma = float(rng.uniform(0.13, 0.18))
    lightness = (0.16, 0.32, 0.5, 0.68, 0.83, 0.96)
    shape = (0.5, 0.85, 1.0, 0.95, 0.65, 0.2)
    ramps = []
    for turn in (0.0, interval):
        stops = [
            oklab.from_lch(light, chroma * part, start + turn + drift * index / (_STOPS - 1))
            for index, (light, part) in enumerate(zip(lightness, shape, strict=True))
        ]
        ramps.append(oklab.into_gamut(np.stack(stops)))
    return ramps
