"""Of a follow, from which server it is: whoever very many follow here is told to those elsewhere without looking at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

FILLS = "Ties that an older server makes meanwhile have -1, and are looked at one by one, as all were before."


def upgrade() -> None:
    op.add_column("follows", sa.Column("server", sa.BigInteger(), nullable=False, server_default="-1"))
    op.execute('UPDATE follows SET server = (SELECT a.server FROM accounts a WHERE a.id = follows."by")')
