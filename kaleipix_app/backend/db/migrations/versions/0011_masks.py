"""Which part of its source a generation repaints, and prompts that their owner marked"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("generation", sa.Column("mask_id", sa.String(), nullable=True))
    op.add_column("generation", sa.Column("prompt_starred", sa.Boolean(), nullable=False, server_default=sa.false()))
