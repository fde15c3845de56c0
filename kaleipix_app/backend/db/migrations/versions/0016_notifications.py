"""After how many minutes a person wants a mail, and which generations have had theirs"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("mail_after_minutes", sa.Integer(), nullable=True))
    op.add_column("generation", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
