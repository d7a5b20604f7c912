"""Changes about protected speakers: their state is one of those that `store/machine/triggers.py` holds to the order's stage."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Nothing but the triggers, which stand after every migration."""
