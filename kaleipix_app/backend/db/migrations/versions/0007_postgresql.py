"""PostgreSQL has integers of two sizes: the seed of a picture (its generation's and its position) needs the larger"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("image", "seed", type_=sa.BigInteger())
