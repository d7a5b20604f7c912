"""Whoever moved from account to account, and on, is one person: triggers are made anew with every migration (`machine/triggers.py`)."""

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    """The triggers alone."""
