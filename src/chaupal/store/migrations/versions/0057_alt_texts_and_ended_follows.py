"""Whether somebody wants no picture of theirs to go out without a description; and in which languages a follow was that ended."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

FILLS = "a follow that an older server ends meanwhile is kept without its languages, as before"


def upgrade() -> None:
    op.add_column("logins", sa.Column("require_alt", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("severed_ties", sa.Column("languages", sa.Text(), nullable=False, server_default=""))
