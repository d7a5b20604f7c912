"""Strikes and the days of counter-notices stay as they were set: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0080"
down_revision = "0078"


def upgrade() -> None:
    """The triggers alone."""
