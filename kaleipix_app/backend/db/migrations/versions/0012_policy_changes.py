"""Policy versions of the operator, who was told of them by mail, and who has read them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policy_version", sa.Column("words", sa.String(), nullable=False, server_default=""))
    op.add_column("policy_version", sa.Column("words_of", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("policy_version", sa.Column("significant", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("policy_version", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE policy_version SET published_at = effective_at")
    with op.batch_alter_table("policy_version") as table:
        table.alter_column("published_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_table(
        "policy_mail",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), sa.ForeignKey("user.id"), nullable=False, index=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("version_id", "user_id"),
    )
    op.create_table(
        "policy_acknowledgement",
        sa.Column("user_id", sa.String(), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("version_id", sa.String(), primary_key=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
    )
