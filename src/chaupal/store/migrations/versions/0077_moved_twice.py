"""Whoever moved from account to account, and on, is one person: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    """The triggers alone."""
