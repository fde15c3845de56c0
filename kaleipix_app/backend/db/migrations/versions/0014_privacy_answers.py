"""Privacy requests: when the answer was mailed, and when the operator was reminded"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("answer_mailed_at", "reminded_at", "overdue_told_at"):
        op.add_column("privacy_request", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
