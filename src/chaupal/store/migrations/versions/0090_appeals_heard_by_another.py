"""Whoever decided an appeal hears no other about the same thing: triggers are made anew with every migration."""

revision = "0090"
down_revision = "0089"


def upgrade() -> None:
    """The triggers alone."""
