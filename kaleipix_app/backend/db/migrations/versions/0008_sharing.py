"""Share links: what they show, to whom, and what was reported"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "share",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("owner_id", sa.String(), sa.ForeignKey("user.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("passcode_hash", sa.String(), nullable=True),
        sa.Column("downloads", sa.Boolean(), nullable=False),
        sa.Column("shows_prompt", sa.Boolean(), nullable=False),
        sa.Column("shows_source", sa.Boolean(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
    )
    op.create_table(
        "share_image",
        sa.Column("share_id", sa.String(), sa.ForeignKey("share.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("image_id", sa.String(), sa.ForeignKey("image.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
    )
    op.create_table(
        "share_report",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("share_id", sa.String(), sa.ForeignKey("share.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False, index=True),
        sa.Column("closed_at", moment, nullable=True),
    )
