"""No order is silent for longer, and no measure becomes secret, by its row alone: triggers, made anew with every migration."""

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    """Nothing besides."""
