"""An authority, and what is known of it, is by two people: proposed by one, agreed to by another."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("authorities") as batch:
        batch.add_column(sa.Column("contact", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("agreed_by", sa.BigInteger(), nullable=True))
        batch.create_check_constraint("authorities_by_two_people", "agreed_by <> created_by")
    # Those of before were entered by one person, and orders stand under them: nobody (0) agreed, and they hold.
    op.execute("UPDATE authorities SET agreed_by = 0")
    op.create_table(
        "authority_changes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("agreed_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("agreed_by <> proposed_by", name="authority_changes_by_two_people"),
        sa.CheckConstraint("agreed_by IS NULL OR ended_at IS NOT NULL", name="authority_changes_agreed_are_over"),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("authority_changes_of", "authority_changes", ["authority_id"])
    op.create_index(
        "authority_changes_one_at_a_time",
        "authority_changes",
        ["authority_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
