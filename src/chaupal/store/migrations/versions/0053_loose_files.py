"""A file's row before the file, where what will name it comes later (portraits), and until it is gone; the court's triggers anew."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.create_table(
        "loose_files",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("loose_files_at", "loose_files", ["at"])
