"""Tables of the library. What belongs to a person or a picture goes with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field, SQLModel

# A range of words has to mean the same on every server: compared by code point, whatever its language is.
_BY_CODE_POINT = String().with_variant(String(collation="C"), "postgresql")


def _of(target: str, **options: Any) -> Column[str]:
    return Column(String, ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


class Collection(SQLModel, table=True):
    """A named set of pictures."""

    __tablename__ = "collection"

    id: str = Field(primary_key=True)
    owner_id: str = Field(sa_column=_of("user.id", index=True))
    name: str
    created_at: datetime


class CollectionPicture(SQLModel, table=True):
    """One picture in one collection; the key is in the order in which pages are read."""

    __tablename__ = "collection_picture"

    collection_id: str = Field(sa_column=_of("collection.id", primary_key=True))
    image_id: str = Field(sa_column=_of("image.id", primary_key=True, index=True))


class PromptWord(SQLModel, table=True):
    """The index of prompts: which of a person's generations has which word. Erased with the prompt."""

    __tablename__ = "prompt_word"

    owner_id: str = Field(sa_column=_of("user.id", primary_key=True))
    word: str = Field(sa_column=Column(_BY_CODE_POINT, primary_key=True))
    generation_id: str = Field(primary_key=True)
