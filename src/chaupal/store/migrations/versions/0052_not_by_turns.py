"""What one person does alone is not for long, and not begun anew by turns: by triggers, which are made anew with every migration.

A server of the version before keeps most of it by itself; where it does not, it is refused by the database now, and says so.
"""

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Nothing else."""
