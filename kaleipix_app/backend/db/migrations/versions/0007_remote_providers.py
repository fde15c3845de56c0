"""What is known of an order at a provider, and who has read where pictures go"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, type_ in (
        ("ordered_at", sa.DateTime(timezone=True)),
        ("provider_place", sa.Integer()),
        ("not_before", sa.DateTime(timezone=True)),
    ):
        op.add_column("generation", sa.Column(name, type_, nullable=True))
    op.create_table(
        "transfer_notice",
        sa.Column("user_id", sa.String(), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("provider", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
    )
