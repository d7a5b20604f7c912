"""The mail address that somebody wants instead of theirs; since when mail to it is known to reach nobody, and which notice did not."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

FILLS = "an older server marks no address as not reached, as before, and nobody asks it for another one"


def upgrade() -> None:
    op.add_column("logins", sa.Column("email_wanted", sa.Text(), nullable=False, server_default=""))
    op.add_column("logins", sa.Column("unreached_at", sa.BigInteger(), nullable=True))
    op.add_column("tellings", sa.Column("returned_at", sa.BigInteger(), nullable=True))
