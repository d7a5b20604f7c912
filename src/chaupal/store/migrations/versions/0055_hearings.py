"""A hearing is held on its day: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """The trigger alone."""
