"""An operator can make someone admin for good, beside the addresses in the settings"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("admin_by_operator", sa.Boolean(), nullable=False, server_default=sa.false()))
