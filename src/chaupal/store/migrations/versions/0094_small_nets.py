"""A net is large that is not known to be small, and a rule has a name of its own: triggers are made anew with every migration."""

revision = "0094"
down_revision = "0093"


def upgrade() -> None:
    """The triggers alone."""
