"""The library: favourites, collections, words of prompts, and an index for each way of looking"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kaleipix_app.backend.generation.library.words import words_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEPT = sa.text("deleted_at IS NULL")
_FAVOURITE = sa.text("deleted_at IS NULL AND is_favourite")
_BATCH = 500


def upgrade() -> None:
    op.add_column("image", sa.Column("is_favourite", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, table, columns, where in (
        ("ix_image_kept", "image", ["owner_id", "id"], _KEPT),
        ("ix_image_kept_kind", "image", ["owner_id", "kind", "id"], _KEPT),
        ("ix_image_favourite", "image", ["owner_id", "id"], _FAVOURITE),
        ("ix_generation_owner_model", "generation", ["owner_id", "model", "id"], None),
        ("ix_generation_owner_provider", "generation", ["owner_id", "provider", "id"], None),
    ):
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "collection",
        sa.Column("id", sa.String(), primary_key=True),
        _of("user.id", "owner_id", index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "collection_picture",
        _of("collection.id", "collection_id", primary_key=True),
        _of("image.id", "image_id", primary_key=True, index=True),
    )
    collation = "C" if op.get_context().dialect.name == "postgresql" else None
    op.create_table(
        "prompt_word",
        _of("user.id", "owner_id", primary_key=True),
        sa.Column("word", sa.String(collation=collation), primary_key=True),
        sa.Column("generation_id", sa.String(), primary_key=True),
    )
    _index_prompts()


def _of(target: str, name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(), sa.ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


def _index_prompts() -> None:
    """The words of what was written so far."""
    connection = op.get_bind()
    insert = sa.text("INSERT INTO prompt_word (owner_id, word, generation_id) VALUES (:owner, :word, :id)")
    prompts = connection.execute(sa.text("SELECT owner_id, id, prompt FROM generation WHERE prompt <> ''")).all()
    for at in range(0, len(prompts), _BATCH):
        rows = [
            {"owner": owner_id, "word": word, "id": id}
            for owner_id, id, prompt in prompts[at : at + _BATCH]
            for word in words_of(prompt)
        ]
        if rows:
            connection.execute(insert, rows)
