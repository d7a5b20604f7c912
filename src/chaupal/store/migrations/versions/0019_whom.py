"""Who may act on whom: a third person for protected speakers, an end to what one did alone, two for an end of protection."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

RULINGS = {
    "rulings_concurred_by_a_third": "concurred_by <> decided_by AND concurred_by <> approved_by",
    "rulings_alone_end": "alone = 0 OR ends_at IS NOT NULL",
    "rulings_protected_by_three": "protected = 0 OR (alone = 0 AND approved_by IS NOT NULL AND concurred_by IS NOT NULL)",
    "rulings_not_by_their_owner": (
        "owner_id <> decided_by AND owner_id <> COALESCE(approved_by, 0) AND owner_id <> COALESCE(concurred_by, 0)"
    ),
}


def big(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=True)


def upgrade() -> None:
    with op.batch_alter_table("rulings") as batch:
        batch.add_column(sa.Column("protected", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(big("concurred_by"))
    # What one person did without an end has one now: three days, as the shipped rules say.
    op.execute("UPDATE rulings SET ends_at = starts_at + 259200000 WHERE alone = 1 AND ends_at IS NULL")
    with op.batch_alter_table("rulings") as batch:
        for name, condition in RULINGS.items():
            batch.create_check_constraint(name, condition)
    with op.batch_alter_table("appeals") as batch:
        batch.add_column(big("not_by_third"))
        batch.create_check_constraint(
            "appeals_heard_by_nobody_concerned", "decided_by <> not_by_third AND decided_by <> account_id"
        )
    with op.batch_alter_table("protected_speakers") as batch:
        batch.add_column(big("ending_by"))
        batch.add_column(big("ending_at"))
        batch.add_column(big("ended_by"))
        batch.create_check_constraint("protected_end_by_two_people", "ending_by <> ended_by")
        batch.create_check_constraint(
            "protected_end_agreed",
            "ended_at IS NULL OR seconded_by IS NULL OR (ending_by IS NOT NULL AND ended_by IS NOT NULL)",
        )
        batch.create_check_constraint(
            "protected_not_by_themselves",
            "account_id <> granted_by AND account_id <> COALESCE(seconded_by, 0) AND account_id <> COALESCE(ending_by, 0) "
            "AND account_id <> COALESCE(ended_by, 0)",
        )
