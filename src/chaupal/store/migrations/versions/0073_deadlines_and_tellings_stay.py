"""No deadline is stopped or put off, and nobody counts as told, but by what happened: triggers, made anew with every migration."""

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    """Nothing besides."""
