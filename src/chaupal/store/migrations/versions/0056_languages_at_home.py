"""Whether the languages that somebody reads are those of their home, too."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.add_column("logins", sa.Column("reads_at_home", sa.BigInteger(), nullable=False, server_default="0"))
