"""A hearing is held on its day: by a trigger, which are made anew with every migration. Nothing else."""

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Nothing else."""
