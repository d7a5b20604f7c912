"""Changes of what is in force: their state is one of those that `store/machine/triggers.py` holds to the order's stage."""

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    """Nothing but the triggers, which stand after every migration."""
