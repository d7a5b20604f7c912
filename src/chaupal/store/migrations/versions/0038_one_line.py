"""Checkpoints follow the log, by a trigger: those are made anew with every migration."""

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Nothing else."""
