"""What was made from a picture is found without looking through everything that its owner made"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_HAS_SOURCE = sa.text("source_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_generation_source",
        "generation",
        ["source_id", "id"],
        sqlite_where=_HAS_SOURCE,
        postgresql_where=_HAS_SOURCE,
    )
