"""Words become colours."""

from __future__ import annotations

import numpy as np
import pytest

from kaleipix_app.backend.providers.builtin import oklab, words
from kaleipix_app.backend.providers.builtin.motifs import MOTIFS, motif_of
from kaleipix_app.backend.providers.builtin.palette import palette_of, themes_of


@pytest.mark.parametrize(
    ("prompt", "theme"),
    [
        ("a BLUE bird", "blue"),
        ("ein grüner Wald", "green"),
        ("Sonnenuntergang", "sunset"),
        ("une forêt", "forest"),
        ("el océano", "ocean"),
        ("oceans", "ocean"),
        ("fleurs", "spring"),
        ("neón", "neon"),
    ],
)
def test_words_of_four_languages_are_understood(prompt: str, theme: str) -> None:
    assert theme in themes_of(prompt)


def test_every_theme_has_six_colours_from_dark_to_light() -> None:
    for theme, text in words.THEMES.items():
        lightness = [float(oklab.from_hex(code)[0]) for code in text.split()]
        assert len(lightness) == 6, theme
        assert lightness[-1] > lightness[0] + 0.25, theme


def test_every_alias_leads_to_a_theme_and_every_motif_exists() -> None:
    assert set(words.ALIASES.values()) <= set(words.THEMES)
    assert set(words.MOTIF_WORDS) == set(MOTIFS)
    assert set(words.ACCENTS) <= set(words.THEMES)


def test_unknown_words_get_a_palette_of_their_own_that_stays_the_same() -> None:
    one, same, other = palette_of("qwert zuiop"), palette_of("Qwert  ZUIOP"), palette_of("asdfg")
    assert one.themes == ()
    np.testing.assert_array_equal(one.ramp, same.ramp)
    assert np.abs(one.ramp - other.ramp).max() > 0.02


def test_motifs_follow_words() -> None:
    assert motif_of("neon city at night") == "city"
    assert motif_of("tiefer Wald") == "leaves"
    assert motif_of("eine Stadt im Regen") == "city"
    assert motif_of("gibberish") == motif_of("GIBBERISH ")


def test_oklab_goes_there_and_back() -> None:
    colours = np.random.default_rng(1).uniform(0, 1, (200, 3)).astype(np.float32)
    np.testing.assert_allclose(oklab.to_srgb(oklab.from_srgb(colours)), colours, atol=2e-3)


def test_gamut_mapping_keeps_hue_and_lightness() -> None:
    wild = oklab.from_lch(0.6, 0.5, 200)[None]
    tame = oklab.into_gamut(wild)
    assert abs(float(tame[0, 0]) - 0.6) < 1e-4
    assert np.isclose(np.arctan2(tame[0, 2], tame[0, 1]), np.arctan2(wild[0, 2], wild[0, 1]), atol=1e-3)
    assert oklab.to_linear(tame).max() <= 1.01
