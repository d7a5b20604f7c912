"""What one person does alone, took in and agreed to is theirs by whichever account: triggers are made anew with every migration
(`machine/triggers.py`).
"""

revision = "0085"
down_revision = "0084"


def upgrade() -> None:
    """The triggers alone."""
