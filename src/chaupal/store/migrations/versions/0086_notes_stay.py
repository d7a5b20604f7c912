"""Counter-notices, and what staff note, stay as they were written: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0086"
down_revision = "0085"


def upgrade() -> None:
    """The triggers alone."""
