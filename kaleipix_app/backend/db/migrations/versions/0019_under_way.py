"""What a person has under way is found without looking through everything that they ever made"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_generation_owner_state", "generation", ["owner_id", "state", "dismissed_at"])
