"""What may be read beside the log; when a secret order became public, and what it was called until then."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("published_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("secret_ref", sa.Text(), server_default="", nullable=False))
        batch.create_index("orders_by_secret_ref", ["secret_ref"])
    with op.batch_alter_table("rulings") as batch:
        batch.add_column(sa.Column("opened_log_index", sa.BigInteger(), nullable=True))
        batch.create_index("rulings_by_opening", ["opened_log_index"])
    with op.batch_alter_table("disclosures") as batch:
        batch.add_column(sa.Column("beside", sa.BigInteger(), server_default="0", nullable=False))
        batch.create_index("disclosures_beside", ["beside", "log_index"])
