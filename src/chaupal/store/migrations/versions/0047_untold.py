"""What happens while no other server is talked to is kept for those who hold copies, until they are told."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

CONCURRENTLY = (("spoken_of", "spoken", ("post",), "post > 0"),)


def upgrade() -> None:
    op.create_table(
        "untold",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("body", sa.Text(), nullable=False, server_default=""),
        sa.Column("about", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "untold_about", "untold", ["about"], sqlite_where=sa.text("about > 0"), postgresql_where=sa.text("about > 0")
    )
    for name, table, columns, where in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)}) WHERE {where}")
