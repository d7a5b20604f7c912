"""Whoever agreed as second reviewer carries nothing out by a number left out, and no case ends by an entry that ended nothing of it:
triggers are made anew with every migration.
"""

revision = "0088"
down_revision = "0087"


def upgrade() -> None:
    """The triggers alone."""
