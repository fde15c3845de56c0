"""Pictures that an operator took down after a report: no link shows them any more"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("image", sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("image", sa.Column("taken_down_for", sa.String(), nullable=False, server_default=""))
