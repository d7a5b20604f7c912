"""Whoever took in the order that confirms an emergency order lets nothing go on by it: triggers are made anew with every migration."""

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """The triggers alone."""
