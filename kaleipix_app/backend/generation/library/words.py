"""Search in prompts: words of a person, each with the generations that have it, in the order of their time.

One plain table instead of each database's own full-text index: it is the same on both, is walked in the library's own
order, and what is erased from it is gone as surely as from any other table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, text
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, delete, exists, func, insert, select

from kaleipix_app.backend.db.engine import LONG, UnitOfWork
from kaleipix_app.backend.generation.library.models import PromptWord

LONGEST_WORD = 40  # characters that are compared
MOST_TERMS = 8  # words of one search
_MOST_SPELLINGS = 64  # words that one beginning may stand for before all of its range is read
_RARE = 2_000
# Scripts without spaces between words: each character is one.
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
# One step to each different word: a common word is not read through to find the next one.
_SPELLINGS = text(
    "WITH RECURSIVE found(word) AS ("
    " SELECT min(word) FROM prompt_word WHERE owner_id = :owner AND word >= :low AND word < :high"
    " UNION ALL SELECT (SELECT min(next.word) FROM prompt_word AS next"
    "  WHERE next.owner_id = :owner AND next.word > found.word AND next.word < :high)"
    " FROM found WHERE found.word IS NOT NULL)"
    " SELECT word FROM found WHERE word IS NOT NULL LIMIT :most"
).bindparams(bindparam("most", _MOST_SPELLINGS + 1))

_ADD = insert(PromptWord)
_ADD_MANY = _ADD.execution_options(**LONG)
_FEW = 100  # words of one prompt


@dataclass(frozen=True)
class Term:
    """One word of a search: the words it stands for, or, if they are too many, where they lie."""

    words: tuple[str, ...]
    low: str = ""

    def condition(self, row: type[PromptWord] = PromptWord) -> ColumnElement[bool]:
        """Which rows of the index it is about."""
        if self.low:
            return (col(row.word) >= self.low) & (col(row.word) < _end(self.low))
        if len(self.words) == 1:
            return col(row.word) == self.words[0]
        return col(row.word).in_(self.words)

    def is_in(self, owner_id: str, generation_id: Mapped[str]) -> ColumnElement[bool]:
        """Whether the prompt of this generation has it."""
        row = aliased(PromptWord)
        return exists().where(
            col(row.owner_id) == owner_id, self.condition(row), col(row.generation_id) == generation_id
        )


def words_of(prompt: str) -> list[str]:
    """The different words of a text, as they are compared."""
    folded = unicodedata.normalize("NFKC", prompt).casefold()
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded)))


async def add(uow: UnitOfWork, owner_id: str, generation_id: str, prompt: str) -> None:
    """A prompt was written."""
    rows = [{"owner_id": owner_id, "word": word, "generation_id": generation_id} for word in words_of(prompt)]
    if rows:
        await (await uow.session.connection()).execute(_ADD if len(rows) <= _FEW else _ADD_MANY, rows)


async def forget(uow: UnitOfWork, owner_id: str, prompts: Mapping[str, str]) -> None:
    """These prompts (by generation) are being erased."""
    for generation_id, prompt in prompts.items():
        await uow.session.exec(
            delete(PromptWord).where(
                col(PromptWord.owner_id) == owner_id,
                col(PromptWord.word).in_(words_of(prompt)),
                col(PromptWord.generation_id) == generation_id,
            )
        )


async def terms(uow: UnitOfWork, owner_id: str, search: str) -> list[Term] | None:
    """What is searched for, the rarest first; every prompt found has all of them. None: no prompt can have it.

    The last word may be the beginning of one: people are still typing it.
    """
    wanted = words_of(search)[:MOST_TERMS]
    found = [Term((word,)) for word in wanted[:-1]]
    if wanted:
        found.append(await _beginning(uow, owner_id, wanted[-1]))
    if not all(term.words for term in found):
        return None
    if len(found) < 2:
        return found
    sizes = [await _size(uow, owner_id, term) for term in found]
    return [found[at] for at in sorted(range(len(found)), key=sizes.__getitem__)]


async def _beginning(uow: UnitOfWork, owner_id: str, word: str) -> Term:
    connection = await uow.session.connection()
    found = await connection.execute(_SPELLINGS, {"owner": owner_id, "low": word, "high": _end(word)})
    spellings: Sequence[str] = found.scalars().all()
    return Term(tuple(spellings), low=word if len(spellings) > _MOST_SPELLINGS else "")


async def _size(uow: UnitOfWork, owner_id: str, term: Term) -> int:
    rows = select(col(PromptWord.word)).where(PromptWord.owner_id == owner_id, term.condition()).limit(_RARE)
    return int((await uow.session.exec(select(func.count()).select_from(rows.subquery()))).one())


def _end(beginning: str) -> str:
    return beginning + "\U0010ffff"
