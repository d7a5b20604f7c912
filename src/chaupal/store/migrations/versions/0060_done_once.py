"""What happens once is kept so by the database: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """The triggers alone."""
