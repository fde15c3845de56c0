"""Accounts: rotation, device and fresh code of sessions; what a code is for"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login_session") as table:
        table.add_column(sa.Column("device", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("previous_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_login_session_previous_hash", "login_session", ["previous_hash"])
    with op.batch_alter_table("login_challenge") as table:
        table.add_column(sa.Column("purpose", sa.String(), nullable=False, server_default="sign_in"))
