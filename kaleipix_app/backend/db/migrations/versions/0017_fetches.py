"""How often a result was begun to be fetched, apart from how often its generation was taken up"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("generation", sa.Column("fetches", sa.Integer(), nullable=False, server_default="0"))
