"""The trash: found and emptied without looking at every picture"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_image_trash", "image", ["owner_id", "deleted_at"], sqlite_where=_DELETED, postgresql_where=_DELETED
    )
