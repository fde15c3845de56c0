"""The main job: people and their sessions, pictures, generations, credits"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _generations()
    _pictures()
    _credits()


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(), **{"nullable": False, **options})


def _number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), **{"nullable": False, **options})


def _time(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False, **options})


def _people() -> None:
    op.create_table(
        "user",
        _text("id", primary_key=True),
        _text("email", unique=True),
        _text("email_typed"),
        _text("username", unique=True),
        _text("username_skeleton", unique=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        _text("plan"),
        _time("adult_confirmed_at"),
        _time("created_at"),
        _time("suspended_at", nullable=True),
    )
    op.create_table(
        "login_challenge",
        _text("id", primary_key=True),
        _text("email"),
        _text("email_typed"),
        _text("code_hash"),
        _number("attempts"),
        _number("sends"),
        _time("created_at", index=True),
        _time("expires_at"),
        _time("verified_at", nullable=True),
        _time("used_at", nullable=True),
    )
    op.create_table(
        "login_session",
        _text("id", primary_key=True),
        _text("token_hash", unique=True),
        sa.Column("user_id", sa.String(), sa.ForeignKey("user.id"), nullable=False, index=True),
        _time("created_at"),
        _time("last_seen_at"),
        _time("expires_at"),
        _time("revoked_at", nullable=True),
    )


def _generations() -> None:
    op.create_table(
        "generation",
        _text("id", primary_key=True),
        sa.Column("owner_id", sa.String(), sa.ForeignKey("user.id"), nullable=False),
        _text("request_id"),
        _text("model"),
        _text("provider"),
        _text("prompt"),
        _text("source_id", nullable=True),
        _text("aspect_ratio"),
        *(_number(name) for name in ("width", "height", "count", "seed")),
        sa.Column("params", sa.JSON(), nullable=False),
        _number("price"),
        _text("state"),
        sa.Column("progress", sa.Float(), nullable=True),
        _number("delivered"),
        _text("error_code", nullable=True),
        _text("error_sentence", nullable=True),
        _time("cancel_requested_at", nullable=True),
        _time("dismissed_at", nullable=True),
        _text("provider_job", nullable=True),
        _number("attempts"),
        _number("fence"),
        _text("lease_owner", nullable=True),
        _time("lease_until", nullable=True),
        _time("created_at"),
        _time("started_at", nullable=True),
        _time("finished_at", nullable=True),
    )
    op.create_index("ix_generation_owner_created", "generation", ["owner_id", "id"])
    op.create_index("ix_generation_state_lease", "generation", ["state", "lease_until"])
    op.create_table(
        "generation_log",
        _text("id", primary_key=True),
        _text("user_id", index=True),
        _text("prompt"),
        _text("model"),
        _time("created_at", index=True),
    )


def _pictures() -> None:
    op.create_table(
        "image",
        _text("id", primary_key=True),
        sa.Column("owner_id", sa.String(), sa.ForeignKey("user.id"), nullable=False, index=True),
        _text("kind"),
        sa.Column("generation_id", sa.String(), sa.ForeignKey("generation.id"), nullable=True, index=True),
        _number("position"),
        _number("seed", nullable=True),
        _text("content_type"),
        *(_number(name) for name in ("width", "height", "byte_size")),
        _text("storage_key"),
        _time("created_at"),
        _time("deleted_at", nullable=True),
    )


def _credits() -> None:
    op.create_table(
        "ledger_entry",
        _text("id", primary_key=True),
        _text("user_id", index=True),
        _text("key", unique=True),
        _number("amount"),
        _text("generation_id", nullable=True, index=True),
        _text("note"),
        _time("created_at"),
    )
