"""The search index of prompts: what counts as a word, and that nothing of an erased prompt stays."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from kaleipix_app.backend.generation.library import words
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.generation.library.models import PromptWord
from tests.backend.generation.library.conftest import Shelf


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A castle, a SEA!", ["a", "castle", "sea"]),
        ("Straße in Köln 1900s", ["strasse", "in", "köln", "1900s"]),
        ("夜の city", ["夜", "の", "city"]),
        ("wide", ["wide"]),
        ("…", []),
        ("x" * 100, ["x" * 40]),
    ],
)
def test_words(prompt: str, expected: list[str]) -> None:
    assert words.words_of(prompt) == expected


async def test_a_beginning_with_very_many_words_finds_all_of_them(shelf: Shelf) -> None:
    for number in range(70):
        await shelf.make(f"st{number:02}")
    assert await shelf.found(Filter(text="st"), limit=30) == shelf.ids[::-1]
    assert await shelf.found(Filter(text="st0"), limit=30) == shelf.ids[9::-1]


async def test_an_erased_prompt_is_found_no_more_and_leaves_no_word(shelf: Shelf) -> None:
    (gone,) = await shelf.make("a secret garden")
    (stays,) = await shelf.make("another garden")
    async with shelf.db.unit_of_work() as uow:
        await words.forget(uow, shelf.ann.user_id, {gone[:-1]: "a secret garden"})
    assert await shelf.found(Filter(text="garden")) == [stays]
    async with shelf.db.reading() as uow:
        left = await uow.session.exec(select(func.count()).select_from(PromptWord))
        assert left.one() == 2
