"""What the house does by its own rules is secret for nobody, also where it follows a state's hint."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.create_check_constraint(
            "orders_of_the_house_are_told",
            "(kind <> 'own_rules' AND flagged_by IS NULL) OR (secrecy = 'none' AND gag_until IS NULL)",
        )
