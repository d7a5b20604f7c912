"""People who want it are told what was read of their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("logins", sa.Column("marks_since", sa.BigInteger(), nullable=True))
    op.create_table(
        "read_marks",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "root"),
    )
    op.create_index("read_marks_on", "read_marks", ["root"])
