"""How numbers of things are told."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.counted import counted


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 credits"), (1, "1 credit"), (999, "999 credits"), (12_000, "12,000 credits"), (-1_500, "-1,500 credits")],
)
def test_thousands_are_set_apart_and_one_is_one(number: int, told: str) -> None:
    assert counted(number, "credit") == told


def test_a_noun_may_have_its_own_plural() -> None:
    assert (counted(1, "entry", "entries"), counted(2_000, "entry", "entries")) == ("1 entry", "2,000 entries")
