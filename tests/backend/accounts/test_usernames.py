"""Nobody can take a name that people would mistake for the house or for someone else."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.accounts.usernames import read_username, skeleton
from kaleipix_app.backend.errors import BadInput


@pytest.mark.parametrize("typed", ["clara", "c3po", "mary-jane", "abc", "a" * 30, "x-y-z", "Clara", "  clara  "])
def test_ordinary_names_are_taken_lower_case(typed: str) -> None:
    assert read_username(typed).name == typed.strip().lower()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "choose a username"),
        (None, "choose a username"),
        (["clara"], "choose a username"),
        ("ab", "3 to 30"),
        ("a" * 31, "3 to 30"),
        ("clara.b", "letters from a to z, digits and hyphens"),
        ("cla ra", "letters from a to z, digits and hyphens"),
        ("clara\n2", "letters from a to z, digits and hyphens"),
        ("zoë", "letters from a to z, digits and hyphens"),
        ("\ud800abc", "letters from a to z, digits and hyphens"),
        ("сlara", "only look like a to z"),  # a Cyrillic с
        ("mar\u212a", "letters from a to z"),  # the Kelvin sign, which lower() turns into a k
        ("1clara", "starts with a letter"),
        ("-clara", "starts with a letter"),
        ("clara-", "single hyphens"),
        ("cla--ra", "single hyphens"),
    ],
)
def test_a_refusal_names_the_rule(typed: object, hint: str) -> None:
    with pytest.raises(BadInput, match=hint):
        read_username(typed)


@pytest.mark.parametrize(
    "typed",
    ["admin", "Admin", "adrnin", "a-d-m-i-n", "adm1n", "admln", "ap1", "vvvvw", "log-in", "l0gin", "suppor-t",
     "kaleipix", "ka1eipix", "kaleipix-team", "the-kale1pix", "rnedia", "prlvacy"],
)  # fmt: skip
def test_reserved_names_and_their_look_alikes_are_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="reserved"):
        read_username(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("clara", "c1ara"), ("clara", "ciara"), ("tom", "torn"), ("bob", "b0b"), ("will", "vvill"), ("annie", "ann-ie"),
     ("vw-fan", "vvv-fan"), ("wv-fan", "vvv-fan")],
)  # fmt: skip
def test_look_alikes_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_different_names_have_different_skeletons() -> None:
    names = ["clara", "clarissa", "tom", "tim", "nora", "mora", "anna", "hanna", "bob", "bub"]

    assert len({skeleton(name) for name in names}) == len(names)
