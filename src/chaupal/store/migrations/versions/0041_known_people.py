"""Names by which people are found say whether they are of our own: those have an index to themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("name_words", sa.Column("server", sa.BigInteger(), server_default="0", nullable=False))
