"""Who else wants many shut out for longer than one person may alone; triggers are made anew with every migration."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"

FILLS = "an older server blocks nets by one person, as before; where that shuts many out for long it is told the rule"


def upgrade() -> None:
    op.add_column("doors", sa.Column("agreed_by", sa.BigInteger()))
